"""`q` means the same in every format: measured by SSIMULACRA2 on a picture that code made."""

from __future__ import annotations

import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from ssimulacra2 import compute_ssimulacra2

from spool.imaging.quality import OWN, STEPS, Effort, own_quality
from spool.imaging.variant import VariantOptions, make_variant
from tests.unit import media

SIDE = 384


def picture() -> bytes:
    """Soft shapes with edges among them, and grain, as a photograph has."""
    random = np.random.default_rng(5)
    image = media.photo(SIDE, SIDE, seed=3).filter(ImageFilter.GaussianBlur(3))
    draw = ImageDraw.Draw(image)
    for i in range(60):
        x, y = (int(value) for value in random.integers(0, SIDE, 2))
        size = int(random.integers(4, 40))
        colour = tuple(int(v) for v in random.integers(40, 200) + random.integers(-40, 40, 3))
        (draw.ellipse if i % 2 else draw.rectangle)((x, y, x + size, y + size), fill=colour)
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(0.7)), dtype=float)
    grainy = soft + random.normal(0, 5, (SIDE, SIDE, 1))
    return media.file_of(Image.fromarray(grainy.clip(0, 255).astype(np.uint8)), "PNG")


PICTURE = picture()


def score(fmt: str, q: int, effort: Effort) -> float:
    made = make_variant(PICTURE, VariantOptions(q=q, format=fmt), effort)
    return float(compute_ssimulacra2(io.BytesIO(PICTURE), io.BytesIO(made.data)))


@pytest.mark.parametrize("effort", [Effort.QUICK, Effort.SMALL])
@pytest.mark.parametrize("fmt", ["jpeg", "webp", "avif"])
@pytest.mark.parametrize(("q", "within"), [(60, 7), (70, 7), (80, 4)])
def test_a_quality_looks_alike_in_every_format(
    q: int, within: float, fmt: str, effort: Effort
) -> None:
    assert score(fmt, q, effort) == pytest.approx(score("jpeg", q, Effort.QUICK), abs=within)


def test_the_scale_tells_qualities_apart_by_more_than_it_errs() -> None:
    assert score("jpeg", 80, Effort.QUICK) - score("jpeg", 50, Effort.QUICK) > 10


@pytest.mark.parametrize("effort", Effort)
def test_more_quality_is_never_less(effort: Effort) -> None:
    for extension, table in OWN[effort].items():
        assert len(table) == len(STEPS)
        own = [own_quality(extension, quality, effort) for quality in range(1, 101)]
        assert all(one <= other for one, other in pairwise(own))
        assert 1 <= own[0] <= own[-1] <= 100
