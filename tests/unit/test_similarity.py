"""Hashes, their bands, and what flat pictures' hashes are like, by the pipeline's own function."""

from __future__ import annotations

import random
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from spool.formats import Family, by_content_type
from spool.imaging.metadata import extract
from spool.similarity import FARTHEST, LEAST_ONES, NEAREST, bands, distance, probes
from tests.unit import media

HASH = "a0e597daacb85a25"
WIDTH, HEIGHT = 384, 288  # whole blocks of JPEG, which else makes edges where there are none
places = st.integers(0, 63)


def turned(value: int, bits: set[int]) -> str:
    return f"{value ^ sum(1 << bit for bit in bits):016x}"


def meet(looked_for: str, indexed: str, within: int) -> bool:
    return bool(set(probes(looked_for, within)) & set(enumerate(bands(indexed))))


@given(
    value=st.integers(0, (1 << 64) - 1).filter(lambda v: v.bit_count() >= LEAST_ONES + FARTHEST),
    bits=st.sets(places, max_size=FARTHEST),
)
def test_a_look_up_meets_every_neighbour(value: int, bits: set[int]) -> None:
    one, other = f"{value:016x}", turned(value, bits)

    assert distance(one, other) == len(bits)
    for within in range(len(bits), FARTHEST + 1):
        assert meet(one, other, within)
        assert meet(other, one, within)


def test_four_values_are_not_enough_beyond_their_distance() -> None:
    """What is promised is no accident of the bands: one bit more, and it doesn't hold."""
    chosen = random.Random(6)
    value = int(HASH, 16)
    strangers = [turned(value, set(chosen.sample(range(64), NEAREST + 1))) for _ in range(2_000)]
    assert not all(meet(HASH, other, NEAREST) for other in strangers)
    assert all(meet(HASH, other, FARTHEST) for other in strangers)


@pytest.mark.parametrize(
    ("within", "number"), [(0, 4), (NEAREST, 4), (NEAREST + 1, 68), (FARTHEST, 68)]
)
def test_a_look_up_is_of_4_or_68_values(within: int, number: int) -> None:
    assert len(set(probes(HASH, within))) == number
    assert probes(HASH, within)[:4] == list(enumerate(bands(HASH)))


def test_farther_than_the_bands_reach_nothing_is_promised() -> None:
    with pytest.raises(ValueError, match="Within 8"):
        probes(HASH, FARTHEST + 1)


def test_the_bands_hold_every_bit_once() -> None:
    for bit in range(64):
        other = turned(int(HASH, 16), {bit})
        differing = [a != b for a, b in zip(bands(HASH), bands(other), strict=True)]
        assert differing.count(True) == 1
    assert all(len(band) == 4 for band in bands(HASH))


def test_a_band_has_two_bits_of_every_row_and_column() -> None:
    """In their order the bits of a row, which go together, would make one bucket of many
    pictures."""
    rows = [{8 * row + column for column in range(8)} for row in range(8)]
    columns = [{8 * row + column for row in range(8)} for column in range(8)]
    for line in rows + columns:
        touched = [
            sum(bands(HASH)[band] != bands(turned(int(HASH, 16), {bit}))[band] for bit in line)
            for band in range(4)
        ]
        assert touched == [2, 2, 2, 2]


def look_of(picture: Image.Image, fmt: str) -> str:
    found = by_content_type(f"image/{fmt.lower()}")
    assert found is not None
    assert found.family is Family.IMAGE
    return extract(media.file_of(picture, fmt), found).perceptual_hash


def picture(values: np.ndarray) -> Image.Image:
    return Image.fromarray(values.round().clip(0, 255).astype(np.uint8))


def between(
    one: tuple[int, int, int], other: tuple[int, int, int], share: np.ndarray
) -> Image.Image:
    """A mixture of two colours, `share` of the other at each place."""
    share = (share - share.min()) / (share.max() - share.min())
    return picture(np.array(one) + (np.array(other) - one) * share[..., np.newaxis])


def framed() -> Image.Image:
    """One colour between black bars."""
    image = Image.new("RGB", (WIDTH, HEIGHT))
    ImageDraw.Draw(image).rectangle((0, 36, WIDTH, HEIGHT - 37), fill=(180, 140, 200))
    return image


Y, X = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
BLUE, SAND = (20, 60, 160), (240, 220, 180)
FLAT: Mapping[str, Image.Image] = {
    "black": Image.new("RGB", (WIDTH, HEIGHT)),
    "white": Image.new("RGB", (WIDTH, HEIGHT), "white"),
    "a colour": Image.new("RGB", (WIDTH, HEIGHT), BLUE),
    "from left to right": between(BLUE, SAND, X),
    "from right to left": between(SAND, BLUE, X),
    "from top to bottom": between(BLUE, SAND, Y),
    "from bottom to top": between(SAND, BLUE, Y),
    "bars": framed(),
}


@pytest.mark.parametrize("fmt", ["PNG", "JPEG"])
@pytest.mark.parametrize("name", FLAT)
def test_a_flat_picture_is_never_near(name: str, fmt: str) -> None:
    look = look_of(FLAT[name], fmt)

    assert int(look, 16).bit_count() < LEAST_ONES
    assert bands(look) == ()
    assert probes(look, FARTHEST) == []


@pytest.mark.parametrize(
    "bright", [(X - (WIDTH - 1) / 2) ** 2 + (Y - (HEIGHT - 1) / 2) ** 2], ids=["round"]
)
@pytest.mark.parametrize("colours", [(BLUE, SAND), (SAND, BLUE)])
def test_a_round_gradient_is_flat_too(
    bright: np.ndarray, colours: tuple[tuple[int, int, int], tuple[int, int, int]]
) -> None:
    assert bands(look_of(between(*colours, np.sqrt(bright)), "PNG")) == ()


def test_grain_that_is_too_fine_to_be_seen_leaves_a_picture_flat() -> None:
    grain = np.random.default_rng(6).normal(0, 0.5, (HEIGHT, WIDTH, 1))
    assert bands(look_of(picture(np.full((HEIGHT, WIDTH, 3), 128.0) + grain), "PNG")) == ()


def test_flat_pictures_that_differ_by_noise_are_not_alike() -> None:
    """Noise fills every frequency, so they are indexed; by it they are like any two pictures."""
    chosen = np.random.default_rng(6)
    looks = [
        look_of(picture(np.full((HEIGHT, WIDTH, 3), 128.0) + noise), "JPEG")
        for noise in chosen.normal(0, 8, (12, HEIGHT, WIDTH, 3))
    ]
    apart = [distance(a, b) for i, a in enumerate(looks) for b in looks[:i]]

    assert all(bands(look) for look in looks)
    assert min(apart) > FARTHEST


def test_a_page_with_little_on_it_is_found_by_where_that_is() -> None:
    def page(x: int, y: int, text: str) -> str:
        image = Image.new("RGB", (WIDTH, HEIGHT), "white")
        ImageDraw.Draw(image).text((x, y), text, "black", font_size=24)
        return look_of(image, "JPEG")

    one, next_one, another = page(180, 260, "12"), page(180, 260, "13"), page(40, 30, "Index")

    assert all(map(bands, (one, next_one, another)))
    assert distance(one, next_one) <= FARTHEST < distance(one, another)


@pytest.mark.parametrize("seed", range(20))
def test_a_picture_and_its_variations_are_found(seed: int) -> None:
    photo = media.photo(600, 400, seed)
    look = look_of(photo, "PNG")
    smaller = photo.resize((300, 200), Image.Resampling.LANCZOS)

    assert all(map(bands, (look, look_of(smaller, "JPEG"))))
    assert meet(look, look_of(smaller, "JPEG"), FARTHEST)


def test_most_pictures_that_are_their_own_mirror_image_are_found() -> None:
    """Half of their frequencies are 0: of one in twenty, too few of the others are above that."""
    looks = []
    for seed in range(20):
        half = media.photo(300, 400, seed)
        whole = Image.new("RGB", (600, 400))
        whole.paste(half, (0, 0))
        whole.paste(half.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (300, 0))
        looks.append(look_of(whole, "PNG"))

    assert all(int(look, 16).bit_count() < 24 for look in looks)
    assert sum(bands(look) != () for look in looks) >= 16
