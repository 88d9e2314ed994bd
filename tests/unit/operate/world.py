"""A small deployment: a table and buckets, furnished by the services' own moves, then broken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from operate.findings import Finding
from operate.fsck import Fsck
from operate.rebuild import Rebuild
from operate.register import Register
from operate.shelf import Shelf
from spool.aws import clients
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.comments import DynamoComments
from spool.aws.intake_queue import IntakeQueue
from spool.aws.items import to_item
from spool.comments import Author, Comment, new_id
from spool.events import ObjectCreated, Run
from spool.keys import MANIFEST, AssetRef, tag_of
from spool.model import Asset, Status, Upload, timestamp
from spool.services import lifecycle
from tests.unit.conftest import ORIGINALS, RENDITIONS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ORG = "acme"
PHOTO = b"a photo's bytes"


@dataclass
class World:
    """Its clock is a day ahead of S3's: everything has had its time, unless `now` is set."""

    table: str
    s3: S3Client
    now: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(days=1))
    paused: int = 0
    _numbers: int = 0

    @property
    def register(self) -> Register:
        return Register(table=self.table)

    @property
    def catalogue(self) -> DynamoCatalogue:
        return DynamoCatalogue(table=self.table, clock=lambda: self.now)

    @property
    def shelf(self) -> Shelf:
        return Shelf(originals_bucket=ORIGINALS, renditions_bucket=RENDITIONS)

    def fsck(self, org_id: str | None = None) -> list[Finding]:
        def pause() -> None:
            self.paused += 1

        check = Fsck(register=self.register, shelf=self.shelf, clock=lambda: self.now, pause=pause)
        return list(check.run(org_id))

    def wrong(self) -> list[tuple[str, str]]:
        return [finding.identity for finding in self.fsck() if not finding.kept]

    def rebuild(
        self, *, really: bool = True, private: bool = False, intake: IntakeQueue | None = None
    ) -> Sequence[str]:
        work = Rebuild(
            register=self.register,
            shelf=self.shelf,
            intake=intake,
            private=private,
            clock=lambda: self.now,
            really=really,
        )
        said = list(work.run())
        if really:
            for org in work.organisations:
                self.register.mend(org)
        return said

    def put(self, key: str, body: bytes = PHOTO) -> str:
        return self.s3.put_object(Bucket=ORIGINALS, Key=key, Body=body)["VersionId"]

    def arrived(self, media_id: str, body: bytes = PHOTO, *, org: str = ORG) -> Asset:
        """A version came; its run has not begun."""
        key = AssetRef(org, "shop", media_id).original("photo.jpg")
        version_id = self.put(key, body)
        self._numbers += 1
        event = ObjectCreated(
            bucket=ORIGINALS,
            key=key,
            version_id=version_id,
            sequencer=f"{self._numbers:064d}",
            size=len(body),
        )
        return lifecycle.change(
            self.catalogue,
            org,
            media_id,
            lambda asset: lifecycle.arrived(asset, event, timestamp(self.now)),
        )

    def ready(self, media_id: str, body: bytes = PHOTO, *, private: bool = False) -> Asset:
        """A version came, and was processed."""
        asset = self.arrived(media_id, body)

        def move(known: Asset | None) -> Asset:
            assert known is not None
            run = _run(known, private=private)
            made = {"bytes": len(body), "width": 3, "private": private, "exif": {"Make": "X"}}
            moving = replace(known, status=Status.PROCESSING)
            ready = lifecycle.ready(moving, run, made, timestamp(self.now))
            manifest = {**ready.public_record(), "renditions": []}
            self.s3.put_object(
                Bucket=RENDITIONS,
                Key=ready.ref.rendition(run.tag, MANIFEST),
                Body=json.dumps(manifest).encode(),
            )
            return ready

        return lifecycle.change(self.catalogue, asset.org_id, media_id, move)

    def half_deleted(self, media_id: str) -> Asset:
        """Its original is there still."""
        self.ready(media_id)

        def move(known: Asset | None) -> Asset:
            assert known is not None
            return lifecycle.deleted(known)

        gone = lifecycle.change(self.catalogue, ORG, media_id, move)
        self.s3.delete_object(Bucket=RENDITIONS, Key=gone.ref.rendition(gone.tag or "", MANIFEST))
        return gone

    def deleted(self, media_id: str) -> Asset:
        gone = self.half_deleted(media_id)
        for version in self.shelf.original(gone.original_key).stored:
            self.s3.delete_object(Bucket=ORIGINALS, Key=gone.original_key, VersionId=version.id)
        return gone

    def uploading(self, media_id: str, *, upload_id: str | None = None, **changes: Any) -> Asset:
        """A multipart upload was begun in S3, and is reserved under `upload_id` or its own id."""
        key = AssetRef(ORG, "shop", media_id).original("film.mp4")
        begun = self.s3.create_multipart_upload(Bucket=ORIGINALS, Key=key)["UploadId"]
        upload = Upload(
            id=upload_id or begun,
            bytes=1000,
            exact=True,
            expires_at=timestamp(self.now + timedelta(days=1)),
            part_size=500,
        )
        asset = Asset(
            id=media_id,
            org_id=ORG,
            project_id="shop",
            filename="film.mp4",
            original_key=key,
            status=Status.UPLOADING,
            uploaded_at=timestamp(self.now),
            uploads=(replace(upload, **changes),),
        )
        assert self.catalogue.insert(asset)
        return asset

    def comment(self, asset: Asset) -> Comment:
        """Somebody wrote one."""
        comment = Comment(
            id=new_id(self.now, "0123456789abcdef"),
            parent_id=None,
            author=Author("m", "M"),
            text="Brighter, please.",
            at=None,
            version_number=asset.version_number,
            created_at=timestamp(self.now),
        )
        assert DynamoComments(table=self.table).insert(asset.ref, comment, 10) is None
        return comment

    def set(self, pk: str, sk: str, **values: Any) -> None:
        """Change an item, or make it, behind the catalogue's back."""
        clients.dynamodb().update_item(
            TableName=self.table,
            Key=to_item({"pk": pk, "sk": sk}),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
            ExpressionAttributeNames={f"#{name}": name for name in values},
            ExpressionAttributeValues=to_item({f":{k}": v for k, v in values.items()}),
        )

    def set_asset(self, asset: Asset, **values: Any) -> None:
        self.set(f"ASSET#{asset.org_id}#{asset.id}", "ASSET", **values)

    def remove(self, pk: str, sk: str) -> None:
        clients.dynamodb().delete_item(TableName=self.table, Key=to_item({"pk": pk, "sk": sk}))

    def wipe(self) -> None:
        for item in list(self.register.items()):
            self.remove(item["pk"], item["sk"])

    def assets(self) -> dict[str, Asset]:
        items = [item for item in self.register.items() if item["sk"] == "ASSET"]
        return {item["id"]: Asset.from_record(item) for item in items}


def _run(asset: Asset, *, private: bool) -> Run:
    return Run(
        bucket=ORIGINALS,
        key=asset.original_key,
        version_id=asset.version_id or "",
        sequencer=asset.sequencer or "",
        size=asset.bytes or 0,
        org_id=asset.org_id,
        project_id=asset.project_id,
        media_id=asset.id,
        tag=tag_of(asset.version_id or "", "1", private=private),
        attempt=asset.attempt,
        correlation_id="",
    )
