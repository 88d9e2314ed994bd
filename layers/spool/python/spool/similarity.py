"""Which pictures look alike: those whose perceptual hashes (spool.imaging.hashes) differ in few of
their 64 bits, and how those are found without comparing all.

A hash is cut into four bands of 16 bits. Of two hashes that differ in at most three bits some band
is the same; of two that differ in at most seven some band differs in one bit at most. So who looks
up the four bands of a hash, and for the latter each of them with any one bit turned, misses none.

A bit says whether one of the picture's 8 x 8 lowest frequencies is above their median. Those of
like frequency go together, as do those of a row, a column or a diagonal, since pictures have a
horizon, a bright middle, symmetry. A band of bits that go together has few values, each of many
pictures. So each band has two bits of every row and of every column, and no diagonal. Among 100,000
photographs a look-up within seven then reads 152 entries, as with any bands drawn by lot; with bits
in their order it is 216, of hashes made by dice it would be 108 (bench/duplicates.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

BANDS = 4
NEAREST, FARTHEST = 3, 7
"""Up to the first distance the bands themselves find all; up to the second, with a bit turned."""

LEAST_ONES = 12
"""With fewer, a hash is of a flat picture: a colour, a gradient, a black frame with bars. Nearly
all of its frequencies are exactly 0, as is their median, and few are above that: of what changes
along one line eight at most, of a round gradient eleven. Of a photograph's half of them are, and of
what is its own mirror image a quarter, so that one in twenty of those is taken for flat, too."""

_SIDE, _BAND_BITS = 8, 16

Probe = tuple[int, str]
"""The number of a band, and a value of it."""


def _band_of(row: int, column: int) -> int:
    return (column + column // BANDS - row + row // BANDS) % BANDS


def _shifts(band: int) -> tuple[int, ...]:
    """Of its bits, in a hash whose first bit is the highest."""
    places = range(_SIDE * _SIDE)
    return tuple(63 - place for place in places if _band_of(*divmod(place, _SIDE)) == band)


_SHIFTS: Final = tuple(_shifts(band) for band in range(BANDS))


def distance(one: str, other: str) -> int:
    """How many bits of two hashes, of 16 hex digits each, differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def bands(perceptual_hash: str) -> tuple[str, ...]:
    """The four values of a hash, of 4 hex digits each; none where it is of a flat picture."""
    return tuple(f"{value:04x}" for value in _values(perceptual_hash))


def probes(perceptual_hash: str, within: int) -> Sequence[Probe]:
    """What to look up to find every hash within this distance: 4 values, or 68 from 4 on. Those
    likeliest to be near come first. Raises ValueError above `FARTHEST`."""
    if within > FARTHEST:
        raise ValueError(f"Within {within} no band has to be alike.")
    turned = [0] if within <= NEAREST else [0, *(1 << bit for bit in range(_BAND_BITS))]
    values = _values(perceptual_hash)
    return [(band, f"{value ^ bit:04x}") for bit in turned for band, value in enumerate(values)]


def _values(perceptual_hash: str) -> Sequence[int]:
    bits = int(perceptual_hash, 16)
    if bits.bit_count() < LEAST_ONES:
        return ()
    return [
        sum((bits >> shift & 1) << place for place, shift in enumerate(shifts))
        for shifts in _SHIFTS
    ]
