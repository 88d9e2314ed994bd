from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.errors import ResourceLimit, Transient
from spool.video import reader as module
from spool.video.reader import FEWEST, MOST, RangedReader

DATA = bytes(i * i % 251 for i in range(300_000))


class Store:
    """Bytes behind requests that are noted."""

    def __init__(self, data: bytes = DATA) -> None:
        self.data = data
        self.requests: list[tuple[int, int]] = []

    def fetch(self, start: int, length: int) -> bytes:
        self.requests.append((start, length))
        return self.data[start : start + length]

    def reader(self) -> RangedReader:
        return RangedReader(self.fetch, len(self.data))


@given(
    st.lists(st.tuples(st.integers(0, len(DATA) + 10), st.integers(0, 70_000)), max_size=30),
)
def test_it_reads_what_a_file_would(steps: list[tuple[int, int]]) -> None:
    reader = Store().reader()
    reader.seek(7)

    for start, length in steps:
        assert reader.at(start, length) == DATA[start : start + length]
    assert reader.tell() == 7


@given(st.lists(st.integers(1, 40_000), max_size=40))
def test_reading_goes_on_where_it_was(lengths: list[int]) -> None:
    reader = Store().reader()
    seen = b""

    for length in lengths:
        seen += reader.read(length)
        reader.at(len(seen) // 2, 10)

    assert seen == DATA[: len(seen)]
    assert reader.tell() == len(seen)


def test_seeking_is_that_of_files() -> None:
    reader = Store().reader()

    assert reader.seekable()
    assert reader.seek(10) == 10
    assert reader.seek(5, os.SEEK_CUR) == 15
    assert reader.seek(-1, os.SEEK_END) == len(DATA) - 1
    assert (reader.read(10), reader.read(10)) == (DATA[-1:], b"")
    with pytest.raises(ValueError, match="before the file"):
        reader.seek(-1)


def test_straight_on_it_asks_for_more_each_time_and_after_a_jump_for_little() -> None:
    store = Store(bytes(16 << 20))
    reader = store.reader()

    reader.at(0, 7 << 20)
    reader.at(12 << 20, 100)

    lengths = [length for _, length in store.requests]
    assert lengths[:4] == [FEWEST, 2 * FEWEST, 4 * FEWEST, 8 * FEWEST]
    assert max(lengths) == MOST
    assert lengths[-1] == FEWEST


def test_what_is_kept_is_not_fetched_again() -> None:
    store = Store()
    reader = store.reader()

    for _ in range(50):
        reader.at(0, 16)
        reader.at(200_000, 16)

    assert len(store.requests) == 2


def test_who_reads_too_much_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FETCHED_LIMIT", 100_000)
    reader = Store().reader()

    with pytest.raises(ResourceLimit):
        reader.at(0, len(DATA))


def test_who_reads_the_same_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READS_LIMIT", 10)
    reader = Store().reader()
    for _ in range(10):
        reader.at(0, 16)

    with pytest.raises(ResourceLimit):
        reader.at(0, 16)


def test_a_failure_is_remembered() -> None:
    def broken(start: int, length: int) -> bytes:
        raise Transient("S3 broke off")

    reader = RangedReader(broken, 100)

    for _ in range(2):
        with pytest.raises(Transient, match="broke off"):
            reader.read(10)
    assert isinstance(reader.failure, Transient)


def test_fewer_bytes_than_asked_for_are_no_end() -> None:
    reader = RangedReader(lambda _, length: bytes(length - 1), 100)

    with pytest.raises(Transient):
        reader.read(10)
