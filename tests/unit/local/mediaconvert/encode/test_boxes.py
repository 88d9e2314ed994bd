from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.mediaconvert.encode.boxes import durations


def box(kind: bytes, payload: bytes, *, large: bool = False) -> bytes:
    if large:
        return struct.pack(">I4sQ", 1, kind, len(payload) + 16) + payload
    return struct.pack(">I4s", len(payload) + 8, kind) + payload


def sidx(lengths: list[int], *, version: int) -> bytes:
    head = struct.pack(">B3xII", version, 1, 90000)
    head += struct.pack(">QQ" if version else ">II", 0, 0) + struct.pack(">HH", 0, len(lengths))
    return box(b"sidx", head + b"".join(struct.pack(">III", 100, n, 0) for n in lengths))


@given(
    indexes=st.lists(
        st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=4), min_size=1, max_size=4
    ),
    version=st.sampled_from([0, 1]),
    large=st.booleans(),
)
def test_all_fragments_of_a_segment_count(
    indexes: list[list[int]], version: int, large: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("segment") / "segment"
    data = box(b"styp", b"msdh")
    for lengths in indexes:
        data += sidx(lengths, version=version) + box(b"mdat", b"sidx" * 9, large=large)
    path.write_bytes(data)
    assert durations(path) == (sum(map(sum, indexes)), 90000)


def test_a_segment_without_an_index_is_named(tmp_path: Path) -> None:
    path = tmp_path / "segment"
    path.write_bytes(box(b"styp", b"msdh"))
    with pytest.raises(ValueError, match="segment has no segment index"):
        durations(path)
