from __future__ import annotations

import io

import pytest
from rich.console import Console

from local.errors import SynthFailed
from local.report import TerminalReport


def test_every_step_is_a_line_and_the_one_that_failed_is_marked() -> None:
    out = io.StringIO()  # not a terminal: no spinner

    def fail() -> None:
        with TerminalReport(Console(file=out, width=80)) as report:
            report("Starting the emulator")
            report("Deploying Spool-Api")
            raise SynthFailed("no")

    with pytest.raises(SynthFailed):
        fail()
    done, failed = out.getvalue().splitlines()
    assert done.startswith("✓ Starting the emulator 0.")
    assert failed.startswith("✗ Deploying Spool-Api 0.")


def test_what_comes_after_the_last_step_is_no_part_of_it() -> None:
    out = io.StringIO()
    with TerminalReport(Console(file=out, width=80)) as report:
        report("Starting the edge")
        report.done()
        report.done()

    assert len(out.getvalue().splitlines()) == 1
