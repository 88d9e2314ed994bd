"""Signals: every polite one ends the program as Ctrl-C does, so that no child is left behind."""

from __future__ import annotations

import signal
from types import FrameType

POLITE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stop_like_ctrl_c() -> None:
    """SIGTERM and SIGHUP raise KeyboardInterrupt, too."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in POLITE:
        signal.signal(number, interrupt)


def ignore() -> None:
    """While stopping: an impatient second Ctrl-C would leave children behind."""
    for number in POLITE:
        signal.signal(number, signal.SIG_IGN)
