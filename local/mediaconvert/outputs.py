"""Where the files of a job's output groups go, and how events name them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from local.mediaconvert.job import Members

if TYPE_CHECKING:
    from local.mediaconvert.encode import Encoded

Upload = tuple[Path, str]  # a file, and the URI that it goes to


def uploads(settings: Members, encoded: Encoded, target: Path) -> list[Upload]:
    """Of what the engine wrote below `target`."""
    return [
        (target / str(index) / name, folder + name)
        for index, (group, folder) in enumerate(
            zip(encoded.groups, _folders(settings), strict=True)
        )
        for name in group.files
    ]


def details(settings: Members, encoded: Encoded) -> list[Members]:
    """`outputGroupDetails`, with `s3://` paths in place of file names."""
    return [
        _located(group.details, folder)
        for group, folder in zip(encoded.groups, _folders(settings), strict=True)
    ]


def _folders(settings: Members) -> list[str]:
    """Each group's destination without its base name, ending in `/`."""
    destinations = [_destination(group) for group in settings["OutputGroups"]]
    return [destination[: destination.rindex("/") + 1] for destination in destinations]


def _destination(group: Members) -> str:
    """Each type of group keeps its settings under a name of its own."""
    [settings] = [
        settings
        for name, settings in group["OutputGroupSettings"].items()
        if name.endswith("GroupSettings")
    ]
    return str(settings["Destination"])


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
