"""The outcome of every file, in words for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from local.demo.outcome import Outcome
from local.demo.pictures import PAGE_WIDTH
from local.demo.videos import Video

UNITS = ("B", "kB", "MB", "GB")


def report(outcomes: Sequence[Outcome], console: Console) -> None:
    """What strangers wrote (names, metadata) is printed as text, never as markup."""
    for outcome in outcomes:
        console.print()
        console.print(_headline(outcome), soft_wrap=True)
        for label, value in _facts(outcome):
            console.print(Text.assemble((f"    {label:<10}", "dim"), value), soft_wrap=True)
        for surprise in outcome.surprises:
            console.print(Text(f"    ! {surprise}", style="bold red"), soft_wrap=True)
    console.print()
    console.print(Text(summary(outcomes), style="bold"), soft_wrap=True)


def summary(outcomes: Sequence[Outcome]) -> str:
    """One line: how many ended how, and what a page spares."""
    states = [outcome.journey.state for outcome in outcomes]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    spared = [outcome for outcome in outcomes if outcome.page]
    if not spared:
        return f"{counts}."
    before = sum(outcome.journey.size for outcome in spared)
    after = sum(outcome.page.bytes for outcome in spared if outcome.page)
    than = compared(after, before)
    return f"{counts}. A page loads {amount(after)} instead of {amount(before)}, {than}."


def amount(count: int) -> str:
    """`24930169` → `24.9 MB`: three digits, decimal units."""
    value, unit = float(count), 0
    while value >= 999.5 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {UNITS[unit]}" if value < 99.95 and unit else f"{value:.0f} {UNITS[unit]}"


def speed(bits: int) -> str:
    """Of bits per second: `4930169` → `4.9 Mbit/s`."""
    return f"{bits / 1e6:.1f} Mbit/s" if bits >= 1e6 else f"{bits / 1e3:.0f} kbit/s"


def clock(seconds: float) -> str:
    """`75.2` → `1:15`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def compared(count: int, original: int) -> str:
    """`95 % less` or `173 % more`; 99.9 % less is 99, since 100 would be nothing."""
    percent = 100 * (original - count) // original
    return f"{percent} % less" if percent >= 0 else f"{-percent} % more"


def _headline(outcome: Outcome) -> Text:
    upload = outcome.journey.upload
    if outcome.surprises:
        mark = "✗ ", "bold red"
    elif upload.expected or outcome.journey.state == "ready":
        mark = "✓ ", "green"
    else:
        mark = "– ", "yellow"
    return Text.assemble(mark, (outcome.journey.name, "bold"), f"  {upload.about}")


def _facts(outcome: Outcome) -> Iterator[tuple[str, str]]:
    seconds = outcome.journey.seconds_to_ready
    if seconds is None:
        yield outcome.journey.state, outcome.error or ""
        return
    asset = outcome.asset
    yield "ready", f"{seconds:.1f} s after the upload"
    yield "size", f"{asset['width']} × {asset['height']}, {amount(outcome.journey.size)}"
    if outcome.video:
        yield from _of_video(asset, outcome.video)
    yield "blurhash", asset["blurhash"]
    yield "pHash", asset["perceptualHash"]
    if page := outcome.page:
        size = outcome.journey.size
        loads = f"a page loads {amount(page.bytes)} of {page.format}, {compared(page.bytes, size)}"
        yield "saved", f"{amount(max(0, size - page.bytes))}: {loads}"
    for name in ("thumbnail", "preview", "poster"):
        if picture := outcome.picture(name):
            yield name, picture.wanted.url
    if page := outcome.page:
        yield f"/img {PAGE_WIDTH}", page.wanted.url
    for warning in asset.get("warnings", ()):
        yield "warning", warning


def _of_video(asset: Mapping[str, Any], video: Video) -> Iterator[tuple[str, str]]:
    yield "video", f"{asset['duration']:.1f} s, {picture_of(asset)}, {sound_of(asset)}"
    for rung in video.stream.rungs:
        if rung.size:
            size = f"{rung.size[0]} × {rung.size[1]}"
            yield rung.name, f"{size}, at most {speed(rung.bandwidth)}"
    yield "hls", video.stream.url
    yield "dash", video.dash
    for mp4 in video.mp4s:
        yield mp4.name, f"{mp4.url}, {amount(mp4.bytes)}"


def picture_of(asset: Mapping[str, Any]) -> str:
    """`h264 High, 25 frames per second`."""
    video = asset["video"]
    codec = " ".join(filter(None, (video.get("codec"), video.get("profile"))))
    turned = f", turned by {video['rotation']}°" if video.get("rotation") else ""
    hdr = f", {video['hdr']}" if video.get("hdr") else ""
    return f"{codec}, {video.get('frameRate', 0):g} frames per second{turned}{hdr}"


def sound_of(asset: Mapping[str, Any]) -> str:
    """`aac stereo`."""
    audio = asset.get("audio") or {}
    return " ".join(filter(None, (audio.get("codec"), audio.get("channelLayout")))) or "silent"
