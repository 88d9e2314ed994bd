"""`make bench`: every claim, as a table, as `bench/results.json` and as `docs/images/bench.svg`."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.measure import SIGNS, Row
from bench.plot import draw

SUBJECTS = (
    "img",
    "metadata",
    "memory",
    "cold_start",
    "presign",
    "pipeline",
    "transcode",
    "edge_function",
    "edge_hits",
    "zip",
    "burst",
    "duplicates",
    "back_office",
    "live",
    "webhooks",
)
RESULTS = Path(__file__).with_name("results.json")
PLOT = Path(__file__).parent.parent / "docs" / "images" / "bench.svg"


def main(subjects: tuple[str, ...]) -> int:
    """Measure `subjects`; the exit code is 1 when a goal is missed."""
    console = Console()
    rows: list[Row] = []
    for subject in subjects:
        with console.status(f"measuring {subject}"):
            rows += importlib.import_module(f"bench.{subject}").measure()
    console.print(_table(rows))
    if subjects == SUBJECTS:
        RESULTS.write_text(json.dumps(rows, indent=2) + "\n")
        PLOT.parent.mkdir(parents=True, exist_ok=True)
        PLOT.write_text(draw(rows))
    missed = [row["name"] for row in rows if row["met"] is False]
    for name in missed:
        console.print(f"[red]missed:[/] {name}")
    return 1 if missed else 0


def _table(rows: list[Row]) -> Table:
    table = Table(title="Spool beside its peers, medians of paired runs on this machine")
    for heading in ("what", "ours", "peer", "ratio", "spread", "goal", "met"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for row in rows:
        peer = "" if row["peer"] is None else f"{row['peer']:.4g} {row['peerName']}"
        table.add_row(
            row["name"],
            f"{row['ours']:.4g} {row['unit']}",
            peer,
            "" if row["ratio"] is None else f"{row['ratio']:.2f}×",
            f"±{row['spread']:.2g}",
            "" if row["goal"] is None else f"{SIGNS[row['sense']]} {row['goal']:g}",
            {True: "[green]yes[/]", False: "[red]no[/]", None: ""}[row["met"]],
        )
    return table


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:]) or SUBJECTS))
