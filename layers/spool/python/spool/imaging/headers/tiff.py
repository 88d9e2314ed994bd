"""TIFF and BigTIFF: the first page."""

from __future__ import annotations

from spool.errors import Corrupt
from spool.formats import TIFF
from spool.imaging.headers.ifd import ORIENTATION, Entry, Tiff
from spool.imaging.info import ImageInfo, upright

_WIDTH, _HEIGHT, _BITS, _SAMPLES, _ROWS, _TILE_HEIGHT = 256, 257, 258, 277, 278, 323
_EXTRA_SAMPLES, _ICC = 338, 34675
_ALPHA_KINDS = {1, 2}
_PAGES = 1000


def read(data: bytes) -> ImageInfo:
    tiff = Tiff.open(data)
    fields = tiff.directory(tiff.first)
    width, height = tiff.number(fields, _WIDTH, 0), tiff.number(fields, _HEIGHT, 0)
    if not (width and height):
        raise Corrupt("The TIFF's header contradicts itself.")
    orientation = tiff.number(fields, ORIENTATION, 1)
    orientation = orientation if 1 <= orientation <= 8 else 1
    depth = tiff.number(fields, _BITS, 1)
    upright_width, upright_height = upright(width, height, orientation)
    pages = _pages(tiff)
    return ImageInfo(
        format=TIFF,
        width=upright_width,
        height=upright_height,
        has_alpha=bool(_ALPHA_KINDS & set(tiff.numbers(fields, _EXTRA_SAMPLES))),
        bit_depth=depth,
        orientation=orientation,
        decoder_bytes=_decoder_bytes(tiff, fields, width, height, depth),
        exif=data,
        icc=_profile(tiff, fields),
        warnings=(f"Only the first of {pages} pages is used.",) if pages > 1 else (),
    )


def _decoder_bytes(
    tiff: Tiff, fields: dict[int, Entry], width: int, height: int, depth: int
) -> int:
    """One strip, or one row of tiles: the least that can be decoded."""
    rows = tiff.number(fields, _TILE_HEIGHT, 0) or tiff.number(fields, _ROWS, height)
    samples = tiff.number(fields, _SAMPLES, 1)
    return width * min(rows, height) * samples * max(1, depth // 8)


def _profile(tiff: Tiff, fields: dict[int, Entry]) -> bytes:
    values = tiff.values(fields[_ICC]) if _ICC in fields else b""
    return values if isinstance(values, bytes) else b""


def _pages(tiff: Tiff) -> int:
    seen, at = set[int](), tiff.first
    while at and at not in seen and len(seen) < _PAGES:
        seen.add(at)
        at = tiff.next_directory(at)
    return len(seen)
