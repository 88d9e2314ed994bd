"""What FFmpeg reports of itself while it runs, as a percentage."""

from __future__ import annotations

from collections.abc import Callable

_TIME = "out_time_us="


class Progress:
    """Reads the lines of `-progress` and calls back with 0 to 99: 100 is when all is written.

    Percentages never fall and are never repeated; without a `duration` (seconds) there are none.
    """

    def __init__(self, duration: float | None, on_progress: Callable[[int], None]) -> None:
        self._duration, self._on_progress, self._last = duration, on_progress, -1

    def line(self, line: str) -> None:
        value = line.removeprefix(_TIME)
        if value == line or not self._duration or not value.strip().isdigit():
            return  # before the first packet the time is N/A, or negative
        percent = min(99, int(int(value) / 1e6 / self._duration * 100))
        if percent > self._last:
            self._last = percent
            self._on_progress(percent)
