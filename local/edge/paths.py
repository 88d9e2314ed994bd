"""URL paths as CloudFront compares them.

Source: "Path pattern" in the CloudFront Developer Guide: a path is normalised by RFC 3986 to choose
the behaviour; the origin gets it as it came.
"""

from __future__ import annotations

import re
from functools import lru_cache
from string import ascii_letters, digits

_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(f"{ascii_letters}{digits}-._~")


@lru_cache(4096)
def normalised(path: str) -> str:
    """`path` without encoded letters, `.` and `..`: `/a/%2e./%62` is `/b`."""
    return _without_dots(_ENCODED.sub(_plain, path))


def _plain(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4."""
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            del segments[-1:]
        elif segment != ".":
            segments.append(segment)
    is_folder = path.endswith(("/.", "/..")) and segments[-1:] != [""]
    return "/" + "/".join([*segments, ""] if is_folder else segments)


@lru_cache(1024)
def wildcard(pattern: str) -> re.Pattern[str]:
    """`*` is any number of characters, slashes too, and `?` is one."""
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, re.DOTALL)
