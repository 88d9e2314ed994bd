"""What files are called in a zip."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import PurePosixPath

from spool.keys import FILENAME_BYTES

MISSING = "missing.txt"
"""Names the files of a zip that were gone when their turn came."""

_EXTENSION = 16  # characters; what is longer is no extension
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*]')
_TURNS_TEXT = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # and hides an extension
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def renamed(filename: str, file: str) -> str:
    """`filename` with the extension of `file`, which was made of it."""
    return _fitted(_split(filename)[0], _split(file)[1])


def unique_names(names: Iterable[str]) -> Iterator[str]:
    """The same names, as far as every file system takes them, but `a (2).jpg` where another is
    `a.jpg` already, or `A.jpg`: not every one tells them apart. None is MISSING."""
    taken = {MISSING}
    for name in map(_portable, names):
        unique = next(one for one in _candidates(name) if one.casefold() not in taken)
        taken.add(unique.casefold())
        yield unique


def _portable(name: str) -> str:
    plain = _NOT_ON_WINDOWS.sub("_", _TURNS_TEXT.sub("", name)).rstrip(". ") or "_"
    if not _DEVICE.match(plain):
        return plain
    stem, extension = _split(plain)
    return _fitted(f"_{stem}", extension)


def _candidates(name: str) -> Iterator[str]:
    yield name
    stem, extension = _split(name)
    for number in count(2):
        yield _fitted(stem, f" ({number}){extension}")


def _split(name: str) -> tuple[str, str]:
    extension = PurePosixPath(name).suffix
    if len(extension) > _EXTENSION:
        return name, ""
    return name.removesuffix(extension), extension


def _fitted(stem: str, ending: str) -> str:
    """Both, the stem being cut where file systems have no room for it."""
    room = FILENAME_BYTES - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore") + ending
