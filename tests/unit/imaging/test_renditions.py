"""What is made of an image: names, sizes, pixels, and nothing else in the file."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from spool.errors import Corrupt
from spool.formats import GIF, HEIC, JPEG, PNG, WEBP, Format
from spool.imaging.info import ImageInfo
from spool.imaging.probe import probe
from spool.imaging.renditions import Rendition, make_renditions, working_edge
from tests.unit import media

WEBPS = {
    "lqip.webp", "thumbnail.webp", "preview.webp",
    "thumb_small.webp", "thumb_medium.webp", "thumb_large.webp",
}  # fmt: skip


def made_of(data: bytes, fmt: Format) -> dict[str, Rendition]:
    return {rendition.name: rendition for rendition in make_renditions(data, probe(data, fmt))}


def sizes(made: dict[str, Rendition]) -> dict[str, tuple[int, int]]:
    return {name: (rendition.width, rendition.height) for name, rendition in made.items()}


@pytest.fixture(scope="module")
def large() -> dict[str, Rendition]:
    """Renditions of a turned 3000 x 2000 JPEG with EXIF and a colour profile."""
    return made_of(media.turned(media.quarters(3000, 2000), 6), JPEG)


def test_sizes_of_a_large_photo(large: dict[str, Rendition]) -> None:
    assert sizes(large) == {
        "optimized.jpg": (3000, 2000),
        "mip_2560.jpg": (2560, 1707),
        "mip_1280.jpg": (1280, 853),
        "preview.webp": (1620, 1080),
        "thumbnail.webp": (300, 300),
        "thumb_large.webp": (600, 400),
        "thumb_medium.webp": (300, 200),
        "thumb_small.webp": (150, 100),
        "lqip.webp": (32, 21),
    }


def test_all_are_upright_and_say_what_they_are(large: dict[str, Rendition]) -> None:
    for rendition in large.values():
        picture = media.opened(rendition.data)
        assert picture.size == (rendition.width, rendition.height)
        if rendition.name != "thumbnail.webp":
            found = media.corner_colours(picture)
            np.testing.assert_allclose(found, media.CORNERS, atol=12)


def test_none_carries_metadata() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = media.file_of(
        media.quarters(1400, 900), "JPEG", exif=exif, icc_profile=profile, comment=b"SECRET"
    )
    for rendition in made_of(data, JPEG).values():
        assert b"SECRET" not in rendition.data
        with Image.open(io.BytesIO(rendition.data)) as picture:
            assert not picture.getexif()
            assert not {"icc_profile", "exif", "xmp", "comment"} & picture.info.keys()


def test_the_optimised_jpeg_is_progressive(large: dict[str, Rendition]) -> None:
    with Image.open(io.BytesIO(large["optimized.jpg"].data)) as picture:
        assert picture.info["progressive"]


def test_a_small_picture_is_never_enlarged() -> None:
    made = made_of(media.file_of(media.quarters(200, 120), "JPEG"), JPEG)
    assert sizes(made) == {
        "optimized.jpg": (200, 120),
        "mip_1280.jpg": (200, 120),
        "preview.webp": (200, 120),
        "thumbnail.webp": (120, 120),
        "thumb_large.webp": (200, 120),
        "thumb_medium.webp": (200, 120),
        "thumb_small.webp": (150, 90),
        "lqip.webp": (32, 19),
    }


def test_the_larger_mip_exists_only_above_1280() -> None:
    assert "mip_2560.jpg" not in made_of(media.file_of(media.quarters(1280, 8), "JPEG"), JPEG)
    made = made_of(media.file_of(media.quarters(1281, 8), "JPEG"), JPEG)
    assert sizes(made)["mip_2560.jpg"] == (1281, 8)


def test_transparency_stays() -> None:
    image = media.quarters(400, 300)
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    made = made_of(media.file_of(image, "PNG"), PNG)
    assert made.keys() == WEBPS | {"optimized.png", "mip_1280.webp"}
    for rendition in made.values():
        picture = media.opened(rendition.data)
        assert picture.mode == "RGBA"
        alpha = np.asarray(picture)[..., 3]
        assert alpha[0].max() < 30
        assert alpha[-1].min() > 225
    np.testing.assert_array_equal(media.opened(made["optimized.png"].data), image)


@pytest.mark.parametrize(("fmt", "name"), [(GIF, "GIF"), (WEBP, "WEBP")])
def test_an_animation_stays_one(fmt: Format, name: str) -> None:
    made = made_of(media.animation(name, frames=5, size=(1400, 20)), fmt)
    assert made.keys() == WEBPS | {"optimized.webp", "mip_1280.webp", "mip_2560.webp"}
    moving = {"optimized.webp", "preview.webp", "mip_1280.webp", "mip_2560.webp"}
    for rendition in made.values():
        with Image.open(io.BytesIO(rendition.data)) as picture:
            frames = getattr(picture, "n_frames", 1)
            assert frames == (5 if rendition.name in moving else 1)
            assert picture.size == (rendition.width, rendition.height)


def test_an_animation_keeps_its_frames_times_and_loop() -> None:
    data = media.animation("GIF", frames=3)
    made = made_of(data, GIF)
    with Image.open(io.BytesIO(made["preview.webp"].data)) as picture:
        assert picture.info["loop"] == 0
        for i, colour in enumerate(media.CORNERS[:3]):
            picture.seek(i)
            picture.load()
            assert picture.info["duration"] == 120
            np.testing.assert_allclose(media.pixel(picture.convert("RGB"), 40, 30), colour, atol=10)


def test_a_heic_is_rendered() -> None:
    made = made_of(media.heic(media.quarters(96, 64)), HEIC)
    found = media.corner_colours(media.opened(made["optimized.jpg"].data))
    np.testing.assert_allclose(found, media.CORNERS, atol=12)


def test_the_thumbnail_is_of_what_attracts_attention() -> None:
    image = Image.new("RGB", (900, 300), (120, 120, 120))
    image.paste(media.photo(300, 300), (600, 0))
    made = made_of(media.file_of(image, "JPEG"), JPEG)
    thumbnail = np.asarray(media.opened(made["thumbnail.webp"].data).convert("RGB"), dtype=float)
    assert thumbnail.std() > 20


def test_a_picture_cut_short_is_corrupt() -> None:
    data = media.file_of(media.photo(300, 200), "JPEG")
    with pytest.raises(Corrupt):
        list(make_renditions(data[: len(data) // 2], probe(data, JPEG)))


def test_an_animation_cut_short_is_corrupt() -> None:
    data = media.animation("WEBP", frames=4)
    with pytest.raises(Corrupt):
        list(make_renditions(data[: len(data) - 60], probe(data, WEBP)))


@pytest.mark.parametrize(
    ("side", "decoder_bytes", "edge"),
    [(4000, 0, 4000), (6300, 0, 6300), (10_000, 300_000_000, 5_000), (10_000, 900_000_000, 2560)],
)
def test_memory_bounds_the_size_of_the_working_copy(
    side: int, decoder_bytes: int, edge: int
) -> None:
    info = ImageInfo(format=JPEG, width=side, height=side, decoder_bytes=decoder_bytes)
    assert working_edge(info, 2_000_000) == pytest.approx(edge, rel=0.02)


def test_a_third_mip_is_made_by_setting_of_pictures_that_hold_more() -> None:
    def mips(width: int) -> dict[str, tuple[int, int]]:
        data = media.file_of(media.quarters(width, 40), "JPEG")
        made = make_renditions(data, probe(data, JPEG), 3840)
        return {r.name: (r.width, r.height) for r in made if r.name.startswith("mip_")}

    assert mips(5120) == {
        "mip_3840.jpg": (3840, 30),
        "mip_2560.jpg": (2560, 20),
        "mip_1280.jpg": (1280, 10),
    }
    assert mips(2561)["mip_3840.jpg"] == (2561, 40)
    assert mips(2560).keys() == {"mip_2560.jpg", "mip_1280.jpg"}


def test_an_animation_has_the_third_mip_too() -> None:
    data = media.animation("WEBP", frames=2, size=(4000, 8))
    made = {r.name: r for r in make_renditions(data, probe(data, WEBP), 3840)}
    assert media.opened(made["mip_3840.webp"].data).size == (3840, 8)


def test_the_working_copy_is_never_smaller_than_the_largest_mip() -> None:
    info = ImageInfo(format=JPEG, width=10_000, height=10_000, decoder_bytes=900_000_000)
    assert working_edge(info, 2_000_000, 3840) == 3840
