"""Whatever comes in, upright 8-bit sRGB comes out: shown by its pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from spool.errors import Corrupt
from spool.formats import AVIF, HEIC, JPEG, PNG, TIFF, WEBP, Format, sniff
from spool.imaging.decode import REPAIRED, decode
from spool.imaging.probe import probe
from tests.unit import media

TOLERANCE = 8  # of a channel, after lossy compression


def decoded(data: bytes, fmt: Format, edge: int = 4096) -> Image.Image:
    image = decode(data, probe(data, fmt), edge).image
    mode = "RGBA" if image.hasalpha() else "RGB"
    return Image.frombytes(mode, (image.width, image.height), image.write_to_memory())


def shows_quarters(image: Image.Image) -> None:
    np.testing.assert_allclose(media.corner_colours(image), media.CORNERS, atol=TOLERANCE)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_exif_orientation_comes_out_upright(orientation: int) -> None:
    image = decoded(media.turned(media.quarters(96, 64), orientation), JPEG)
    assert image.size == (96, 64)
    shows_quarters(image)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_is_shrunk_and_upright(orientation: int) -> None:
    image = decoded(media.turned(media.quarters(960, 640), orientation), JPEG, 96)
    assert image.size == (96, 64)
    shows_quarters(image)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_avif_that_turns_itself_is_turned_once(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation  # Pillow writes it as irot and imir
    data = media.file_of(media.quarters(96, 64), "AVIF", exif=exif, quality=95)
    image = decoded(data, AVIF)
    np.testing.assert_allclose(
        media.corner_colours(image),
        media.corner_colours(ImageOps.exif_transpose(media.opened(data))),
        atol=TOLERANCE,
    )
    assert image.size == ((96, 64) if orientation < 5 else (64, 96))


@pytest.mark.parametrize("turns", range(4))
def test_a_heic_that_turns_itself_is_turned_once(turns: int) -> None:
    stored = media.quarters(96, 64).rotate(-90 * turns, expand=True)
    image = decoded(media.heic(stored, turns), HEIC)
    assert image.size == (96, 64)
    shows_quarters(image)


@pytest.mark.parametrize("mode", ["PNG", "TIFF", "WEBP"])
def test_exif_turns_other_formats_too(mode: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = media.quarters(96, 64).transpose(Image.Transpose.ROTATE_90)
    data = media.file_of(stored, mode, exif=exif)
    image = decoded(data, {"PNG": PNG, "TIFF": TIFF, "WEBP": WEBP}[mode])
    assert image.size == (96, 64)
    shows_quarters(image)


def test_cmyk_becomes_the_colours_it_means() -> None:
    ink = Image.new("CMYK", (32, 32), (0, 0, 0, 0))
    ink.paste((0, 0, 0, 255), (16, 0, 32, 32))
    image = decoded(media.file_of(ink, "JPEG", quality=95), JPEG)
    paper, black = media.pixel(image, 4, 16), media.pixel(image, 28, 16)
    assert min(paper) > 240
    assert max(black) < 60


def test_sixteen_bits_become_eight() -> None:
    ramp = np.linspace(0, 65535, 256, dtype=np.uint16)[None].repeat(4, axis=0)
    image = decoded(media.file_of(Image.fromarray(ramp), "PNG"), PNG)
    np.testing.assert_allclose(np.asarray(image)[0, :, 0], np.arange(256), atol=1)


def test_grey_becomes_equal_channels() -> None:
    image = decoded(media.file_of(Image.new("L", (8, 8), 77), "JPEG", quality=95), JPEG)
    assert image.mode == "RGB"
    assert media.pixel(image, 4, 4) == (77, 77, 77)


def test_a_palette_with_a_transparent_colour_keeps_it() -> None:
    paletted = Image.new("P", (8, 8), 0)
    paletted.putpalette([10, 20, 30, 200, 100, 50])
    paletted.paste(1, (4, 0, 8, 8))
    image = decoded(media.file_of(paletted, "PNG", transparency=0), PNG)
    assert media.pixel(image, 1, 4)[3] == 0
    assert media.pixel(image, 6, 4) == (200, 100, 50, 255)


def test_transparency_is_kept_and_does_not_bleed_when_shrunk() -> None:
    image = Image.new("RGBA", (400, 400), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (200, 0, 400, 400))
    small = decoded(media.file_of(image, "PNG"), PNG, 41)
    assert media.pixel(small, 1, 20) == (0, 0, 0, 0)
    seam = np.asarray(small)[20]
    assert all(red < 40 for red, _, _, alpha in seam if alpha > 16)


def test_a_wide_gamut_becomes_srgb() -> None:
    """Compared with Little CMS through Pillow, for a profile whose red is not sRGB's."""
    profile = _swapped_profile()
    source = Image.new("RGB", (16, 16), (200, 60, 90))
    data = media.file_of(source, "PNG", icc_profile=profile)
    wanted = ImageCms.profileToProfile(
        source,
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
    assert isinstance(wanted, Image.Image)
    ours = media.pixel(decoded(data, PNG), 8, 8)
    np.testing.assert_allclose(ours, media.pixel(wanted, 8, 8), atol=2)
    assert np.abs(np.subtract(ours, (200, 60, 90))).max() > 20


def test_a_broken_profile_is_ignored() -> None:
    data = media.file_of(media.quarters(), "PNG", icc_profile=b"broken" * 50)
    shows_quarters(decoded(data, PNG))


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF"])
def test_one_pixel_is_a_picture(name: str) -> None:
    data = media.file_of(Image.new("RGB", (1, 1), (9, 9, 9)), name)
    fmt = sniff(data)
    assert fmt is not None
    assert decoded(data, fmt).size == (1, 1)


def test_a_very_narrow_picture_keeps_a_pixel_of_width() -> None:
    data = media.file_of(Image.new("RGB", (2, 4000)), "PNG")
    assert decoded(data, PNG, 512).size == (1, 512)


def test_nothing_is_enlarged() -> None:
    assert decoded(media.file_of(media.quarters(96, 64), "PNG"), PNG, 4000).size == (96, 64)


@pytest.mark.parametrize(
    ("name", "settings"), [("JPEG", {}), ("JPEG", {"progressive": True}), ("TIFF", {})]
)
def test_a_picture_cut_short_is_corrupt(name: str, settings: dict[str, bool]) -> None:
    data = media.file_of(media.photo(300, 200), name, **settings)
    fmt = {"JPEG": JPEG, "TIFF": TIFF}[name]
    with pytest.raises(Corrupt):
        decode(data[: len(data) * 2 // 3], probe(data, fmt), 4096)


def test_a_heic_cut_short_is_corrupt() -> None:
    data = media.heic(media.quarters(96, 64))
    with pytest.raises(Corrupt):
        decode(data[:-40], probe(data, HEIC), 4096)


def test_a_png_with_a_damaged_byte_is_corrupt() -> None:
    data = bytearray(media.file_of(media.photo(300, 200), "PNG"))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(Corrupt, match="damaged"):
        decode(bytes(data), probe(bytes(data), PNG), 4096)


def test_wrong_restart_markers_pass_with_a_warning() -> None:
    data = bytearray(media.file_of(media.photo(320, 240), "JPEG", restart_marker_rows=1))
    markers = [i for i in range(600, len(data)) if data[i] == 0xFF and 0xD0 <= data[i + 1] <= 0xD7]
    data[markers[4] + 1] ^= 3
    done = decode(bytes(data), probe(bytes(data), JPEG), 4096)
    assert done.warnings == (REPAIRED,)
    assert (done.image.width, done.image.height) == (320, 240)


def test_bytes_after_the_picture_pass() -> None:
    data = media.file_of(media.quarters(), "JPEG", quality=95) + b"trailing" * 99
    assert decode(data, probe(data, JPEG), 4096).warnings == ()


def _swapped_profile() -> bytes:
    """sRGB with red's and green's primaries exchanged: nothing looks the same under it."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)
