"""Variants look as they always did: compared with pictures that were looked at, by SSIM."""

from __future__ import annotations

import itertools

import pytest

from spool.imaging.variant import Effort
from tests.unit.imaging import golden

ALIKE = 0.9
PLACED = [name for name in golden.CASES if name.startswith("cover")]


@pytest.mark.parametrize("effort", [Effort.QUICK, Effort.SMALL])
@pytest.mark.parametrize("fmt", ["png", "webp", "avif", "jpeg", "gif"])
@pytest.mark.parametrize("name", golden.CASES)
def test_a_variant_looks_like_its_golden_picture(name: str, fmt: str, effort: Effort) -> None:
    seen, known = golden.made(name, fmt, effort), golden.expected(name)
    if fmt == "jpeg":
        known = golden.on_white(known)
    elif fmt == "gif":  # a pixel is there or not
        seen, known = golden.cut_out(seen), golden.cut_out(known)
    assert seen.size == known.size
    assert golden.ssim(seen, known) > ALIKE


def test_the_golden_pictures_could_tell_one_crop_from_another() -> None:
    pictures = {name: golden.expected(name) for name in PLACED}
    for (one, a), (other, b) in itertools.combinations(pictures.items(), 2):
        same = a.size == b.size and golden.ssim(a, b) > ALIKE
        assert not same or {one, other} <= {"cover-point", "cover-attention"}


def test_the_golden_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in golden.FOLDER.iterdir()) < 100_000
