"""The ports, in memory."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from spool.checksums import Checksum
from spool.errors import Conflict, NotFound, PartMismatch, QuotaExceeded
from spool.events import Announcement, Run
from spool.jobs import Job, JobChange, JobId
from spool.keys import AssetRef
from spool.model import Asset, Status, Version
from spool.quotas import DayUsage, Limits, Usage
from spool.services.ports import (
    NOTHING,
    AssetPage,
    AssetQuery,
    Beside,
    Lookalike,
    Lookalikes,
    Twin,
)
from spool.services.run_ports import HistoryEvent, JobPage, JobQuery
from spool.services.storage_ports import Head, Part, Stored
from spool.services.usage import Quotas
from spool.similarity import Probe, bands
from spool.statistics import Counts, Tally

ROOM = Limits(bytes=1 << 50, assets=1 << 30)
LEAST_PART = 5 << 20  # of a multipart upload, but for its last part


class TickingClock:
    """A second later at each look."""

    def __init__(self) -> None:
        self._now = datetime(2025, 1, 15, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


@dataclass
class MemoryCatalogue:
    """`meanwhile` is run once before the next write: what another writer does in between. `counted`
    is each organisation's usage, kept as the real one keeps it."""

    assets: dict[tuple[str, str], Asset] = field(default_factory=dict)
    metadata: dict[tuple[AssetRef, str], Mapping[str, Any]] = field(default_factory=dict)
    kept: dict[tuple[AssetRef, str], Version] = field(default_factory=dict)
    removed: set[tuple[AssetRef, str]] = field(default_factory=set)
    counted: dict[str, Usage] = field(default_factory=dict)
    own_limits: dict[str, Limits] = field(default_factory=dict)
    meanwhile: Callable[[], object] | None = None

    def get(self, org_id: str, media_id: str) -> Asset | None:
        return self.assets.get((org_id, media_id))

    def insert(self, asset: Asset, beside: Beside = NOTHING) -> bool:
        self._interleave()
        if (asset.org_id, asset.id) in self.assets:
            return False
        return self._store(None, asset, beside)

    def update(self, before: Asset, after: Asset, beside: Beside = NOTHING) -> bool:
        self._interleave()
        if self.assets[before.org_id, before.id].rev != before.rev:
            return False
        return self._store(before, after, beside)

    def _store(self, before: Asset | None, after: Asset, beside: Beside) -> bool:
        if beside.adds is not None and self.has_counted(after.ref, beside.adds.id):
            return False
        if beside.removes is not None and (after.ref, beside.removes.id) not in self.kept:
            return False
        change = Usage.of(after) - Usage.of(before)
        total = self.usage(after.org_id) + change
        most = beside.limits
        if most and (
            (change.bytes > 0 and total.bytes > most.bytes)
            or (change.assets > 0 and total.assets > most.assets)
        ):
            raise QuotaExceeded("There is no more room.")
        self.counted[after.org_id] = total
        if beside.adds is not None:
            self.kept[after.ref, beside.adds.id] = beside.adds
        if beside.removes is not None:
            del self.kept[after.ref, beside.removes.id]
            self.removed.add((after.ref, beside.removes.id))
        self.assets[after.org_id, after.id] = after
        return True

    def version(self, ref: AssetRef, version_id: str) -> Version | None:
        return self.kept.get((ref, version_id))

    def has_counted(self, ref: AssetRef, version_id: str) -> bool:
        return (ref, version_id) in self.kept or (ref, version_id) in self.removed

    def versions(self, ref: AssetRef) -> Sequence[Version]:
        return [version for (owner, _), version in self.kept.items() if owner == ref]

    def bar_version(self, ref: AssetRef, version_id: str) -> bool:
        if self.has_counted(ref, version_id):
            return False
        self.removed.add((ref, version_id))
        return True

    def forget(self, ref: AssetRef) -> None:
        for kept in (self.kept, self.metadata):
            for key in [key for key in kept if key[0] == ref]:
                del kept[key]

    def expired(self, now: str, limit: int) -> Sequence[Asset]:
        due = [
            (min(upload.expires_at for upload in asset.uploads), asset.id, asset)
            for asset in self.assets.values()
            if asset.uploads
        ]
        return [asset for at, _, asset in sorted(due, key=lambda one: one[:2]) if at < now][:limit]

    def usage(self, org_id: str) -> Usage:
        return self.counted.get(org_id, Usage())

    def days(self, org_id: str, since: str, until: str) -> Sequence[DayUsage]:  # noqa: ARG002
        return []

    def limits(self, org_id: str) -> Limits | None:
        return self.own_limits.get(org_id)

    def store_metadata(self, ref: AssetRef, tag: str, metadata: Mapping[str, Any]) -> None:
        self.metadata[ref, tag] = metadata

    def load_metadata(self, ref: AssetRef, tag: str) -> Mapping[str, Any]:
        if (ref, tag) not in self.metadata:
            raise NotFound(tag)
        return self.metadata[ref, tag]

    def find(self, query: AssetQuery) -> AssetPage:
        """Newest first; a position is the `listedKey` of the last one given."""
        found = sorted(
            (asset for asset in self.assets.values() if _wanted(asset, query)),
            key=_position,
            reverse=True,
        )
        rest = [one for one in found if query.after is None or _position(one) < query.after]
        page = rest[: query.limit]
        return AssetPage(page, _position(page[-1]) if len(rest) > len(page) else None)

    def _interleave(self) -> None:
        action, self.meanwhile = self.meanwhile, None
        if action is not None:
            action()


@dataclass
class MemoryFingerprints:
    """Indexes of `catalogue` that don't lag."""

    catalogue: MemoryCatalogue

    def same(self, org_id: str, sha256: str, limit: int) -> Sequence[Twin]:
        found = [asset for asset in self._newest_first(org_id) if asset.sha256 == sha256]
        return [
            Twin(
                media_id=asset.id,
                project_id=asset.project_id,
                private=asset.private,
                status=asset.status,
            )
            for asset in found[:limit]
        ]

    def near(self, org_id: str, probes: Sequence[Probe], limit: int) -> Lookalikes:
        found = [
            Lookalike(
                media_id=asset.id,
                perceptual_hash=asset.perceptual_hash,
                position=_position(asset),
            )
            for asset in self._newest_first(org_id)
            if asset.perceptual_hash is not None
            for probe in probes
            if probe in enumerate(bands(asset.perceptual_hash))
        ]
        return Lookalikes(found[:limit], truncated=len(found) > limit)

    def assets(self, org_id: str, media_ids: Sequence[str]) -> Sequence[Asset]:
        found = (self.catalogue.get(org_id, media_id) for media_id in media_ids)
        return [asset for asset in found if asset is not None]

    def _newest_first(self, org_id: str) -> list[Asset]:
        return sorted(
            (
                asset
                for asset in self.catalogue.assets.values()
                if asset.org_id == org_id and asset.status is not Status.DELETED
            ),
            key=_position,
            reverse=True,
        )


def _position(asset: Asset) -> str:
    return f"{asset.uploaded_at}#{asset.id}"


def _wanted(asset: Asset, query: AssetQuery) -> bool:
    return (
        asset.org_id == query.org_id
        and query.project_id in {None, asset.project_id}
        and query.type in {None, asset.type}
        and (query.since or "") <= asset.uploaded_at <= (query.until or "~")
        and (asset.status is query.status or query.status is None)
        and (asset.status is not Status.DELETED or query.status is Status.DELETED)
    )


def roomy(catalogue: MemoryCatalogue) -> Quotas:
    """Quotas that nobody comes to feel."""
    return Quotas(ledger=catalogue, default=ROOM)


class _Read(BytesIO):
    """Notes whose bytes are read."""

    def __init__(self, data: bytes, key: str, reads: list[str]) -> None:
        super().__init__(data)
        self._key, self._reads = key, reads

    def read(self, length: int | None = -1, /) -> bytes:
        self._reads.append(self._key)
        return super().read(length)


IMMUTABLE = "public, max-age=31536000, immutable"


@dataclass
class MemoryObjects:
    """A bucket; versions are kept under (key, version id). `max_ages` is of those that may be
    replaced; `meanwhile` is run once before the next conditional write."""

    objects: dict[tuple[str, str | None], tuple[bytes, str]] = field(default_factory=dict)
    max_ages: dict[str, int] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None

    def get(self, key: str, version_id: str | None = None) -> Stored:
        if (key, version_id) not in self.objects:
            raise NotFound(key)
        data, content_type = self.objects[key, version_id]
        age = self.max_ages.get(key)
        control = IMMUTABLE if age is None else f"public, max-age={age}"
        body = _Read(data, key, self.reads)
        return Stored(len(data), content_type, _etag(data), body, control)

    def head(self, key: str, version_id: str | None = None) -> Head:
        """The newest version is the one that was put last."""
        known = [version for name, version in self.objects if name == key]
        found = version_id or (known[-1] if known else None)
        if (key, found) not in self.objects:
            raise NotFound(key)
        data, content_type = self.objects[key, found]
        return Head(size=len(data), content_type=content_type, etag=_etag(data), version_id=found)

    def read_range(self, key: str, version_id: str | None, start: int, length: int) -> bytes:
        if (key, version_id) not in self.objects:
            raise NotFound(key)
        return self.objects[key, version_id][0][start : start + length]

    def sizes(self, prefix: str) -> Mapping[str, int]:
        found = sorted(self.objects.items(), key=lambda item: item[0][0])
        return {key: len(data) for (key, _), (data, _) in found if key.startswith(prefix)}

    def put(self, key: str, body: bytes, content_type: str) -> None:
        self.objects[key, None] = body, content_type

    def put_parts(self, key: str, parts: Iterable[tuple[int, bytes]], content_type: str) -> int:
        stored = dict(parts)
        numbers = sorted(stored)
        assert all(len(stored[number]) >= LEAST_PART for number in numbers[:-1])
        self.put(key, b"".join(stored[number] for number in numbers), content_type)
        return sum(map(len, stored.values()))

    def put_new(
        self, key: str, body: bytes, content_type: str, *, max_age: int | None = None
    ) -> bool:
        self._meanwhile()
        if (key, None) in self.objects:
            return False
        self.put(key, body, content_type)
        if max_age is not None:
            self.max_ages[key] = max_age
        return True

    def replace(self, key: str, etag: str, body: bytes, content_type: str) -> bool:
        self._meanwhile()
        if (key, None) not in self.objects or _etag(self.objects[key, None][0]) != etag:
            return False
        self.put(key, body, content_type)
        self.max_ages.pop(key, None)
        return True

    def copy(self, source: str, target: str, version_id: str | None = None) -> None:
        assert version_id is None
        if (source, None) not in self.objects:
            raise NotFound(source)
        self.objects[target, None] = self.objects[source, None]
        self.max_ages.pop(target, None)
        if source in self.max_ages:
            self.max_ages[target] = self.max_ages[source]

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.objects.pop((key, None), None)

    def _meanwhile(self) -> None:
        action, self.meanwhile = self.meanwhile, None
        if action is not None:
            action()


def _etag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


@dataclass
class MemoryDemand:
    """`broken` is raised by each call."""

    fetches: Counter[str] = field(default_factory=Counter)
    admitted: Counter[tuple[AssetRef, str]] = field(default_factory=Counter)
    broken: Exception | None = None

    def asked(self, key: str) -> int:
        if self.broken:
            raise self.broken
        self.fetches[key] += 1
        return self.fetches[key]

    def admit(self, ref: AssetRef, tag: str, limit: int) -> bool:
        if self.broken:
            raise self.broken
        if self.admitted[ref, tag] >= limit:
            return False
        self.admitted[ref, tag] += 1
        return True


@dataclass
class MemoryEncodes:
    """Keys and ETags, in the order of the requests. `broken` is raised by each."""

    requests: list[tuple[str, str]] = field(default_factory=list)
    broken: Exception | None = None

    def request(self, key: str, etag: str) -> None:
        if self.broken:
            raise self.broken
        self.requests.append((key, etag))


@dataclass
class MemoryUploads:
    """Multipart uploads by (key, upload id); `made` holds the keys of completed ones.

    As S3, it remembers the parts of a completed upload. `meanwhile` is run once before the next
    completion.
    """

    pending: dict[tuple[str, str], list[Part]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    completed: dict[tuple[str, str], list[Part]] = field(default_factory=dict)
    meanwhile: Callable[[], object] | None = None
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def create(self, key: str, content_type: str) -> str:
        upload_id = f"{content_type}-{next(self.ids)}"
        self.pending[key, upload_id] = []
        return upload_id

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
        action, self.meanwhile = self.meanwhile, None
        if action is not None:
            action()
        if new and key in self.made:
            raise Conflict(key)
        if (key, upload_id) in self.completed:
            return
        if {(part.number, part.etag) for part in self._parts(key, upload_id)} < set(parts):
            raise PartMismatch(key)
        self.completed[key, upload_id] = self.pending.pop((key, upload_id))
        self.made.append(key)

    def abort(self, key: str, upload_id: str) -> None:
        self._parts(key, upload_id)
        del self.pending[key, upload_id]

    def _parts(self, key: str, upload_id: str) -> list[Part]:
        if (key, upload_id) not in self.pending:
            raise NotFound(upload_id)
        return self.pending[key, upload_id]


@dataclass
class PlainPresigner:
    """URLs that say what was signed; `signed` has the headers of each single PUT."""

    bucket: str = "originals"
    signed: list[Mapping[str, str]] = field(default_factory=list)

    def put(self, key: str, headers: Mapping[str, str], seconds: int) -> str:
        self.signed.append(headers)
        return f"put:{key}?{seconds}"

    def part(self, key: str, upload_id: str, number: int, seconds: int) -> str:
        return f"part:{key}?{upload_id}&{number}&{seconds}"

    def get(self, key: str, filename: str, seconds: int) -> str:
        return f"get:{key}?{filename}&{seconds}"


@dataclass
class MemoryExecutions:
    """Runs by execution name, first come first kept. `broken` makes the next start fail."""

    runs: dict[str, Run] = field(default_factory=dict)
    broken: Exception | None = None

    def start(self, name: str, run: Run) -> None:
        error, self.broken = self.broken, None
        if error is not None:
            raise error
        self.runs.setdefault(name, run)


@dataclass
class MemoryReconciliations:
    requested: list[AssetRef] = field(default_factory=list)

    def request(self, ref: AssetRef) -> None:
        self.requested.append(ref)


@dataclass
class MemoryIntakes:
    """Asset's ids, sizes and attempts, in the order of the requests."""

    queued: list[tuple[str, int, int]] = field(default_factory=list)

    def process(self, asset: Asset, size: int, attempt: int) -> None:
        self.queued.append((asset.id, size, attempt))


@dataclass
class MemoryJobs:
    """Implements `Jobs` and `JobBook`."""

    jobs: dict[tuple[str, JobId], Job] = field(default_factory=dict)
    heard: set[tuple[str, str, int]] = field(default_factory=set)
    now: Counter[str] = field(default_factory=Counter)
    days: dict[str, Counter[str]] = field(default_factory=dict)

    def get(self, org_id: str, job_id: JobId) -> Job | None:
        return self.jobs.get((org_id, job_id))

    def find(self, query: JobQuery) -> JobPage:
        found = sorted(
            (job for job in self.jobs.values() if _wanted_job(job, query)),
            key=_job_position,
            reverse=True,
        )
        rest = [one for one in found if query.after is None or _job_position(one) < query.after]
        page = rest[: query.limit]
        return JobPage(page, _job_position(page[-1]) if len(rest) > len(page) else None)

    def record(self, change: JobChange, tally: Tally) -> bool:
        mark = (change.org_id, change.media_id, change.rev)
        if mark in self.heard:
            return False
        self.heard.add(mark)
        for job in (change.job, change.overtaken):
            known = None if job is None else self.jobs.get((job.org_id, job.id))
            if job is not None and (known is None or known.rev < job.rev):
                self.jobs[job.org_id, job.id] = job
        self.now.update(tally.now)
        for day, counts in tally.days.items():
            self.days.setdefault(day, Counter()).update(counts)
        return True

    def counted(
        self,
        org_id: str,  # noqa: ARG002
        days: Sequence[str],
    ) -> tuple[Counts, Mapping[str, Counts]]:
        return self.now, {day: self.days[day] for day in days if day in self.days}


def _job_position(job: Job) -> str:
    return f"{job.queued_at or ''}#{job.id}"


def _wanted_job(job: Job, query: JobQuery) -> bool:
    return (
        job.org_id == query.org_id
        and query.project_id in {None, job.project_id}
        and query.status in {None, job.status}
        and query.type in {None, job.type}
        and (query.since or "") <= (job.queued_at or "") <= (query.until or "~")
    )


@dataclass
class MemoryHistory:
    """Events by the execution's name."""

    events: dict[str, Sequence[HistoryEvent]] = field(default_factory=dict)
    complete: bool = True

    def history(self, name: str) -> tuple[Sequence[HistoryEvent], bool]:
        if name not in self.events:
            raise NotFound(name)
        return self.events[name], self.complete

    def place(self, name: str) -> Mapping[str, str]:
        return {"arn": f"arn:{name}", "url": f"https://console.example/{name}"}


@dataclass
class MemoryNews:
    published: list[Announcement] = field(default_factory=list)
    refuses: frozenset[str] = frozenset()

    def publish(self, entries: Sequence[Announcement]) -> Sequence[int]:
        """Takes all but the entries whose id is refused."""
        self.published += [entry for entry in entries if entry.detail["id"] not in self.refuses]
        return [i for i, entry in enumerate(entries) if entry.detail["id"] in self.refuses]
