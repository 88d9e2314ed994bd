"""What files are called in a zip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import PurePosixPath

from spool.keys import FILENAME_BYTES

MISSING = "missing.txt"
"""Names the files of a zip that were gone when their turn came."""

_EXTENSION = 16  # characters; what is longer is no extension


def renamed(filename: str, file: str) -> str:
    """`filename` with the extension of `file`, which was made of it."""
    return _fitted(_split(filename)[0], _split(file)[1])


def unique_names(names: Iterable[str]) -> Iterator[str]:
    """The same names, but `a (2).jpg` where another is `a.jpg` already, or `A.jpg`: not every file
    system tells them apart. None is MISSING."""
    taken = {MISSING}
    for name in names:
        unique = next(one for one in _candidates(name) if one.casefold() not in taken)
        taken.add(unique.casefold())
        yield unique


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
