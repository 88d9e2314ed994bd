"""The asset: its statuses and their legal moves, its record, and the record's codec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from spool.errors import AssetErrorCode
from spool.formats import Family
from spool.keys import AssetRef


class Status(StrEnum):
    UPLOADING = "uploading"
    QUEUED = "queued"
    PROCESSING = "processing"
    ANALYZING = "analyzing"
    READY = "ready"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    DELETED = "deleted"


MOVES: Mapping[Status, frozenset[Status]] = {
    Status.UPLOADING: frozenset({Status.QUEUED, Status.DELETED}),
    Status.QUEUED: frozenset({Status.PROCESSING, Status.FAILED, Status.DELETED}),
    Status.PROCESSING: frozenset(
        {Status.ANALYZING, Status.READY, Status.FAILED, Status.QUARANTINED, Status.DELETED}
    ),
    Status.ANALYZING: frozenset({Status.READY, Status.FAILED, Status.QUARANTINED, Status.DELETED}),
    Status.READY: frozenset({Status.QUEUED, Status.DELETED}),
    Status.FAILED: frozenset({Status.QUEUED, Status.DELETED}),
    Status.QUARANTINED: frozenset({Status.QUEUED, Status.DELETED}),
    Status.DELETED: frozenset(),
}
"""Legal moves of one run. A newer run (a newer version, or a retry with a higher attempt) starts at
`queued` from every status but `deleted`, since it overtakes the older one."""


@dataclass(frozen=True)
class AssetError:
    """Why an asset failed: a stable code, a sentence for the user, the stage and the time."""

    code: AssetErrorCode
    message: str
    stage: str
    at: str

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        return cls(AssetErrorCode(data["code"]), data["message"], data["stage"], data["at"])

    def to_dict(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "stage": self.stage, "at": self.at}


@dataclass(frozen=True)
class Declaration:
    """What a presign said of the version that it let in: it becomes the asset's as that arrives."""

    filename: str
    correlation_id: str

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        return cls(data["filename"], data["correlationId"])

    def to_dict(self) -> dict[str, str]:
        return {"filename": self.filename, "correlationId": self.correlation_id}


@dataclass(frozen=True, kw_only=True)
class Upload:
    """An upload on its way, and the bytes that it holds until it arrives or, at `expires_at`,
    expires.

    `id` is S3's of a multipart upload, and ours of a single PUT, which has no `part_size`. The
    bytes are `exact` where the client said how many there will be, else the most that are taken.
    One that is `completing` has all its parts: only its event is to come.
    """

    id: str
    bytes: int
    exact: bool
    expires_at: str
    part_size: int | None = None
    completing: bool = False

    @property
    def is_multipart(self) -> bool:
        return self.part_size is not None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{f.name: data[camel(f.name)] for f in fields(cls)})

    def to_dict(self) -> dict[str, Any]:
        return {camel(f.name): getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of an asset's original as it arrived; `number` counts from 1 in that order."""

    id: str
    number: int
    bytes: int
    filename: str
    arrived_at: str


@dataclass(frozen=True, kw_only=True)
class Asset:
    """One asset as the catalogue stores it.

    `tag` and what was made under it (`processed`, hashes, dimensions) are those of the last version
    that became ready; `version_id` and `attempt` are those of the newest. A failed replacement thus
    leaves the picture that was there. `queued_at` and `started_at` are of the newest run; `edition`
    counts how often its version was published and then processed again.

    `private` is what is wanted: `tag` follows once everything has been moved.

    `stored_bytes` are those of all versions, of which there were `versions_seen`.
    """

    id: str
    org_id: str
    project_id: str
    filename: str
    original_key: str
    status: Status
    uploaded_at: str
    rev: int = 1
    attempt: int = 1
    edition: int = 0
    queued_at: str | None = None
    started_at: str | None = None
    version_id: str | None = None
    version_number: int = 0
    sequencer: str | None = None
    tag: str | None = None
    private: bool = False
    scan: Mapping[str, Any] = field(default_factory=lambda: {"status": "not_scanned"})
    type: Family | None = None
    content_type: str | None = None
    bytes: int | None = None
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    frames: int | None = None
    has_alpha: bool | None = None
    duration: float | None = None
    container: str | None = None
    bit_rate: int | None = None
    recorded_at: str | None = None
    video: Mapping[str, Any] = field(default_factory=dict)
    audio: Mapping[str, Any] = field(default_factory=dict)
    blurhash: str | None = None
    perceptual_hash: str | None = None
    palette: tuple[str, ...] = ()
    dominant_color: str | None = None
    icc_profile: str | None = None
    exif: Mapping[str, Any] = field(default_factory=dict)
    private_exif: Mapping[str, Any] = field(default_factory=dict)
    processed: Mapping[str, Any] = field(default_factory=dict)
    error: AssetError | None = None
    warnings: tuple[str, ...] = ()
    processed_at: str | None = None
    correlation_id: str | None = None
    declared: Declaration | None = None
    stored_bytes: int = 0
    versions_seen: int = 0
    uploads: tuple[Upload, ...] = ()

    @property
    def ref(self) -> AssetRef:
        return AssetRef(self.org_id, self.project_id, self.id)

    def to_record(self) -> dict[str, Any]:
        """JSON names and plain values; what the catalogue stores."""
        return {camel(f.name): _plain(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The inverse of `to_record`; names it doesn't know are left out, absent ones default."""
        values = {f.name: record[camel(f.name)] for f in fields(cls) if camel(f.name) in record}
        values["status"] = Status(values["status"])
        if values.get("type") is not None:
            values["type"] = Family(values["type"])
        if values.get("error") is not None:
            values["error"] = AssetError.from_dict(values["error"])
        if values.get("declared") is not None:
            values["declared"] = Declaration.from_dict(values["declared"])
        values["uploads"] = tuple(map(Upload.from_dict, values.get("uploads", ())))
        for name in ("palette", "warnings"):
            if name in values:
                values[name] = tuple(values[name])
        return cls(**values)

    def public_record(self) -> dict[str, Any]:
        """What the API and `manifest.json` may show: everything but GPS, serials and internals."""
        return {name: value for name, value in self.to_record().items() if name not in _INTERNAL}


_FOUND = (
    *("sha256", "width", "height", "frames", "has_alpha", "icc_profile", "exif", "private_exif"),
    *("duration", "container", "bit_rate", "recorded_at", "video", "audio"),
    *("blurhash", "perceptual_hash", "palette", "dominant_color"),
)

BLANK: Mapping[str, Any] = MappingProxyType(
    {
        f.name: f.default if f.default_factory is MISSING else f.default_factory()
        for f in fields(Asset)
        if f.name in _FOUND
    }
)
"""The fields of an asset that are found out of its file, as they are before."""

_INTERNAL = frozenset(
    {
        *("privateExif", "sequencer", "correlationId", "declared"),
        *("storedBytes", "versionsSeen", "uploads"),
    }
)


def camel(name: str) -> str:
    """`original_key` → `originalKey`."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _plain(value: Any) -> Any:
    if isinstance(value, AssetError | Declaration | Upload):
        return value.to_dict()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(member) for member in value]
    return dict(value) if isinstance(value, Mapping) else value


def utc_now() -> datetime:
    """The clock that functions run by."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC to the millisecond, ending in Z: sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
