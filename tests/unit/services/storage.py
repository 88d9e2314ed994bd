"""The originals' bucket in memory, as consistent as S3: versions, multipart uploads, events; and
calls that end half way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from spool.checksums import Checksum
from spool.errors import Conflict, NotFound, PartMismatch
from spool.events import SEQUENCER_DIGITS, ObjectCreated, ObjectDeleted
from spool.services.storage_ports import Head, ObjectVersion, Part


@dataclass
class MemoryStorage:
    """Implements `Uploads` and `OriginalVersions`, and `head`. `versions` has sizes by (key,
    version id); `events` and `deletions` tell of all that was ever stored and removed, in order."""

    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    pending: dict[tuple[str, str], list[Part]] = field(default_factory=dict)
    completed: set[tuple[str, str]] = field(default_factory=set)
    events: list[ObjectCreated] = field(default_factory=list)
    deletions: list[ObjectDeleted] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    _begun: int = 0
    _told: int = 0

    def put(self, key: str, size: int, *, new: bool) -> None:
        """Raises Conflict when it is to be `new` and the key exists."""
        if new and self.has(key):
            raise Conflict(key)
        number = len(self.events) + 1
        event = ObjectCreated(
            bucket="originals",
            key=key,
            version_id=f"v{number}",
            sequencer=self._sequencer(),
            size=size,
            event_id=f"event-{number}",
        )
        self.versions[key, event.version_id] = size
        self.events.append(event)
        self.hidden.discard(key)

    def hide(self, key: str) -> None:
        """Put a delete marker: what `aws s3 rm` does."""
        self.hidden.add(key)
        self._tell_deleted(key, f"marker-{len(self.deletions)}", hidden=True)

    def _tell_deleted(self, key: str, version_id: str, *, hidden: bool) -> None:
        self.deletions.append(
            ObjectDeleted(
                key=key, version_id=version_id, sequencer=self._sequencer(), hidden=hidden
            )
        )

    def _sequencer(self) -> str:
        self._told += 1
        return f"{self._told:04X}".ljust(SEQUENCER_DIGITS, "0")

    def has(self, key: str) -> bool:
        return key not in self.hidden and any(name == key for name, _ in self.versions)

    def head(self, key: str) -> Head:
        found = [(version, size) for (name, version), size in self.versions.items() if name == key]
        if not found or key in self.hidden:
            raise NotFound(key)
        version_id, size = found[-1]
        return Head(size=size, content_type="image/jpeg", etag="etag", version_id=version_id)

    def stored(self, key: str) -> int:
        """Bytes of all its versions."""
        return sum(size for (name, _), size in self.versions.items() if name == key)

    def create(self, key: str, content_type: str) -> str:  # noqa: ARG002
        self._begun += 1
        upload_id = f"s3-{self._begun}"
        self.pending[key, upload_id] = []
        return upload_id

    def put_part(self, key: str, upload_id: str, part: Part) -> None:
        """Raises NotFound."""
        others = [known for known in self._parts(key, upload_id) if known.number != part.number]
        self.pending[key, upload_id] = sorted([*others, part], key=lambda one: one.number)

    def parts(self, key: str, upload_id: str, *, after: int, limit: int) -> Sequence[Part]:
        return [part for part in self._parts(key, upload_id) if part.number > after][:limit]

    def complete(
        self,
        key: str,
        upload_id: str,
        parts: Sequence[tuple[int, str]],
        checksum: Checksum | None = None,  # noqa: ARG002
        *,
        new: bool,
    ) -> None:
        if new and self.has(key):
            raise Conflict(key)
        if (key, upload_id) in self.completed:
            return
        known = {(part.number, part.etag): part.size for part in self._parts(key, upload_id)}
        if not known.keys() >= set(parts):
            raise PartMismatch(key)
        del self.pending[key, upload_id]
        self.completed.add((key, upload_id))
        self.put(key, sum(known[part] for part in parts), new=False)

    def abort(self, key: str, upload_id: str) -> None:
        self._parts(key, upload_id)
        del self.pending[key, upload_id]

    def restore(self, key: str, version_id: str) -> None:
        if (key, version_id) not in self.versions:
            raise NotFound(key)
        self.put(key, self.versions[key, version_id], new=False)

    def remove(self, key: str, version_id: str) -> None:
        if self.versions.pop((key, version_id), None) is not None:
            self._tell_deleted(key, version_id, hidden=False)

    def all(self, prefix: str) -> Sequence[ObjectVersion]:
        return [ObjectVersion(*one) for one in self.versions if one[0].startswith(prefix)]

    def remove_all(self, versions: Sequence[ObjectVersion]) -> None:
        for one in versions:
            self.remove(*one)

    def _parts(self, key: str, upload_id: str) -> list[Part]:
        if (key, upload_id) not in self.pending:
            raise NotFound(upload_id)
        return self.pending[key, upload_id]


class Crash(Exception):
    """The process ended here."""


@dataclass
class Fault:
    """Ends the process at the call `at`, counted over all ports from 1: before it has taken effect,
    or, `late`, after it."""

    at: int = 0
    late: bool = False

    def between(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **options: Any) -> Any:
            self.at -= 1
            if self.at == 0 and not self.late:
                raise Crash
            answer = call(*args, **options)
            if self.at == 0:
                raise Crash
            return answer

        return called


class Shaky:
    """A port, any of whose calls `fault` may end."""

    def __init__(self, port: object, fault: Fault) -> None:
        self._port, self._fault = port, fault

    def __getattr__(self, name: str) -> Any:
        return self._fault.between(getattr(self._port, name))
