"""What the use cases need of the world, but for S3 and runs, which `storage_ports` and `run_ports`
have. `spool.aws` implements these; tests have their own.

Each may raise Transient. NotFound is raised only where a method says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from spool.comments import Comment
from spool.events import Announcement
from spool.formats import Family
from spool.keys import AssetRef, DownloadRef
from spool.model import Asset, Status, Version
from spool.quotas import DayUsage, Limits, Usage
from spool.similarity import Probe

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class AssetQuery:
    """Which assets of an organisation to list, newest upload first.

    `since` and `until` are timestamps, both included. `after` is the position where the previous
    page ended.
    """

    org_id: str
    limit: int
    project_id: str | None = None
    status: Status | None = None
    type: Family | None = None
    since: str | None = None
    until: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class AssetPage:
    """Some assets, and the position to go on from; None at the end. A page may be short."""

    assets: Sequence[Asset]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is written together with an asset, or not at all: a version that is new, or one that is
    gone. `limits` are those that the organisation must not pass by it; None lets it pass them."""

    adds: Version | None = None
    removes: Version | None = None
    limits: Limits | None = None


NOTHING = Beside()


class Catalogue(Protocol):
    """The asset table. Asset items are written whole or not at all, on a condition, and what they
    hold is counted for their organisation in the same write. `insert` and `update` raise
    QuotaExceeded."""

    def get(self, org_id: str, media_id: str) -> Asset | None:
        """The asset as last written."""

    def insert(self, asset: Asset, beside: Beside = NOTHING) -> bool:
        """Store a new asset unless its id is taken; whether it was stored."""

    def update(self, before: Asset, after: Asset, beside: Beside = NOTHING) -> bool:
        """Store what changed, unless another write came first (`rev` is no longer that of
        `before`, or the version that is added is there already); whether it was stored. `after.rev`
        is higher by one."""

    def version(self, ref: AssetRef, version_id: str) -> Version | None:
        """A version of the asset's original; None also where it was removed."""

    def has_counted(self, ref: AssetRef, version_id: str) -> bool:
        """Whether this version was ever added; of one that was removed, at least as long as its
        event may come again."""

    def bar_version(self, ref: AssetRef, version_id: str) -> bool:
        """Have `has_counted` say yes of a version that is gone before it was ever added, and so
        never will be. Whether there was none."""

    def versions(self, ref: AssetRef) -> Sequence[Version]:
        """All of them, in any order."""

    def forget(self, ref: AssetRef) -> None:
        """Remove what is kept beside the asset, but for what expires by itself and tells nothing of
        its content."""

    def expired(self, now: str, limit: int) -> Sequence[Asset]:
        """Assets with an upload that expired before `now`, those that did so first."""

    def store_metadata(self, ref: AssetRef, tag: str, metadata: Mapping[str, Any]) -> None:
        """Keep what was extracted under `tag`, beside the asset, until it is published."""

    def load_metadata(self, ref: AssetRef, tag: str) -> Mapping[str, Any]:
        """Raises NotFound."""

    def find(self, query: AssetQuery) -> AssetPage: ...


@dataclass(frozen=True, kw_only=True)
class Twin:
    """An asset of certain bytes, as it was a moment ago."""

    media_id: str
    project_id: str
    private: bool
    status: Status


@dataclass(frozen=True, kw_only=True)
class Lookalike:
    """An asset that may look alike, as it was a moment ago. Later ones have a greater
    `position`."""

    media_id: str
    perceptual_hash: str
    position: str


@dataclass(frozen=True)
class Lookalikes:
    """What was read, an asset perhaps more than once; `truncated` where there may be more."""

    entries: Sequence[Lookalike]
    truncated: bool


class Fingerprints(Protocol):
    """An organisation's assets by content and by looks. Indexes lag behind the catalogue: what they
    find may have been changed or deleted meanwhile."""

    def same(self, org_id: str, sha256: str, limit: int) -> Sequence[Twin]:
        """The newest assets of these bytes."""

    def near(self, org_id: str, probes: Sequence[Probe], limit: int) -> Lookalikes:
        """What is indexed under any of `probes`, no more than `limit` entries."""

    def assets(self, org_id: str, media_ids: Sequence[str]) -> Sequence[Asset]:
        """Those of these that there are, as last written, in any order."""


class Ledger(Protocol):
    """What organisations hold, as the catalogue's writes have counted it."""

    def usage(self, org_id: str) -> Usage: ...

    def days(self, org_id: str, since: str, until: str) -> Sequence[DayUsage]:
        """The days of this span, both included, on which something changed, in order."""

    def limits(self, org_id: str) -> Limits | None:
        """The organisation's own; None where it has those of all."""


class Obstacle(StrEnum):
    """What a comment can't be written for: its asset is deleted or only uploading, the comment that
    it answers isn't there any more, or there are too many."""

    ASSET = "asset"
    PARENT = "parent"
    ROOM = "room"


class Comments(Protocol):
    """The comments of assets; a deleted one stays, blanked."""

    def get(self, ref: AssetRef, comment_id: str) -> Comment | None:
        """The comment as last written."""

    def page(self, ref: AssetRef, *, after: str | None, limit: int) -> Sequence[Comment]:
        """The first so many by their ids, of those after that id."""

    def insert(self, ref: AssetRef, comment: Comment, most: int) -> Obstacle | None:
        """Store a new comment, unless something is in its way: what that is. No asset has more
        than `most`."""

    def update(self, ref: AssetRef, before: Comment, after: Comment) -> bool:
        """Store what changed, unless another write came first (`rev` is no longer that of
        `before`); whether it was stored. `after.rev` is higher by one."""


class Demand(Protocol):
    """Counters of variants, that expire when nobody asks any more."""

    def asked(self, key: str) -> int:
        """How often this quick encode has been fetched, this time included."""

    def admit(self, ref: AssetRef, tag: str, limit: int) -> bool:
        """Count one more variant of this version of an asset, unless there are `limit`."""


class Encodes(Protocol):
    """The queue of variants that are worth a small encode."""

    def request(self, key: str, etag: str) -> None: ...


class Cdn(Protocol):
    def purge(self, ref: AssetRef, reference: str, *, streams: bool) -> None:
        """Forget everything that is derived from this asset; with `streams`, also what bears no
        cache tag since MediaConvert stored it. The same `reference` a second time for the same
        does nothing."""


class Reconciliations(Protocol):
    """The queue of assets that are to be looked at: does all agree with the catalogue?"""

    def request(self, ref: AssetRef) -> None: ...


class Downloads(Protocol):
    """The queue of zips to be made."""

    def request(self, ref: DownloadRef) -> None: ...


class News(Protocol):
    def publish(self, entries: Sequence[Announcement]) -> Sequence[int]:
        """Put these on the bus; the indexes of those that were not taken."""
