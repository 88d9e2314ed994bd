"""What is recorded of an image, against the libraries that define it."""

from __future__ import annotations

import warnings

import blurhash
import imagehash
import pytest
from PIL import Image, ImageCms

from spool.errors import Corrupt
from spool.formats import GIF, HEIC, JPEG, PNG, WEBP, Format
from spool.imaging.exif import PARTIAL
from spool.imaging.metadata import extract
from tests.unit import media


def reference_blurhash(image: Image.Image) -> str:
    thumbnail = image.copy()
    thumbnail.thumbnail((128, 128), Image.Resampling.LANCZOS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return str(blurhash.encode(thumbnail, 4, 3))


@pytest.mark.parametrize("size", [(640, 480), (301, 487), (2000, 1300)])
@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_hashes_are_those_of_the_whole_picture(name: str, size: tuple[int, int]) -> None:
    data = media.file_of(media.photo(*size), name)
    found = extract(data, {"JPEG": JPEG, "PNG": PNG}[name])
    upright = media.opened(data)
    assert found.blurhash == reference_blurhash(upright)
    assert found.perceptual_hash == str(imagehash.phash(upright))


@pytest.mark.parametrize("seed", range(4))
def test_the_phash_of_a_large_photo_is_that_of_the_whole_picture(seed: int) -> None:
    data = media.file_of(media.photo(3000, 2100, seed), "JPEG", quality=90)
    assert extract(data, JPEG).perceptual_hash == str(imagehash.phash(media.opened(data)))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_hashes_are_of_the_upright_picture(orientation: int) -> None:
    picture = media.photo(400, 300)
    found = extract(media.turned(picture, orientation), JPEG)
    assert (found.width, found.height) == (400, 300)
    distance = imagehash.hex_to_hash(found.perceptual_hash) - imagehash.phash(picture)
    assert distance <= 2


def test_transparency_is_on_white_in_the_hashes_and_not_in_the_palette() -> None:
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    image.paste((220, 40, 40, 255), (30, 30, 70, 70))
    found = extract(media.file_of(image, "PNG"), PNG)
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    assert found.blurhash == reference_blurhash(white.convert("RGB"))
    assert found.perceptual_hash == str(imagehash.phash(white.convert("RGB")))
    assert found.palette == ("#dc2828",)
    assert found.has_alpha


def test_a_picture_that_is_wholly_transparent_has_a_palette() -> None:
    data = media.file_of(Image.new("RGBA", (9, 9), (1, 2, 3, 0)), "PNG")
    assert extract(data, PNG).palette == ("#ffffff",)


def test_flat_pictures_have_imagehashs_hash() -> None:
    """Their coefficients are 0 but for rounding, which must not be taken for bits."""
    for colour in ("white", "black", (12, 200, 99)):
        data = media.file_of(Image.new("RGB", (64, 48), colour), "PNG")
        assert extract(data, PNG).perceptual_hash == str(imagehash.phash(media.opened(data)))


def test_the_palette_starts_with_the_dominant_colour() -> None:
    image = Image.new("RGB", (100, 100), (40, 180, 60))
    image.paste((220, 40, 40), (0, 0, 30, 100))
    found = extract(media.file_of(image, "PNG"), PNG)
    assert found.palette == ("#28b43c", "#dc2828")
    assert found.dominant_color == "#28b43c"


@pytest.mark.parametrize(("fmt", "name"), [(GIF, "GIF"), (WEBP, "WEBP")])
def test_an_animation_is_described_by_its_first_frame(fmt: Format, name: str) -> None:
    found = extract(media.animation(name, frames=4), fmt)
    assert (found.width, found.height, found.frames) == (80, 60, 4)
    assert found.palette == ("#dc2828",)


def test_a_heic_is_described() -> None:
    found = extract(media.heic(media.quarters(96, 64), 1), HEIC)
    assert (found.width, found.height) == (64, 96)
    assert len(found.palette) >= 4


def test_the_profile_is_named() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = media.file_of(media.quarters(), "JPEG", icc_profile=profile)
    assert extract(data, JPEG).icc_profile == "sRGB built-in"
    assert extract(media.file_of(media.quarters(), "JPEG"), JPEG).icc_profile is None
    broken = media.file_of(media.quarters(), "JPEG", icc_profile=profile[:140])
    assert extract(broken, JPEG).icc_profile is None


def test_broken_exif_is_a_warning() -> None:
    data = media.file_of(media.quarters(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x09\0abc")
    found = extract(data, JPEG)
    assert found.warnings == (PARTIAL,)
    assert found.blurhash == extract(media.file_of(media.quarters(), "JPEG"), JPEG).blurhash


def test_a_picture_cut_short_is_corrupt() -> None:
    data = media.file_of(media.photo(300, 200), "JPEG")
    with pytest.raises(Corrupt):
        extract(data[: len(data) // 2], JPEG)
