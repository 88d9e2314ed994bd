"""The files on their way: a live table on a terminal, a line per change anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from local.demo.journey import Journey

STYLES = {
    "waiting": "dim",
    "uploading": "cyan",
    "queued": "yellow",
    "processing": "yellow",
    "analyzing": "yellow",
    "ready": "green",
    "failed": "red",
}
MARKS = {"ready": "✓", "failed": "✗"}
TICK = 0.1  # seconds


def watch(journeys: Sequence[Journey], console: Console) -> None:
    """Returns when every journey is over."""
    if console.is_terminal:
        _watch_live(journeys, console)
    else:
        _watch_lines(journeys, console)


@contextmanager
def telling(console: Console) -> Iterator[Callable[[str], None]]:
    """Says what is being done: in one line that changes on a terminal, in lines anywhere else."""
    if not console.is_terminal:
        yield lambda text: console.print(Text(f"{text} …"), soft_wrap=True)
        return
    with console.status("") as status:
        yield lambda text: status.update(Text(f"{text} …"))


def _watch_live(journeys: Sequence[Journey], console: Console) -> None:
    spinner = Spinner("dots")
    with Live(console=console, refresh_per_second=10) as live:
        while _under_way(journeys):
            live.update(_table(journeys, spinner))
            time.sleep(TICK)
        live.update(_table(journeys, spinner))


def _watch_lines(journeys: Sequence[Journey], console: Console) -> None:
    shown = ["waiting"] * len(journeys)
    while True:
        over = not _under_way(journeys)
        for i, journey in enumerate(journeys):
            if shown[i] != (stage := _in_quarters(journey)):
                shown[i] = stage
                line = f"{journey.elapsed:6.1f} s  {stage:<15}  {journey.name}"
                console.print(Text(line), soft_wrap=True)
        if over:
            return
        time.sleep(TICK)


def _in_quarters(journey: Journey) -> str:
    """The state, of a transcode with 25 %, 50 % and 75 %: a log needs no more."""
    percent = journey.percent or 0
    return f"{journey.state} {percent // 25 * 25} %" if percent >= 25 else journey.state


def _under_way(journeys: Sequence[Journey]) -> bool:
    return any(journey.ended is None for journey in journeys)


def _table(journeys: Sequence[Journey], spinner: Spinner) -> Table:
    table = Table(box=None, padding=(0, 1), show_header=False)
    for journey in journeys:
        style = STYLES.get(journey.state, "red")
        table.add_row(
            spinner if journey.ended is None else Text(MARKS.get(journey.state, "!"), style=style),
            Text(journey.name, overflow="ellipsis", no_wrap=True),
            Text(_stage(journey), style=style),
            _bar(journey),
            Text(f"{journey.elapsed:.1f} s", style="dim", justify="right"),
        )
    return table


def _stage(journey: Journey) -> str:
    if journey.state == "uploading":
        share = 100 * journey.sent // max(1, journey.size)
        return f"uploading {share} %" if share < 100 else "uploaded"
    percent = journey.percent
    return journey.state if percent is None else f"{journey.state} {percent} %"


def _bar(journey: Journey) -> ProgressBar:
    """What has been sent; of a video that is transcoded, how much of it."""
    if (percent := journey.percent) is not None:
        return ProgressBar(total=100, completed=percent, width=20)
    return ProgressBar(total=max(1, journey.size), completed=journey.sent, width=20)
