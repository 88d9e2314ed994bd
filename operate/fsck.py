"""Prove that S3, the catalogue and the counters agree, and name what doesn't.

Every item of the table is read and every object of the originals' bucket, each against the other,
page by page. Held are one page of each, the sums of each organisation, and what was found.
A system may be at work meanwhile: what is younger than `grace` is on its way, and what looks wrong
is read again before it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from operate.checks import (
    Holding,
    OpenUpload,
    asset_findings,
    object_findings,
    upload_findings,
)
from operate.findings import Finding, Look, confirmed
from operate.item_checks import item_findings, usage_findings
from operate.register import MALFORMED, Item, Moving, Register, counted_for
from operate.shelf import Original, Shelf
from spool.aws.catalogue import ASSET_SK
from spool.aws.catalogue_writes import USAGE, VERSION
from spool.aws.comments import COMMENT, COMMENTS
from spool.keys import InvalidKey, OriginalKey
from spool.model import Asset, Status, timestamp
from spool.quotas import Usage
from spool.services.ports import Clock

Progress = Callable[[str], object]

GRACE = timedelta(minutes=15)  # an event's way through the intake queue, and the sweep's next turn


@dataclass(frozen=True, kw_only=True)
class Fsck:
    register: Register
    shelf: Shelf
    clock: Clock
    pause: Callable[[], None]
    grace: timedelta = GRACE
    progress: Progress = lambda _said: None

    def run(self, org_id: str | None = None) -> Iterator[Finding]:
        """Everything, or what is of one organisation."""
        yield from confirmed(self._looks(org_id), self.pause)

    def _looks(self, org_id: str | None) -> Iterator[Look]:
        yield from self._at_items(org_id)
        for number, original in enumerate(self.shelf.originals(org_id), 1):
            self.progress(f"{number:,} originals")
            yield Look(partial(self._original, original), partial(self._original_now, original.key))
        for upload in self.shelf.open_uploads(org_id):
            yield Look(partial(self._upload, upload))

    def _at_items(self, org_id: str | None) -> Iterator[Look]:
        """The organisations' sums come for nothing; only those that are wrong are made again."""
        sums: dict[str, Usage] = {}
        partition = ""
        for number, item in enumerate(self.register.items(org_id), 1):
            self.progress(f"{number:,} items")
            kind, _, rest = item["pk"].partition("#")
            if kind in {"ASSET", "ORG"}:
                org = rest.partition("#")[0]
                sums[org] = sums.get(org, Usage()) + counted_for(item)
            if item["sk"] == ASSET_SK:
                partition = item["pk"]
                yield Look(partial(self._asset, *rest.split("#", 1)))
            elif item["sk"].startswith(VERSION) and item["pk"] != partition:
                yield Look(partial(self._version, item))
            elif kind in {"ORG", "MEMBER"} or item["sk"].startswith((COMMENT, COMMENTS)):
                yield Look(partial(_item, item), partial(self._item_now, item))
        for org, held in sums.items():
            yield Look(partial(self._usage, org, held), partial(self._usage_now, org))

    def _asset(self, org_id: str, media_id: str) -> Sequence[Finding]:
        catalogue = self.register.catalogue
        try:
            asset = catalogue.get(org_id, media_id)
        except MALFORMED as error:
            said = f"its item can't be read: {error!r}"
            return [Finding(check="asset", subject=f"{org_id}/{media_id}", message=said)]
        if asset is None or asset.status is Status.DELETED:
            return []
        versions = catalogue.versions(asset.ref)
        original = self.shelf.original(asset.original_key)
        held = Holding(
            asset=asset,
            versions=versions,
            stored=original.stored,
            hidden=original.hidden,
            open_uploads={
                upload.id
                for upload in asset.uploads
                if upload.is_multipart and self.shelf.knows_upload(asset.original_key, upload.id)
            },
            has_manifest=asset.tag is not None and self.shelf.has_manifest(asset.ref, asset.tag),
        )
        overdue = timestamp(self.clock() - self.grace)
        return list(asset_findings(held, self._settled, overdue))

    def _version(self, item: Item) -> Sequence[Finding]:
        """Items of one partition come together, the asset's first: here it didn't."""
        asset = {"pk": item["pk"], "sk": ASSET_SK}
        known = self.register.item(item)
        if known is None or known.get("removed") or self.register.item(asset):
            return []
        said = "a version in the catalogue of an asset that isn't"
        subject = f"{item['pk']} {item['sk']}"
        return [Finding(check="version-without-asset", subject=subject, message=said)]

    def _item_now(self, item: Item) -> Sequence[Finding]:
        now = self.register.item(item)
        return [] if now is None else _item(now)

    def _usage(self, org_id: str, held: Usage) -> Sequence[Finding]:
        return list(usage_findings(org_id, self.register.ledger.usage(org_id), held))

    def _usage_now(self, org_id: str) -> Sequence[Finding]:
        try:
            counted, held = self.register.compared(org_id)
        except Moving:
            said = "its counters never stood still: they were not compared"
            return [Finding(check="usage", subject=org_id, message=said, kept=True)]
        return list(usage_findings(org_id, counted, held))

    def _original(self, original: Original) -> Sequence[Finding]:
        try:
            asset = self._asset_of(original.key)
        except MALFORMED:  # told by `_asset`
            return []
        return list(object_findings(original.key, original.stored, asset, self._settled))

    def _original_now(self, key: str) -> Sequence[Finding]:
        return self._original(self.shelf.original(key))

    def _upload(self, upload: OpenUpload) -> Sequence[Finding]:
        if not self.shelf.knows_upload(upload.key, upload.id):
            return []
        try:
            asset = self._asset_of(upload.key)
        except MALFORMED:
            return []
        return list(upload_findings(upload, asset, self._settled))

    def _asset_of(self, key: str) -> Asset | None:
        """Raises one of MALFORMED."""
        try:
            ref = OriginalKey.parse(key).ref
        except InvalidKey:
            return None
        return self.register.catalogue.get(ref.org_id, ref.media_id)

    def _settled(self, moment: datetime) -> bool:
        return moment < self.clock() - self.grace


def _item(item: Item) -> Sequence[Finding]:
    return list(item_findings(item))


def organisations(register: Register, org_id: str | None) -> list[str]:
    """Those that have assets or counters, or the one."""
    if org_id is not None:
        return [org_id]
    found = set()
    for item in register.items():
        kind, _, rest = item["pk"].partition("#")
        if kind == "ASSET" or (kind == "ORG" and item["sk"] == USAGE):
            found.add(rest.partition("#")[0])
    return sorted(found)
