"""The outcome of every file, in words for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from local.demo.comparison import Row, rows
from local.demo.journey import Journey
from local.demo.outcome import Outcome
from local.demo.tour import Tour
from local.demo.videos import Video
from local.demo.wanted import PAGE_WIDTH
from local.demo.words import amount, compared, fetched_in, ms, picture_of, sound_of, span, speed

Facts = Iterator[tuple[str, str]]


def report(outcomes: Sequence[Outcome], tour: Tour, console: Console) -> None:
    """What strangers wrote (names, metadata) is printed as text, never as markup."""
    for outcome in outcomes:
        _print(_headline(outcome), _facts(outcome), outcome.surprises, console)
    mark = ("✗ ", "bold red") if tour.surprises else ("✓ ", "green")
    title = Text.assemble(mark, ("Delivery", "bold"), "  crops, private, deleted, zipped")
    _print(title, _of_tour(tour), tour.surprises, console)
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


def _print(
    title: Text, facts: Iterable[tuple[str, str]], surprises: Iterable[str], console: Console
) -> None:
    console.print()
    console.print(title, soft_wrap=True)
    for label, value in facts:
        console.print(Text.assemble((f"    {label:<10}", "dim"), value), soft_wrap=True)
    for surprise in surprises:
        console.print(Text(f"    ! {surprise}", style="bold red"), soft_wrap=True)


def _headline(outcome: Outcome) -> Text:
    upload = outcome.journey.upload
    if outcome.surprises:
        mark = "✗ ", "bold red"
    elif upload.expected or outcome.journey.state == "ready":
        mark = "✓ ", "green"
    else:
        mark = "– ", "yellow"
    return Text.assemble(mark, (outcome.journey.name, "bold"), f"  {upload.about}")


def _facts(outcome: Outcome) -> Facts:
    seconds = outcome.journey.seconds_to_ready
    if seconds is None:
        yield outcome.journey.state, outcome.error or ""
        return
    asset = outcome.asset
    yield "ready", f"{seconds:.1f} s after the upload{_told(outcome.journey)}"
    yield "size", f"{asset['width']} × {asset['height']}, {amount(outcome.journey.size)}"
    if outcome.video:
        yield from _of_video(asset, outcome.video)
    yield "blurhash", asset["blurhash"]
    yield "pHash", asset["perceptualHash"]
    if page := outcome.page:
        size = outcome.journey.size
        loads = f"a page loads {amount(page.bytes)} of {page.format}, {compared(page.bytes, size)}"
        yield "saved", f"{amount(max(0, size - page.bytes))}: {loads}"
        yield from ((row.format, _of_format(row)) for row in rows(outcome) if row.picture)
    for name in ("thumbnail", "preview", "poster"):
        if picture := outcome.picture(name):
            yield name, picture.wanted.url
    if page := outcome.page:
        yield f"/img {PAGE_WIDTH}", page.wanted.url
    for warning in asset.get("warnings", ()):
        yield "warning", warning


def _told(journey: Journey) -> str:
    seconds = journey.seconds_to_told
    return "" if seconds is None else f", told {span(seconds)} later"


def _of_format(row: Row) -> str:
    if row.picture is None:
        return "not there"
    browsers = f"; f=auto in {', '.join(row.browsers)}" if row.browsers else ""
    took = fetched_in(row.picture.first, row.picture.again)
    return f"{_weight(row.picture.bytes, row.beside)} in {took}{browsers}"


def _weight(count: int, beside: int | None) -> str:
    return amount(count) if beside is None else f"{amount(count)}, {compared(count, beside)},"


def _of_video(asset: Mapping[str, Any], video: Video) -> Facts:
    yield "video", f"{asset['duration']:.1f} s, {picture_of(asset)}, {sound_of(asset)}"
    for rung in video.stream.rungs:
        if rung.size:
            size = f"{rung.size[0]} × {rung.size[1]}"
            yield rung.name, f"{size}, at most {speed(rung.bandwidth)}"
    yield "hls", video.stream.url
    yield "dash", video.dash
    for mp4 in video.mp4s:
        yield mp4.name, f"{mp4.url}, {amount(mp4.bytes)}"


def _of_tour(tour: Tour) -> Facts:
    if tour.comparison:
        for total in tour.comparison.totals:
            took = f"medians: {ms(total.first_ms)}, then {ms(total.again_ms)}"
            weight = _weight(total.bytes, total.beside)
            pictures = f"{weight} for {_many(tour.comparison.count, 'picture')}"
            yield total.format, f"{pictures}; {took}"
    for crop in tour.crops.crops if tour.crops else ():
        yield "crop", f"by {crop.about}: {crop.picture.wanted.url}"
    private, deletion, zipped = tour.private, tour.deletion, tour.download
    if private.picture and private.expires:
        until = f"until {private.expires:%H:%M} whoever has its signed URL (on the sheet) gets it"
        yield "private", f"{until}, and a stranger {private.stranger}: {private.address}"
    if deletion.seconds is not None:
        yield "deleted", f"{deletion.seconds:.2f} s from DELETE to 404 at {len(deletion.urls)} URLs"
    if zipped and zipped.expires:
        held = f"{_many(len(zipped.names), 'original')}, {amount(zipped.bytes)}"
        made = f"in {zipped.seconds:.1f} s"
        yield "zip", f"{held}, {made}; its link (on the sheet) ends at {zipped.expires:%H:%M}"


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' if count != 1 else ''}"
