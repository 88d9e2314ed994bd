"""Whatever the bytes are, a user gets a sentence: nothing but MediaError ever comes out."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spool.errors import MediaError
from spool.formats import VIDEOS, Format
from tests.unit.video.probing import probed
from tests.unit.video.test_probe import KINDS, made

HEADERS = 3000  # bytes at either end, where containers say most


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_damaged_video_is_refused_or_passes(kind: str, data: st.DataObject) -> None:
    whole = bytearray(made(kind))
    near = st.integers(0, HEADERS - 1)
    places = st.one_of(near, near.map(lambda at: len(whole) - 1 - at))
    for at in data.draw(st.lists(places, min_size=1, max_size=12)):
        whole[at] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]) | st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(whole), len(whole), len(whole) - 100, 1000]))
    with contextlib.suppress(MediaError):
        probed(bytes(whole[:cut]), KINDS[kind][0])


@pytest.mark.parametrize("fmt", VIDEOS, ids=lambda fmt: fmt.content_type)
@given(noise=st.binary(max_size=500), kind=st.sampled_from(["mp4", "mkv", "avi", "ts"]))
@settings(max_examples=25, deadline=None)
def test_noise_is_refused(fmt: Format, noise: bytes, kind: str) -> None:
    for start in (b"", made(kind)[:40]):
        with pytest.raises(MediaError):
            probed(start + noise, fmt)


@pytest.mark.parametrize("fmt", VIDEOS, ids=lambda fmt: fmt.content_type)
@pytest.mark.parametrize("kind", ["mp4", "mkv", "avi", "ts"])
def test_a_video_taken_for_another_container_is_no_accident(kind: str, fmt: Format) -> None:
    with contextlib.suppress(MediaError):
        probed(made(kind), fmt)
