"""The outcome of every file, in words for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from local.demo.outcome import Outcome
from local.demo.pictures import PAGE_WIDTH

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
    yield "blurhash", asset["blurhash"]
    yield "pHash", asset["perceptualHash"]
    if page := outcome.page:
        size = outcome.journey.size
        loads = f"a page loads {amount(page.bytes)} of {page.format}, {compared(page.bytes, size)}"
        yield "saved", f"{amount(max(0, size - page.bytes))}: {loads}"
    for name in ("thumbnail", "preview"):
        if picture := outcome.picture(name):
            yield name, picture.wanted.url
    if page := outcome.page:
        yield f"/img {PAGE_WIDTH}", page.wanted.url
    for warning in asset.get("warnings", ()):
        yield "warning", warning
