from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from spool.formats import (
    AVI,
    AVIF,
    FORMATS,
    GIF,
    HEIC,
    JPEG,
    MATROSKA,
    MP4,
    MPEG_TS,
    PNG,
    QUICKTIME,
    SVG,
    TIFF,
    WEBM,
    WEBP,
    Format,
    by_content_type,
    by_filename,
    describe,
    sniff,
)


@pytest.mark.parametrize("fmt", [JPEG, PNG, GIF, WEBP, TIFF, AVIF])
def test_a_real_picture_is_known_by_its_first_bytes(fmt: Format) -> None:
    data = BytesIO()
    Image.new("RGB", (3, 2)).save(data, fmt.content_type.partition("/")[2].upper())

    assert sniff(data.getvalue()[:4096]) == fmt


@pytest.mark.parametrize(
    ("head", "fmt"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", AVIF),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", MP4),
        (b"\0\0\0\x14ftypXYZ \0\0\0\0avc1", MP4),
        (b"\0\0\0\x18ftypM4V \0\0\0\0M4V mp42", MP4),
        (b"\0\0\0\x18ftyp3gp4\0\0\0\0isom3gp4", MP4),
        (b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42", None),
        (b"\0\0\0\x14ftypcrx \0\0\0\x01crx ", None),
        (b"\0\0\0\x14ftypjp2 \0\0\0\0jp2 ", None),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", QUICKTIME),
        (b"\0\0\0\x08wide\0\0\x10\0mdat", QUICKTIME),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82\x84webm", WEBM),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x82\x88matroska", MATROSKA),
        (b"\x1aE\xdf\xa3\x9fB\x82\x85other", None),
        (b"RIFF\0\0\0\0AVI LIST", AVI),
        ((b"G" + bytes(187)) * 3, MPEG_TS),
        ((bytes(4) + b"G" + bytes(187)) * 3, MPEG_TS),
        ((b"G" + bytes(187)) * 2, None),
        (b"G" * 500, None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", SVG),
        (
            b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x --><!DOCTYPE svg [<!ENTITY a 'b'>]><svg>",
            SVG,
        ),
        (b"<s:svg xmlns:s='http://www.w3.org/2000/svg'/>", SVG),
        (b"<svgx>", None),
        (b"<html><svg></svg></html>", None),
        (b"", None),
        (b"\xff\xd8", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"%PDF-1.7", None),
        (b"MZ", None),
    ],
)
def test_other_beginnings(head: bytes, fmt: Format | None) -> None:
    assert sniff(head) == fmt


@given(st.binary(max_size=100))
def test_any_bytes_are_looked_at_in_peace(head: bytes) -> None:
    assert sniff(head) in {*FORMATS, None}
    assert sniff(b"\0\0\0\x20ftyp" + head) in {AVIF, HEIC, MP4, QUICKTIME, None}


@pytest.mark.parametrize(
    ("content_type", "fmt"),
    [
        ("image/jpeg", JPEG),
        ("IMAGE/JPG; q=1", JPEG),
        (" image/svg+xml ;charset=utf-8", SVG),
        ("image/apng", PNG),
        ("video/mp4; codecs=avc1", MP4),
        ("video/3gpp", MP4),
        ("video/quicktime", QUICKTIME),
        ("video/matroska", MATROSKA),
        ("application/vnd.apple.mpegurl", None),
        ("text/html", None),
        ("binary/octet-stream", None),
        ("", None),
    ],
)
def test_declared_types(content_type: str, fmt: Format | None) -> None:
    assert by_content_type(content_type) == fmt


@pytest.mark.parametrize(
    ("name", "fmt"),
    [
        ("a.JPG", JPEG),
        ("a.b.heif", HEIC),
        ("a.svg", SVG),
        ("a.MP4", MP4),
        ("IMG_0001.MOV", QUICKTIME),
        ("a.m2ts", MPEG_TS),
        ("a.m3u8", None),
        ("a.m4a", None),
        ("jpg", None),
        ("", None),
    ],
)
def test_names(name: str, fmt: Format | None) -> None:
    assert by_filename(name) == fmt


def test_no_two_formats_share_a_name() -> None:
    names = [name for fmt in FORMATS for name in (fmt.content_type, *fmt.aliases, *fmt.extensions)]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"\n<!DOCTYPE html><html>", "an HTML page"),
        (b"%PDF-1.7", "a PDF document"),
        (b"MZ\x90", "a program"),
        (b"#EXTM3U\n", "a playlist"),
        (b"\xef\xbb\xbf#EXTM3U\n", "a playlist"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "a playlist"),
        (b"<?xml version='1.0'?>\n<MPD xmlns='urn:mpeg:dash:schema:mpd:2011'>", "a playlist"),
        (b"\0\0\0\x10ftypM4A \0\0\0\0", "an audio file"),
        (b"\0\0\0\x10ftypcrx \0\0\0\0", "a video or audio file of another kind"),
        (b"FLV\x01", "a video or audio file of another kind"),
        (b"hello", "no image or video"),
        (b"", "no image or video"),
    ],
)
def test_what_is_not_taken_is_still_named(head: bytes, words: str) -> None:
    assert sniff(head) is None
    assert describe(head) == words
