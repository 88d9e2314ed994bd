"""Tells the person at the terminal what is going on; also readable when it isn't a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status

Report = Callable[[str], None]
"""Called with what begins now, e.g. `Deploying Spool-Storage`."""


def silent(_step: str) -> None:
    """For tests."""


class TerminalReport:
    """A spinner with the current step, and a line for each finished one with its seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._step, self._since = "", 0.0

    def __call__(self, step: str) -> None:
        self.done()
        self._step, self._since = step, time.monotonic()
        if self._console.is_terminal:
            self._status = self._console.status(f"{step} …")
            self._status.start()

    def done(self) -> None:
        self._finish("[green]✓[/]")

    def _finish(self, mark: str) -> None:
        if self._status:
            self._status.stop()
            self._status = None
        if self._step:
            seconds = time.monotonic() - self._since
            self._console.print(f"{mark} {self._step} [dim]{seconds:.1f} s[/]", highlight=False)
            self._step = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._finish("[red]✗[/]" if kind else "[green]✓[/]")
