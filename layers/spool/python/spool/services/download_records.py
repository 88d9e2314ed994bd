"""What is known of a download: documents beside its zip, each written whole.

The request is written once, the state by who works on it. That a download is ready is its zip's
being there, so that nothing that is delivered twice or late undoes it; and the bucket's lifecycle
removes all of it together. An item of the catalogue's table could not hold 500 files (400 KB).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from spool.errors import AssetErrorCode
from spool.keys import DownloadRef
from spool.model import camel
from spool.services.storage_ports import Objects


class DownloadStatus(StrEnum):
    QUEUED = "queued"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file of a zip: its name there, and the object. `version_id` is an original's; renditions
    have none."""

    name: str
    media_id: str
    key: str
    version_id: str | None
    bytes: int


@dataclass(frozen=True)
class Download:
    """What was asked for together."""

    entries: Sequence[Entry]

    @property
    def bytes(self) -> int:
        return sum(entry.bytes for entry in self.entries)

    @classmethod
    def load(cls, objects: Objects, ref: DownloadRef) -> Self:
        """Raises NotFound."""
        entries = json.loads(objects.get(ref.request).read())["entries"]
        names = Entry.__dataclass_fields__
        return cls([Entry(**{name: entry[camel(name)] for name in names}) for entry in entries])

    def store(self, objects: Objects, ref: DownloadRef) -> None:
        entries = [{camel(name): value for name, value in asdict(e).items()} for e in self.entries]
        objects.put_new(ref.request, _json({"entries": entries}), "application/json")


@dataclass(frozen=True)
class DownloadError:
    """Why there is no zip: a stable code and a sentence for the user."""

    code: AssetErrorCode
    message: str

    def to_dict(self) -> dict[str, str]:
        return {"code": self.code.value, "message": self.message}


LATE = DownloadError(
    AssetErrorCode.TIMEOUT,
    "The zip could not be made within the time for it. Ask for fewer files at once.",
)
BROKEN = DownloadError(
    AssetErrorCode.INTERNAL, "Something went wrong on our side. Ask for the zip again."
)
GIVEN_UP = DownloadError(AssetErrorCode.INTERNAL, "The zip was given up. Ask for it again.")


@dataclass(frozen=True)
class State:
    """How far who works on it is, `at` that time."""

    status: DownloadStatus
    at: datetime
    error: DownloadError | None = None

    @classmethod
    def load(cls, objects: Objects, ref: DownloadRef) -> Self:
        """Raises NotFound."""
        state = json.loads(objects.get(ref.state).read())
        error = state["error"]
        return cls(
            DownloadStatus(state["status"]),
            datetime.fromisoformat(state["at"]),
            None
            if error is None
            else DownloadError(AssetErrorCode(error["code"]), error["message"]),
        )

    def store(self, objects: Objects, ref: DownloadRef) -> None:
        error = None if self.error is None else self.error.to_dict()
        state = {"status": self.status, "at": self.at.isoformat(), "error": error}
        objects.put(ref.state, _json(state), "application/json")


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
