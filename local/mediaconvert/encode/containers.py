"""Which FFmpeg demuxer reads a file, by its first bytes alone.

FFmpeg would also probe for playlists and scripts (HLS, DASH, ffconcat, IMF, ...) that name other
files or hosts; what is not recognised here is never given to it.
"""

from __future__ import annotations

import re
from pathlib import Path

_SNIFFED = 400  # bytes: three packets of the widest transport stream
_SIGNATURES = (
    ("mov", rb".{4}(ftyp|moov|mdat|free|skip|wide)"),
    ("matroska", rb"\x1a\x45\xdf\xa3"),
    ("avi", rb"RIFF.{4}AVI "),
    ("flv", rb"FLV\x01"),
    ("mpeg", rb"\x00\x00\x01\xba"),
    ("asf", rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    ("mxf", rb"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01"),
    ("mpegts", rb"\x47.{187}\x47.{187}\x47"),
    ("mpegts", rb".{4}\x47.{191}\x47"),  # M2TS: a time stamp before each packet
)


def demuxer(path: Path) -> str | None:
    """FFmpeg's name for the container of `path`; None for anything else."""
    with path.open("rb") as file:
        head = file.read(_SNIFFED)
    return next((name for name, sign in _SIGNATURES if re.match(sign, head, re.DOTALL)), None)
