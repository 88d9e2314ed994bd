from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from spool.formats import (
    AVIF,
    FORMATS,
    GIF,
    HEIC,
    JPEG,
    PNG,
    SVG,
    TIFF,
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
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", None),
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
    assert sniff(b"\0\0\0\x20ftyp" + head) in {AVIF, HEIC, None}


@pytest.mark.parametrize(
    ("content_type", "fmt"),
    [
        ("image/jpeg", JPEG),
        ("IMAGE/JPG; q=1", JPEG),
        (" image/svg+xml ;charset=utf-8", SVG),
        ("image/apng", PNG),
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
        ("a.mp4", None),
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
        (b"\0\0\0\nftypisom", "a video or audio file"),
        (b"hello", "no image"),
        (b"", "no image"),
    ],
)
def test_what_is_not_taken_is_still_named(head: bytes, words: str) -> None:
    assert sniff(head) is None
    assert describe(head) == words
