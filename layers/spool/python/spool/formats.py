"""The media types that Spool takes: names, families, extensions, and how their bytes begin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath


class Family(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"


@dataclass(frozen=True)
class Format:
    """One file format: its media type, the family that processes it, other names it goes by, and
    how its files' names end."""

    content_type: str
    family: Family
    aliases: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()


JPEG = Format(
    "image/jpeg", Family.IMAGE, ("image/jpg", "image/pjpeg"), (".jpg", ".jpeg", ".jpe", ".jfif")
)
PNG = Format(
    "image/png",
    Family.IMAGE,
    ("image/apng", "image/x-png", "image/vnd.mozilla.apng"),
    (".png", ".apng"),
)
GIF = Format("image/gif", Family.IMAGE, (), (".gif",))
WEBP = Format("image/webp", Family.IMAGE, (), (".webp",))
AVIF = Format("image/avif", Family.IMAGE, ("image/avif-sequence",), (".avif", ".avifs"))
HEIC = Format(
    "image/heic",
    Family.IMAGE,
    ("image/heif", "image/heic-sequence", "image/heif-sequence"),
    (".heic", ".heif", ".heics", ".heifs", ".hif"),
)
TIFF = Format("image/tiff", Family.IMAGE, ("image/tif", "image/x-tiff"), (".tif", ".tiff"))
SVG = Format("image/svg+xml", Family.IMAGE, ("image/svg",), (".svg",))

FORMATS = (JPEG, PNG, GIF, WEBP, AVIF, HEIC, TIFF, SVG)

_BY_NAME = {name: f for f in FORMATS for name in (f.content_type, *f.aliases)}
_BY_EXTENSION = {extension: f for f in FORMATS for extension in f.extensions}

HEAD_BYTES = 4096  # `sniff` needs no more than this


def by_content_type(content_type: str) -> Format | None:
    """The format that a declared media type names; parameters and case don't matter."""
    return _BY_NAME.get(content_type.partition(";")[0].strip().lower())


def by_filename(filename: str) -> Format | None:
    """The format that a file's name claims by its extension."""
    return _BY_EXTENSION.get(PurePosixPath(filename).suffix.lower())


_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
# Atomic groups: comments that could be cut in two ways would make a crafted head take for ever.
_SVG_START = (
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*\?>)?"
    rb"(?>(?:\s|(?><!--.*?-->)|<!DOCTYPE[^\[>]*+(?:\[[^\]]*\][^>]*+)?>)*)"
    rb"<(?i:(?:[a-z_][\w.-]*:)?svg)[\s>/]"
)
_MAGIC = tuple(
    (re.compile(pattern, re.DOTALL), fmt)
    for pattern, fmt in (
        (rb"\xff\xd8\xff", JPEG),
        (rb"\x89PNG\r\n\x1a\n", PNG),
        (rb"GIF8[79]a", GIF),
        (rb"RIFF....WEBP", WEBP),
        (rb"II[*+]\0|MM\0[*+]", TIFF),
        (_SVG_START, SVG),
    )
)


def sniff(head: bytes) -> Format | None:
    """The format that the first bytes show, or None. Names and headers have no say.

    Sources: the formats' specifications; ISO/IEC 14496-12 (ftyp brands).
    """
    for pattern, fmt in _MAGIC:
        if pattern.match(head):
            return fmt
    return _heif_family(head) if head[4:8] == b"ftyp" else None


_OTHERS = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), description)
    for pattern, description in (
        (rb"\s*(?:<!doctype html|<html|<head|<body|<script)", "an HTML page"),
        (rb"%PDF-", "a PDF document"),
        (rb"PK\x03\x04", "a ZIP archive or an office document"),
        (rb"MZ|\x7fELF|\xcf\xfa\xed\xfe", "a program"),
        (rb"#EXTM3U", "a playlist"),
        (rb"....ftyp|\x1aE\xdf\xa3", "a video or audio file"),
        (rb"ID3|OggS|fLaC|RIFF....WAVE", "an audio file"),
    )
)


def describe(head: bytes) -> str:
    """What a file that `sniff` does not take looks like, for a sentence to its owner."""
    return next((words for start, words in _OTHERS if start.match(head)), "no image")


def _heif_family(head: bytes) -> Format | None:
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[i : i + 4] for i in range(16, size - 3, 4))}
    if brands & _AVIF_BRANDS:
        return AVIF
    return HEIC if brands & _HEIC_BRANDS else None
