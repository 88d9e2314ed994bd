"""Whatever the bytes are, a user gets a sentence: nothing but MediaError ever comes out."""

from __future__ import annotations

import contextlib
import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spool.errors import MediaError
from spool.formats import AVIF, GIF, HEIC, JPEG, PNG, SVG, TIFF, WEBP, Format
from spool.imaging.metadata import extract
from spool.imaging.probe import Limits, check_limits, probe
from tests.unit import media

LIMITS = Limits(pixels=4_000_000, decoder_bytes=64 << 20)
NAMES = {JPEG: "JPEG", PNG: "PNG", GIF: "GIF", WEBP: "WEBP", AVIF: "AVIF", TIFF: "TIFF"}
SVG_FILE = b'<svg xmlns="http://www.w3.org/2000/svg" width="9"><rect id="a" fill="url(#b)"/></svg>'


@functools.cache
def sample(fmt: Format) -> bytes:
    if fmt is HEIC:
        return media.heic(media.quarters(64, 48))
    if fmt is SVG:
        return SVG_FILE
    if fmt in {GIF, WEBP}:
        return media.animation(NAMES[fmt], size=(20, 16))
    return media.file_of(media.quarters(40, 30), NAMES[fmt])


def process(data: bytes, fmt: Format) -> None:
    """As the pipeline does: nothing is decoded that its header forbids."""
    check_limits(probe(data, fmt), LIMITS)
    extract(data, fmt)


@pytest.mark.parametrize("fmt", [*NAMES, HEIC, SVG], ids=lambda fmt: fmt.content_type)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_file_is_refused_or_passes(fmt: Format, data: st.DataObject) -> None:
    whole = bytearray(sample(fmt))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, min(len(whole), 400) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(whole), len(whole) // 2, 60]))
    with contextlib.suppress(MediaError):
        process(bytes(whole[:cut]), fmt)


@pytest.mark.parametrize("fmt", [*NAMES, HEIC, SVG], ids=lambda fmt: fmt.content_type)
@given(noise=st.binary(max_size=200))
@settings(max_examples=40, deadline=None)
def test_noise_is_refused(fmt: Format, noise: bytes) -> None:
    for start in (b"", sample(fmt)[:12]):
        with pytest.raises(MediaError):
            process(start + noise, fmt)
