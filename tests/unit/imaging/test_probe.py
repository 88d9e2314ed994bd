"""What a header says, and what is refused on its word, before anything is decoded."""

from __future__ import annotations

import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from spool.errors import Corrupt, EmptyFile, PixelLimit, ResourceLimit, UnsupportedType
from spool.formats import AVIF, GIF, HEIC, JPEG, PNG, TIFF, WEBP, Family, Format
from spool.imaging.probe import ImageInfo, Limits, check_limits, probe
from tests.unit import media


@pytest.mark.parametrize(
    ("fmt", "name"),
    [(JPEG, "JPEG"), (PNG, "PNG"), (GIF, "GIF"), (WEBP, "WEBP"), (TIFF, "TIFF"), (AVIF, "AVIF")],
)
def test_size_is_read_from_every_format(fmt: Format, name: str) -> None:
    info = probe(media.file_of(media.quarters(97, 65), name), fmt)
    assert (info.width, info.height, info.frames, info.has_alpha) == (97, 65, 1, False)
    assert info.format is fmt


def test_size_of_a_heic_is_as_displayed() -> None:
    assert probe(media.heic(media.quarters(96, 64)), HEIC).width == 96
    turned = probe(media.heic(media.quarters(96, 64), quarter_turns=1), HEIC)
    assert (turned.width, turned.height, turned.orientation) == (64, 96, 1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_size_of_a_turned_jpeg_is_as_displayed(orientation: int) -> None:
    info = probe(media.turned(media.quarters(96, 64), orientation), JPEG)
    assert (info.width, info.height, info.orientation) == (96, 64, orientation)


@pytest.mark.parametrize(("fmt", "name"), [(GIF, "GIF"), (WEBP, "WEBP")])
def test_frames_of_an_animation_are_counted(fmt: Format, name: str) -> None:
    info = probe(media.animation(name, frames=5), fmt)
    assert info.frames == 5
    assert info.pixels == 80 * 60 * 5


def test_only_the_first_frame_of_an_apng_counts_and_the_user_is_told() -> None:
    pages = [Image.new("RGB", (9, 9), colour) for colour in media.CORNERS]
    data = media.file_of(pages[0], "PNG", save_all=True, append_images=pages[1:])
    info = probe(data, PNG)
    assert info.frames == 1
    assert info.warnings == ("Only the first of 4 frames is used.",)


def test_only_the_first_page_of_a_tiff_counts_and_the_user_is_told() -> None:
    pages = [Image.new("RGB", (9, 9), colour) for colour in media.CORNERS[:3]]
    data = media.file_of(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    info = probe(data, TIFF)
    assert (info.frames, info.warnings) == (1, ("Only the first of 3 pages is used.",))


@pytest.mark.parametrize(
    ("fmt", "name", "settings"),
    [
        (PNG, "PNG", {}),
        (WEBP, "WEBP", {}),
        (WEBP, "WEBP", {"lossless": True}),
        (AVIF, "AVIF", {}),
        (TIFF, "TIFF", {}),
    ],
)
def test_transparency_is_seen(fmt: Format, name: str, settings: dict[str, bool]) -> None:
    image = media.quarters()
    image.putalpha(90)
    assert probe(media.file_of(image, name, **settings), fmt).has_alpha


def test_a_transparent_palette_colour_is_transparency() -> None:
    paletted = media.quarters().quantize(8)
    assert probe(media.file_of(paletted, "PNG", transparency=0), PNG).has_alpha
    assert probe(media.file_of(paletted, "GIF", transparency=0), GIF).has_alpha
    assert not probe(media.file_of(paletted, "PNG"), PNG).has_alpha


def test_depth_is_bits_a_channel() -> None:
    assert probe(media.file_of(Image.new("I;16", (4, 4)), "PNG"), PNG).bit_depth == 16
    assert probe(media.file_of(Image.new("1", (4, 4)), "PNG"), PNG).bit_depth == 1


def test_a_progressive_jpeg_foretells_its_coefficients() -> None:
    plain = media.file_of(media.quarters(160, 160), "JPEG", subsampling="4:2:0")
    coloured = media.file_of(
        media.quarters(160, 160), "JPEG", subsampling="4:4:4", progressive=True
    )
    progressive = media.file_of(
        media.quarters(160, 160), "JPEG", subsampling="4:2:0", progressive=True
    )
    assert probe(plain, JPEG).decoder_bytes == 0
    assert probe(progressive, JPEG).decoder_bytes == 160 * 160 * 3 // 2 * 2
    assert probe(coloured, JPEG).decoder_bytes == 160 * 160 * 3 * 2


def test_an_interlaced_png_foretells_its_whole_picture() -> None:
    header = struct.pack(">IIBBBBB", 300, 200, 16, 6, 0, 0, 1)
    data = _png(header)
    assert probe(data, PNG).decoder_bytes == 300 * 200 * 4 * 2
    assert probe(_png(header[:-1] + b"\0"), PNG).decoder_bytes == 0


def test_profile_and_exif_are_found() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Canon"
    for fmt, name in ((JPEG, "JPEG"), (PNG, "PNG"), (WEBP, "WEBP"), (AVIF, "AVIF")):
        data = media.file_of(media.quarters(), name, exif=exif, icc_profile=b"profile" * 9000)
        info = probe(data, fmt)
        assert info.icc == b"profile" * 9000
        assert info.exif.startswith((b"II*\0", b"MM\0*"))


def test_too_many_pixels_are_refused() -> None:
    info = probe(_png(struct.pack(">IIBBBBB", 65536, 65536, 1, 3, 0, 0, 0)), PNG)
    with pytest.raises(PixelLimit, match="65536 x 65536"):
        check_limits(info, Limits())


def test_frames_times_pixels_are_refused() -> None:
    info = probe(media.animation("GIF", frames=5), GIF)
    check_limits(info, Limits(pixels=80 * 60 * 5))
    with pytest.raises(PixelLimit, match="5 frames"):
        check_limits(info, Limits(pixels=80 * 60 * 5 - 1))


def test_a_decoder_that_would_need_too_much_is_refused() -> None:
    info = ImageInfo(format=JPEG, width=9, height=9, decoder_bytes=2 << 30)
    with pytest.raises(ResourceLimit, match="2048 MiB"):
        check_limits(info, Limits())


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP", b"iTXt"])
def test_text_that_inflates_hugely_is_refused(kind: bytes) -> None:
    packed = zlib.compress(bytes(9 << 20))
    body = {b"iTXt": b"key\0\1\0\0\0" + packed}.get(kind, b"key\0\0" + packed)
    bomb = media.with_png_chunk(media.file_of(media.quarters(), "PNG"), kind, body)
    with pytest.raises(ResourceLimit, match="inflate"):
        probe(bomb, PNG)


def test_damaged_text_adds_up_too() -> None:
    damaged = zlib.compress(bytes(1 << 20))[:-4] + b"\0\0\0\0"
    chunks = media.png_chunk(b"zTXt", b"key\0\0" + damaged) * 5_000
    picture = media.file_of(media.quarters(), "PNG")
    with pytest.raises(ResourceLimit):
        probe(picture[:33] + chunks + picture[33:], PNG)


def test_a_damaged_text_is_left_out() -> None:
    body = b"key\0\0" + zlib.compress(b"a" * 1000)[:-4] + b"\0\0\0\0"
    data = media.with_png_chunk(media.file_of(media.quarters(), "PNG"), b"zTXt", body)
    assert probe(data, PNG).width == 96


def test_many_small_text_chunks_add_up() -> None:
    text = PngImagePlugin.PngInfo()
    for i in range(6):
        text.add_text(f"key{i}", "0" * (1 << 20), zip=True)
    with pytest.raises(ResourceLimit):
        probe(media.file_of(media.quarters(), "PNG", pnginfo=text), PNG)


@pytest.mark.parametrize(
    ("fmt", "name"), [(PNG, "PNG"), (GIF, "GIF"), (WEBP, "WEBP"), (AVIF, "AVIF")]
)
def test_a_file_cut_in_half_is_corrupt(fmt: Format, name: str) -> None:
    data = media.file_of(media.photo(200, 150), name)
    with pytest.raises(Corrupt):
        probe(data[: len(data) // 2], fmt)


def test_a_gif_without_its_trailer_passes() -> None:
    assert probe(media.animation("GIF")[:-1], GIF).frames == 3


@pytest.mark.parametrize("fmt", [JPEG, PNG, GIF, WEBP, AVIF, HEIC, TIFF])
def test_magic_bytes_alone_are_corrupt(fmt: Format) -> None:
    starts = {
        JPEG: b"\xff\xd8\xff\xe0",
        PNG: b"\x89PNG\r\n\x1a\n",
        GIF: b"GIF89a",
        WEBP: b"RIFF\4\0\0\0WEBP",
        TIFF: b"II*\0",
    }
    with pytest.raises(Corrupt):
        probe(starts.get(fmt, b"\0\0\0\x10ftypheic\0\0\0\0"), fmt)


def test_an_empty_file_says_so() -> None:
    with pytest.raises(EmptyFile):
        probe(b"", JPEG)


def test_lossless_jpeg_is_unsupported_not_corrupt() -> None:
    data = media.file_of(media.quarters(), "JPEG").replace(b"\xff\xc0", b"\xff\xc3", 1)
    with pytest.raises(UnsupportedType):
        probe(data, JPEG)


def test_other_families_are_unsupported() -> None:
    with pytest.raises(UnsupportedType):
        probe(b"x", Format("video/mp4", Family.VIDEO))


def _png(header: bytes) -> bytes:
    chunks = [(b"IHDR", header), (b"PLTE", b"\0\0\0"), (b"IDAT", b""), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(media.png_chunk(*chunk) for chunk in chunks)


def heic_header(properties: bytes, applied: int, *more: bytes) -> bytes:
    """A HEIC without its pixels: the first `applied` of `properties` are the picture's."""
    associations = media.full_box(
        b"ipma", struct.pack(">IHB", 1, 1, applied) + bytes(range(1, applied + 1))
    )
    meta = [
        media.full_box(b"pitm", struct.pack(">H", 1)),
        media.box(b"iprp", media.box(b"ipco", properties) + associations),
        *more,
    ]
    head = media.box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    return head + media.full_box(b"meta", b"".join(meta))


def test_a_heic_bomb_is_not_hidden_by_cropping_it() -> None:
    size = media.full_box(b"ispe", struct.pack(">II", 30_000, 30_000))
    cropped = media.box(b"clap", struct.pack(">8I", 8, 1, 8, 1, 0, 1, 0, 1))

    info = probe(heic_header(size + cropped, 2), HEIC)

    assert (info.width, info.height) == (8, 8)
    with pytest.raises(ResourceLimit):
        check_limits(info, Limits())


def test_a_heic_that_claims_endless_extents_is_read_at_once() -> None:
    size = media.full_box(b"ispe", struct.pack(">II", 40, 30))
    exif = media.full_box(b"infe", struct.pack(">HH4sB", 7, 0, b"Exif", 0), version=2)
    names = media.full_box(b"iinf", struct.pack(">H", 1) + exif)
    extents = struct.pack(">HHH", 1, 0, 0xFFFF) * 10_000
    places = media.full_box(b"iloc", struct.pack(">HH", 0, 10_000) + extents)

    info = probe(heic_header(size, 1, names, places), HEIC)

    assert (info.width, info.exif) == (40, b"")
