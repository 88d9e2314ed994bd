"""On-demand variants: size, framing, transparency and movement, seen in their pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from spool.errors import Corrupt
from spool.imaging.options import FITS
from spool.imaging.variant import VariantOptions, make_variant
from tests.unit import media

MIP = media.file_of(media.quarters(600, 400), "JPEG", quality=95)


@pytest.mark.parametrize(
    ("w", "h", "fit", "size"),
    [
        (300, None, "inside", (300, 200)),
        (None, 100, "inside", (150, 100)),
        (300, 300, "inside", (300, 200)),
        (300, 300, "cover", (300, 300)),
        (300, 300, "contain", (300, 300)),
        (300, 300, "fill", (300, 300)),
        (900, None, "inside", (600, 400)),
        (1200, 1200, "inside", (600, 400)),
        (1200, 1200, "cover", (400, 400)),
        (1200, 600, "cover", (600, 300)),
        (1200, 1200, "contain", (600, 600)),
        (1200, 1200, "fill", (400, 400)),
        (None, None, "inside", (600, 400)),
    ],
)
@pytest.mark.parametrize("fmt", ["jpeg", "webp", "avif", "png", "gif"])
def test_sizes(fmt: str, w: int | None, h: int | None, fit: str, size: tuple[int, int]) -> None:
    made = make_variant(MIP, VariantOptions(w, h, fit, format=fmt))
    assert (made.width, made.height) == size
    with Image.open(io.BytesIO(made.data)) as picture:
        assert picture.size == size
        assert picture.get_format_mimetype() == made.content_type == f"image/{fmt}"


@pytest.mark.parametrize(("size", "w"), [((1280, 853), 640), ((740, 500), 640), ((500, 741), 333)])
def test_the_width_asked_for_is_the_width_made(size: tuple[int, int], w: int) -> None:
    """A `640w` in a srcset that is 639 wide makes browsers scale."""
    made = make_variant(media.file_of(media.quarters(*size), "JPEG"), VariantOptions(w=w))
    assert made.width == media.opened(made.data).width == w


def test_cover_keeps_the_middle() -> None:
    made = make_variant(MIP, VariantOptions(100, 200, "cover", format="png"))
    np.testing.assert_allclose(media.corner_colours(media.opened(made.data)), media.CORNERS, atol=8)


@pytest.mark.parametrize(("fmt", "pad"), [("webp", (0, 0, 0, 0)), ("jpeg", (255, 255, 255))])
def test_contain_pads_with_nothing_or_white(fmt: str, pad: tuple[int, ...]) -> None:
    made = make_variant(MIP, VariantOptions(200, 200, "contain", q=100, format=fmt))
    picture = media.opened(made.data)
    assert media.pixel(picture, 100, 10) == media.pixel(picture, 100, 190) == pad
    middle = picture.convert("RGB").crop((0, 34, 200, 166))
    np.testing.assert_allclose(media.corner_colours(middle), media.CORNERS, atol=8)


def test_transparency_becomes_white_in_a_jpeg_and_stays_elsewhere() -> None:
    image = Image.new("RGBA", (64, 64), (200, 30, 30, 255))
    image.paste((0, 0, 0, 0), (32, 0, 64, 64))
    mip = media.file_of(image, "WEBP", lossless=True)
    jpeg = media.opened(make_variant(mip, VariantOptions(w=64, q=95)).data)
    np.testing.assert_allclose(media.pixel(jpeg, 50, 32), (255, 255, 255), atol=3)
    for fmt in ("webp", "avif", "png", "gif"):
        picture = media.opened(make_variant(mip, VariantOptions(w=64, format=fmt)).data)
        assert media.pixel(picture.convert("RGBA"), 50, 32)[3] < 4


@pytest.mark.parametrize("fmt", ["webp", "gif"])
@pytest.mark.parametrize("fit", FITS)
def test_an_animation_stays_one_in_every_fit(fit: str, fmt: str) -> None:
    mip = media.animation("WEBP", frames=4, size=(80, 60))
    made = make_variant(mip, VariantOptions(50, 50, fit, q=90, format=fmt))
    with Image.open(io.BytesIO(made.data)) as picture:
        assert getattr(picture, "n_frames", 1) == 4
        assert picture.size == (made.width, made.height)
        for i, colour in enumerate(media.CORNERS):
            picture.seek(i)
            centre = media.pixel(picture.convert("RGB"), made.width // 2, made.height // 2)
            np.testing.assert_allclose(centre, colour, atol=12)
        assert picture.info["duration"] == 120


@pytest.mark.parametrize("fmt", ["jpeg", "avif", "png"])
def test_an_animation_is_its_first_frame_in_other_formats(fmt: str) -> None:
    mip = media.animation("WEBP", frames=4)
    made = make_variant(mip, VariantOptions(w=40, q=95, format=fmt))
    picture = media.opened(made.data).convert("RGB")
    assert picture.size == (40, 30)
    np.testing.assert_allclose(media.pixel(picture, 20, 15), media.CORNERS[0], atol=8)


def test_less_quality_is_fewer_bytes() -> None:
    mip = media.file_of(media.photo(600, 400), "JPEG", quality=95)
    for fmt in ("jpeg", "webp", "avif"):
        low = make_variant(mip, VariantOptions(w=500, q=40, format=fmt))
        high = make_variant(mip, VariantOptions(w=500, q=90, format=fmt))
        assert len(low.data) < 0.7 * len(high.data)


def test_a_damaged_mip_is_corrupt() -> None:
    with pytest.raises(Corrupt):
        make_variant(MIP[:20], VariantOptions(w=10))


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        VariantOptions,
        w=st.none() | st.integers(1, 700),
        h=st.none() | st.integers(1, 700),
        fit=st.sampled_from(FITS),
    ).map(VariantOptions.normal),
    st.tuples(st.integers(1, 300), st.integers(1, 300)),
)
def test_every_variant_has_the_size_that_its_options_foretell(
    options: VariantOptions, size: tuple[int, int]
) -> None:
    made = make_variant(media.file_of(Image.new("RGB", size), "JPEG"), options)
    width, height = options.box(*size)
    if options.fit == "inside":
        assert made.width <= width
        assert made.height <= height
        assert made.width == width or made.height == height
    else:
        assert (made.width, made.height) == (width, height)
