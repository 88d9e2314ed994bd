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

# Containers that MediaConvert reads as files (the codecs in them: spool.video.codecs).
MP4 = Format(
    "video/mp4",
    Family.VIDEO,
    ("video/x-m4v", "video/3gpp", "video/3gpp2", "application/mp4"),
    (".mp4", ".m4v", ".mp4v", ".3gp", ".3gpp", ".3g2"),
)
QUICKTIME = Format("video/quicktime", Family.VIDEO, (), (".mov", ".qt"))
MATROSKA = Format("video/x-matroska", Family.VIDEO, ("video/matroska",), (".mkv",))
WEBM = Format("video/webm", Family.VIDEO, (), (".webm",))
AVI = Format(
    "video/x-msvideo", Family.VIDEO, ("video/avi", "video/msvideo", "video/vnd.avi"), (".avi",)
)
MPEG_TS = Format(
    "video/mp2t", Family.VIDEO, ("video/vnd.dlna.mpeg-tts",), (".ts", ".m2ts", ".mts", ".m2t")
)

IMAGES = (JPEG, PNG, GIF, WEBP, AVIF, HEIC, TIFF, SVG)
VIDEOS = (MP4, QUICKTIME, MATROSKA, WEBM, AVI, MPEG_TS)
FORMATS = (*IMAGES, *VIDEOS)

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
_AUDIO_BRANDS = {b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "}
_MP4_BRAND = re.compile(
    rb"iso[m2-9a-c]|mp4[12]|mp71|M4V.|3g[2egprs].|avc1|hvc1|hev1|av01|dash|cmf.|dby1"
    rb"|mmp4|MSNV|XAVC|NDX.|f4v |CAEP"
)
# Atomic groups: comments that could be cut in two ways would make a crafted head take for ever.
_SVG_START = (
    rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*\?>)?"
    rb"(?>(?:\s|(?><!--.*?-->)|<!DOCTYPE[^\[>]*+(?:\[[^\]]*\][^>]*+)?>)*)"
    rb"<(?i:(?:[a-z_][\w.-]*:)?svg)[\s>/]"
)
_EBML_DOCTYPE = rb"\x1aE\xdf\xa3.{1,64}?\x42\x82.{1,8}?"
_MAGIC = tuple(
    (re.compile(pattern, re.DOTALL), fmt)
    for pattern, fmt in (
        (rb"\xff\xd8\xff", JPEG),
        (rb"\x89PNG\r\n\x1a\n", PNG),
        (rb"GIF8[79]a", GIF),
        (rb"RIFF....WEBP", WEBP),
        (rb"II[*+]\0|MM\0[*+]", TIFF),
        (_SVG_START, SVG),
        (rb"RIFF....AVI ", AVI),
        (_EBML_DOCTYPE + rb"webm", WEBM),
        (_EBML_DOCTYPE + rb"matroska", MATROSKA),
        (rb"....(?:moov|mdat|wide|pnot)", QUICKTIME),  # as it was before it had brands
        (rb"(?:G.{187}){3}|(?:.{4}G.{187}){3}", MPEG_TS),  # also with time stamps: M2TS
    )
)


def sniff(head: bytes) -> Format | None:
    """The format that the first bytes show, or None. Names and headers have no say.

    Sources: the formats' specifications; ISO/IEC 14496-12 (ftyp brands); RFC 8794 (EBML); ISO/IEC
    13818-1 (packets of 188 bytes that begin with G).
    """
    for pattern, fmt in _MAGIC:
        if pattern.match(head):
            return fmt
    return _by_brand(head) if head[4:8] == b"ftyp" else None


_PLAYLIST = (
    rb"(?:\xef\xbb\xbf)?\s*(?:#EXTM3U|ffconcat |\[playlist\]"
    rb"|(?:<\?xml[^>]*>\s*)?<(?:MPD|playlist|asx|smil)\b)"
)
_OTHERS = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), description)
    for pattern, description in (
        (rb"\s*(?:<!doctype html|<html|<head|<body|<script)", "an HTML page"),
        (rb"%PDF-", "a PDF document"),
        (rb"PK\x03\x04", "a ZIP archive or an office document"),
        (rb"MZ|\x7fELF|\xcf\xfa\xed\xfe", "a program"),
        (_PLAYLIST, "a playlist"),
        (rb"....ftyp(?:M4[ABP] |F4[AB] )|ID3|OggS|fLaC|RIFF....WAVE", "an audio file"),
        (
            rb"....ftyp|\x1aE\xdf\xa3|\x30\x26\xb2\x75|FLV\x01|\0\0\x01[\xba\xb3]",
            "a video or audio file of another kind",
        ),
    )
)


def describe(head: bytes) -> str:
    """What a file that `sniff` does not take looks like, for a sentence to its owner."""
    return next((words for start, words in _OTHERS if start.match(head)), "no image or video")


def _by_brand(head: bytes) -> Format | None:
    """What the brands of an `ftyp` box say: the major one, then those it is compatible with."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    brands = {major, *(head[i : i + 4] for i in range(16, size - 3, 4))}
    if brands & _AVIF_BRANDS:
        return AVIF
    if brands & _HEIC_BRANDS:
        return HEIC
    if major in _AUDIO_BRANDS:
        return None
    if major == b"qt  ":
        return QUICKTIME
    return MP4 if any(map(_MP4_BRAND.fullmatch, brands)) else None
