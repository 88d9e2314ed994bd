"""The demo's files are what their names say, also without the photographs."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pillow_heif
import pytest
from PIL import ExifTags, Image, ImageChops, ImageOps, ImageStat

from local.demo.media import KINDS, RECIPE, make_all
from local.demo.photos import PHOTOS, drawings

pillow_heif.register_heif_opener()

IMAGES = [name for name, (_, _, e) in KINDS.items() if e.size and not e.seconds]
FORMATS = {
    "heic": "HEIF",
    "png": "PNG",
    "gif": "GIF",
    "webp": "WEBP",
    "avif": "AVIF",
    "jpg": "JPEG",
}


@cache
def made(name: str) -> bytes:
    _, maker, _ = KINDS[name]
    return maker(drawings())


def opened(name: str) -> Image.Image:
    image = Image.open(io.BytesIO(made(name)))
    image.load()
    return image


@pytest.mark.parametrize("name", IMAGES)
def test_decodes_as_its_name_says_in_the_expected_size(name: str) -> None:
    image = opened(name)
    expected = KINDS[name][2]
    assert image.format == FORMATS[name.rpartition(".")[2]]
    assert ImageOps.exif_transpose(image).size == expected.size
    assert getattr(image, "n_frames", 1) == expected.frames


def test_portrait_lies_on_its_side_and_exif_turns_it() -> None:
    image = opened("Summer palace (portrait).jpg")
    exif = image.getexif()
    assert image.width > image.height
    assert exif[ExifTags.Base.Orientation] == 6
    assert exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ISOSpeedRatings] == 100
    assert exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] == "N"


def test_turned_upright_it_is_the_picture_again() -> None:
    upright = ImageOps.exif_transpose(opened("Summer palace (portrait).jpg"))
    picture = drawings()["china"].crop((30, 0, 350, 427)).resize(upright.size)
    difference = ImageStat.Stat(ImageChops.difference(upright, picture))
    assert max(difference.mean) < 3


def test_cutout_is_clear_outside_and_solid_inside() -> None:
    alpha = opened("dahlia.png").getchannel("A")
    assert alpha.getpixel((5, 5)) == 0
    assert alpha.getpixel((480, 480)) == 255


def test_print_for_multipart_is_over_20_megabytes() -> None:
    assert len(made("contact print 24 MP.jpg")) > 20_000_000


def test_impostors_are_no_media() -> None:
    assert made("invoice.jpg").startswith(b"<!doctype html>")
    assert made("holiday.mp4").startswith(b"#EXTM3U\n")


@pytest.fixture
def small_kinds(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Two quick kinds in place of all; the function tells how often one was made."""
    calls: list[str] = []

    def maker(_photos: object) -> bytes:
        calls.append("made")
        return b"content"

    expected = KINDS["cat.avif"][2]
    kinds = {"a.jpg": ("one", maker, expected), "b c.png": ("two", maker, expected)}
    monkeypatch.setattr("local.demo.media.KINDS", kinds)
    return lambda: len(calls)


def test_second_demo_makes_nothing_anew(small_kinds: Callable[[], int], tmp_path: Path) -> None:
    first = list(make_all({}, tmp_path))
    assert [upload.path for upload in make_all({}, tmp_path)] == [u.path for u in first]
    assert [u.path.read_bytes() for u in first] == [b"content"] * 2
    assert small_kinds() == 2


def test_interrupted_making_leaves_no_half_file(
    small_kinds: Callable[[], int], tmp_path: Path
) -> None:
    (tmp_path / RECIPE).mkdir()
    (tmp_path / RECIPE / "a.jpg.part").write_bytes(b"con")
    assert [u.path.read_bytes() for u in make_all({}, tmp_path)] == [b"content"] * 2


def test_drawings_stand_in_for_every_photograph() -> None:
    pictures = drawings()
    assert pictures.keys() == {Path(name).stem for name in PHOTOS}
    assert len({picture.tobytes() for picture in pictures.values()}) == len(PHOTOS)
