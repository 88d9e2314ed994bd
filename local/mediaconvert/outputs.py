"""Where the files of a job's output groups go, and how events name them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from local.mediaconvert.encode import Encoded
from local.mediaconvert.job import Members

Upload = tuple[Path, str]  # a file, and the URI that it goes to


def uploads(encoded: Encoded) -> list[Upload]:
    """Every file that the engine wrote."""
    return [
        (group.folder / name, group.destination + name)
        for group in encoded.groups
        for name in group.files
    ]


def details(encoded: Encoded) -> list[Members]:
    """`outputGroupDetails`, with `s3://` paths in place of file names."""
    return [_located(group.details, group.destination) for group in encoded.groups]


def _located(group: Members, folder: str) -> Members:
    located = {**group, "outputDetails": [_output(it, folder) for it in group["outputDetails"]]}
    if "playlistFilePaths" in group:
        located["playlistFilePaths"] = _paths(group["playlistFilePaths"], folder)
    return located


def _output(detail: Members, folder: str) -> Members:
    if "outputFilePaths" not in detail:
        return detail
    return {**detail, "outputFilePaths": _paths(detail["outputFilePaths"], folder)}


def _paths(names: Sequence[str], folder: str) -> list[str]:
    return [folder + name for name in names]
