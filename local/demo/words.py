"""Amounts, times and the like, in the words of the report and of the sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.demo.pictures import Fetch

UNITS = ("B", "kB", "MB", "GB")


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


def ms(milliseconds: float) -> str:
    """`103.4` → `103 ms`, `2.62` → `2.6 ms`."""
    return f"{milliseconds:.0f} ms" if milliseconds >= 9.95 else f"{milliseconds:.1f} ms"


def span(seconds: float) -> str:
    """`0.152` → `152 ms`, `9.959` → `10.0 s`."""
    return f"{seconds:.1f} s" if seconds >= 0.9995 else ms(1000 * seconds)


def compared(count: int, original: int) -> str:
    """`95 % less` or `173 % more`; 99.9 % less is 99, since 100 would be nothing."""
    percent = 100 * (original - count) // original
    return f"{percent} % less" if percent >= 0 else f"{-percent} % more"


def fetched_in(first: Fetch, again: Fetch) -> str:
    """`103 ms, 81 ms of it encoding; then 2.6 ms, Hit`."""
    encode = "" if first.encode_ms is None else f", {ms(first.encode_ms)} of it encoding"
    return f"{ms(first.ms)}{encode}; then {ms(again.ms)}, {again.cache}"


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
