"""A colour profile's name (ICC.1:2022, 10.15; ICC.1:2001, 6.5.17)."""

from __future__ import annotations

import struct

_NAME_CHARACTERS = 100
_TAGS = 200


def profile_name(profile: bytes) -> str | None:
    """The profile's description, None when it has none or can't be read."""
    try:
        return _clean(_description(profile))
    except (struct.error, UnicodeDecodeError):
        return None


def _description(profile: bytes) -> str:
    (count,) = struct.unpack_from(">I", profile, 128)
    for i in range(min(count, _TAGS)):
        tag, offset, size = struct.unpack_from(">4sII", profile, 132 + 12 * i)
        if tag == b"desc":
            return _text(profile[offset : offset + size])
    return ""


def _text(body: bytes) -> str:
    if body.startswith(b"mluc"):
        length, offset = struct.unpack_from(">II", body, 20)
        return body[offset : offset + length].decode("utf-16-be")
    (length,) = struct.unpack_from(">I", body, 8)
    return body[12 : 12 + length].decode("latin-1")


def _clean(text: str) -> str | None:
    return "".join(c for c in text if c.isprintable()).strip()[:_NAME_CHARACTERS] or None
