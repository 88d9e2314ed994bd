from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from local.mediaconvert.encode.progress import Progress


def reported(lines: list[str], duration: float | None = 10) -> list[int]:
    seen: list[int] = []
    progress = Progress(duration, seen.append)
    for line in lines:
        progress.line(line)
    return seen


def test_other_lines_say_nothing() -> None:
    assert reported(["frame=5\n", "out_time_us=N/A\n", "out_time_us=-5\n", "progress=end\n"]) == []


def test_a_time_is_a_share_of_the_duration() -> None:
    assert reported(["out_time_us=2500000\n", "out_time_us=5100000\n"]) == [25, 51]


def test_without_a_duration_there_is_no_percentage() -> None:
    assert reported(["out_time_us=2500000\n"], None) == []


@given(st.lists(st.integers(0, 20_000_000)))
def test_percentages_rise_and_stay_below_the_end(times: list[int]) -> None:
    seen = reported([f"out_time_us={time}\n" for time in times])
    assert seen == sorted(set(seen))
    assert all(0 <= percent <= 99 for percent in seen)
