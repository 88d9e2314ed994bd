"""On-demand variants: size, framing, transparency and movement, seen in their pixels."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from spool.errors import Corrupt, NotFound, PayloadTooLarge
from spool.imaging.options import FITS
from spool.imaging.variant import Effort, VariantOptions, make_variant
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


@pytest.mark.parametrize(
    ("gravity", "corner"),
    [
        ("northwest", 0), ("northeast", 1), ("southwest", 2), ("southeast", 3),
        ("0x0", 0), ("100x0", 1), ("0x100", 2), ("75x100", 3),
    ],
)  # fmt: skip
def test_cover_keeps_the_side_that_gravity_names(gravity: str, corner: int) -> None:
    wide = make_variant(MIP, VariantOptions(60, 200, "cover", gravity=gravity, format="png"))
    tall = make_variant(MIP, VariantOptions(300, 60, "cover", gravity=gravity, format="png"))
    middle = {"wide": media.opened(wide.data), "tall": media.opened(tall.data)}
    rows = 20 if corner < 2 else 180
    np.testing.assert_allclose(media.pixel(middle["wide"], 30, rows), media.CORNERS[corner], atol=8)
    column = 20 if corner % 2 == 0 else 280
    np.testing.assert_allclose(
        media.pixel(middle["tall"], column, 30), media.CORNERS[corner], atol=8
    )


@pytest.mark.parametrize("gravity", ["attention", "entropy"])
def test_a_plain_picture_is_cut_in_the_middle(gravity: str) -> None:
    """It has nothing to find, and libvips would keep its corner."""
    plain = Image.new("RGB", (300, 100), (90, 90, 90))
    plain.paste((90, 91, 90), (100, 0, 200, 100))
    mip = media.file_of(plain, "PNG")
    options = VariantOptions(100, 100, "cover", gravity=gravity, format="png")
    seen = media.opened(make_variant(mip, options).data)
    assert media.pixel(seen, 2, 50) == media.pixel(seen, 97, 50) == (90, 91, 90)


@pytest.mark.parametrize("fmt", ["webp", "gif"])
def test_the_first_frame_decides_where_all_are_cut(fmt: str) -> None:
    """Detail moves from right to left; the window doesn't follow it."""
    frames = []
    for x in (300, 0):
        frame = Image.new("RGB", (400, 100), (120, 120, 120))
        frame.paste(media.quarters(100, 100), (x, 0))
        frames.append(frame)
    mip = media.file_of(frames[0], "WEBP", save_all=True, append_images=frames[1:], quality=95)
    options = VariantOptions(100, 100, "cover", gravity="attention", format=fmt)
    with Image.open(io.BytesIO(make_variant(mip, options).data)) as moving:
        found = []
        for i in range(2):
            moving.seek(i)
            found.append(np.asarray(moving.convert("RGB"), dtype=float).std())
    assert found[0] > 40
    assert found[1] < 10


def test_a_frame_is_a_still() -> None:
    mip = media.animation("WEBP", frames=4)
    for fmt in ("webp", "gif", "avif", "jpeg", "png"):
        still = make_variant(mip, VariantOptions(w=40, frame=3, q=100, format=fmt))
        with Image.open(io.BytesIO(still.data)) as picture:
            assert getattr(picture, "n_frames", 1) == 1
            seen = media.pixel(picture.convert("RGB"), 20, 15)
        np.testing.assert_allclose(seen, media.CORNERS[2], atol=8)


def test_a_frame_beyond_the_last_is_not_found() -> None:
    with pytest.raises(NotFound, match="no frame 5: it ends with 4"):
        make_variant(media.animation("WEBP", frames=4), VariantOptions(w=40, frame=5))


def test_a_ground_shows_through_and_around() -> None:
    image = Image.new("RGBA", (80, 40), (200, 30, 30, 255))
    image.paste((0, 0, 0, 0), (40, 0, 80, 40))
    mip = media.file_of(image, "WEBP", lossless=True)
    for fmt in ("png", "jpeg", "webp", "avif", "gif"):
        options = VariantOptions(80, 80, "contain", background="8090a0", q=100, format=fmt)
        seen = media.opened(make_variant(mip, options).data)
        for x, y in ((60, 40), (40, 5), (5, 75)):
            np.testing.assert_allclose(
                media.pixel(seen.convert("RGBA"), x, y), (0x80, 0x90, 0xA0, 255), atol=6
            )


def test_blur_leaves_size_and_mean_and_takes_the_detail() -> None:
    mip = media.file_of(media.photo(300, 200), "PNG")
    sharp = np.asarray(media.opened(make_variant(mip, VariantOptions(format="png")).data), float)
    rest = []
    for sigma in (1, 5, 20, 100):
        made = make_variant(mip, VariantOptions(blur=sigma, format="png"))
        seen = np.asarray(media.opened(made.data), float)
        assert seen.shape == sharp.shape
        np.testing.assert_allclose(seen.mean(axis=(0, 1)), sharp.mean(axis=(0, 1)), atol=8)
        rest.append(np.abs(np.diff(seen, axis=1)).mean())
    assert rest == sorted(rest, reverse=True)
    assert rest[0] < np.abs(np.diff(sharp, axis=1)).mean()


def test_a_thin_animation_in_a_large_box_is_refused() -> None:
    mip = media.animation("WEBP", frames=40, size=(1200, 10))
    with pytest.raises(PayloadTooLarge, match="40 frames of 1200 × 1200"):
        make_variant(mip, VariantOptions(1200, 1200, "contain", format="webp"))


def test_a_gif_may_have_fewer_pixels_than_its_encoder_has_seconds_for() -> None:
    mip = media.animation("WEBP", frames=40, size=(1200, 10))
    box = VariantOptions(800, 800, "contain")
    with pytest.raises(PayloadTooLarge, match="40 frames of 800 × 800"):
        make_variant(mip, replace(box, format="gif"))
    assert make_variant(mip, replace(box, format="webp")).width == 800


def test_the_small_encode_is_smaller_and_shows_the_same() -> None:
    mip = media.file_of(media.photo(600, 400), "JPEG", quality=96)
    for fmt in ("jpeg", "webp", "avif"):
        options = VariantOptions(w=500, format=fmt)
        quick, small = (make_variant(mip, options, effort).data for effort in list(Effort)[1:])
        assert len(small) < len(quick)
        seen = [np.asarray(media.opened(data), float) for data in (quick, small)]
        assert np.abs(seen[0] - seen[1]).mean() < 3
