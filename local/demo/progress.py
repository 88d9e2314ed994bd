"""The files on their way: a line as each change is told, and on a terminal a table below."""

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

from local.demo.journey import Journey, Note

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


def watch(journeys: Sequence[Journey], notes: Sequence[Note], console: Console) -> None:
    """Prints notes as they come. Returns when every journey is over."""
    with _table_below(journeys, console) as refresh:
        shown, over = 0, False
        while not over:
            over = not _under_way(journeys)  # before the last notes are taken
            fresh = notes[shown:]
            shown += len(fresh)
            for note in fresh:
                if not (note.minor and console.is_terminal):
                    console.print(_line(note), soft_wrap=True)
            refresh()
            if not over:
                time.sleep(TICK)


@contextmanager
def _table_below(journeys: Sequence[Journey], console: Console) -> Iterator[Callable[[], None]]:
    """On a terminal, where it can change in its place."""
    if not console.is_terminal:
        yield lambda: None
        return
    spinner = Spinner("dots")
    with Live(console=console, refresh_per_second=10) as live:
        yield lambda: live.update(_table(journeys, spinner))


@contextmanager
def telling(console: Console) -> Iterator[Callable[[str], None]]:
    """Says what is being done: in one line that changes on a terminal, in lines anywhere else."""
    if not console.is_terminal:
        yield lambda text: console.print(Text(f"{text} …"), soft_wrap=True)
        return
    with console.status("") as status:
        yield lambda text: status.update(Text(f"{text} …"))


def _line(note: Note) -> Text:
    if not note.name:
        return Text(f"{'':10}{note.text}", style="yellow")
    time_ = "" if note.seconds is None else f"{note.seconds:.1f} s"
    style = STYLES.get(note.state.partition(" ")[0], "red")
    return Text.assemble(
        (f"{time_:>8}  ", "dim"),
        (f"{note.state:<15}  ", style),
        note.name,
        (f"  {note.text}" if note.text else "", style),
    )


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
