"""What the newsroom tells as two assets live: each case is told by the code that tells it on AWS,
of records that the pipeline's own moves make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from spool.errors import AssetErrorCode
from spool.events import Announcement, ObjectCreated, RenditionSummary, Run
from spool.formats import Family
from spool.keys import RECIPE, AssetRef, moved_tag, tag_of
from spool.model import Asset, AssetError, Status, timestamp
from spool.services import lifecycle
from spool.services.delivering import paused_news
from spool.services.news import Newsroom, StreamRecord, TranscodeChange
from spool.services.publication import processed_urls
from spool.transcode import JobReport, Transcode, TranscodeKey, TranscodeStatus
from spool.webhooks import Endpoint

CDN_URL = "https://media.example.com"
REF = AssetRef("acme", "site", "media_5f0c2d9a1b7e4c38")
KEY = REF.original("hero.jpg")
START = datetime(2025, 1, 15, 10, tzinfo=UTC)

_PICTURE: dict[str, Any] = {
    "type": Family.IMAGE,
    "content_type": "image/jpeg",
    "bytes": 3296423,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "width": 4032,
    "height": 3024,
    "frames": 1,
    "has_alpha": False,
    "blurhash": "LGF5]+Yk^6#M@-5c,1J5@[or[Q6.",
    "perceptual_hash": "a0e597daacb85a25",
    "palette": ("#1b2a3c", "#c8d4de", "#7a6248"),
    "dominant_color": "#1b2a3c",
    "icc_profile": "Display P3",
    "exif": {"Make": "Camera"},
}
_FILES = ("lqip.webp", "thumbnail.webp", "preview.webp", "optimized.jpg")


@dataclass
class Life:
    """One asset in time: each move is told as the catalogue's stream would have it, ten seconds
    after the one before. `now` is the time of the next."""

    case: str = ""
    asset: Asset | None = None
    now: datetime = START
    told: list[tuple[str, Announcement]] = field(default_factory=list)

    @property
    def current(self) -> Asset:
        assert self.asset is not None  # noqa: S101  it is after the first move
        return self.asset

    @property
    def at(self) -> str:
        return timestamp(self.now)

    def moves(self, case: str, after: Asset) -> None:
        """Tell of it under that name."""
        self.tell(case, StreamRecord(case, self.at, self.asset, after))
        self.asset = after

    def tell(self, case: str, record: StreamRecord | TranscodeChange) -> None:
        self.case = case
        Newsroom(news=self).tell([record])
        self.now += timedelta(seconds=10)

    def publish(self, entries: Sequence[Announcement]) -> Sequence[int]:
        """The newsroom's port."""
        self.told += [(self.case, entry) for entry in entries]
        return []


def examples() -> Iterator[tuple[str, Announcement]]:
    """Each case, by the name that its file has."""
    life = Life()
    life.moves("uploading", _presigned(life.at))
    _runs(life, "v1", ("queued", "processing", "ready"))
    life.moves("made-private", lifecycle.with_access(life.current, private=True))
    tag = moved_tag(life.current.tag or "", private=True)
    life.moves("moved", lifecycle.moved(life.current, tag, _processed(tag)))
    _runs(life, "v2", ("queued-version", "processing-version", "replaced"))
    life.moves("deleted", lifecycle.deleted(life.current))
    yield from life.told
    yield from _failing()
    yield from _transcoding()
    yield "failed-for-a-day", _paused_webhook()


def _failing() -> Iterator[tuple[str, Announcement]]:
    """Another life, of which only what ends otherwise is told."""
    life = Life(now=START + timedelta(hours=1))
    life.moves("", _presigned(life.at))
    life.moves("", lifecycle.arrived(life.asset, _event("v1"), life.at).asset)
    life.moves("", lifecycle.processing(life.current, life.at))
    life.moves("overtaken", lifecycle.arrived(life.asset, _event("v2"), life.at).asset)
    life.moves("", lifecycle.processing(life.current, life.at))
    sentence = "The image is damaged or cut off and can't be decoded."
    error = AssetError(AssetErrorCode.CORRUPT, sentence, "image_variants", life.at)
    life.moves("failed", lifecycle.failed(life.current, error))
    life.moves("", lifecycle.arrived(life.asset, _event("v3"), life.at).asset)
    life.moves("deleted-queued", lifecycle.deleted(life.current))
    yield from ((case, told) for case, told in life.told if case)


def _transcoding() -> Iterator[tuple[str, Announcement]]:
    """A film's, which is half done."""
    life = Life(now=START + timedelta(hours=2))
    version_id = _version_id("v1")
    before = Transcode(
        key=TranscodeKey(
            org_id=REF.org_id, media_id="media_77ab3cd012f94e6b", version_id=version_id, attempt=1
        ),
        tag=tag_of(version_id, RECIPE),
        status=TranscodeStatus.PROGRESSING,
        claimed_at=START,
        heard_at=START,
        project_id=REF.project_id,
        percent=45,
    )
    after = before.heard(JobReport(at=life.now, percent=50))
    life.tell("half", TranscodeChange("", life.at, before, after))
    yield from life.told


def _paused_webhook() -> Announcement:
    at = timestamp(START + timedelta(days=1))
    endpoint = Endpoint(
        id="webhook_01946967d500fe4e95ad7659750d",
        org_id=REF.org_id,
        url="https://shop.example/spool",
        secret="",  # it isn't told
        created_at=timestamp(START - timedelta(days=7)),
        event_types=("asset.ready", "asset.failed"),
        description="The shop",
        failing_since=timestamp(START),
        rev=2,
    )
    return paused_news(endpoint.paused("Every attempt failed for a day.", at), at)


def _runs(life: Life, version: str, cases: tuple[str, str, str]) -> None:
    """From the version's arrival until it is ready."""
    queued, processing, ready = cases
    life.moves(queued, lifecycle.arrived(life.asset, _event(version), life.at).asset)
    life.moves(processing, lifecycle.processing(life.current, life.at))
    tag = tag_of(_version_id(version), RECIPE, private=life.current.private)
    made = {**_PICTURE, "processed": _processed(tag)}
    life.moves(ready, lifecycle.ready(life.current, _run(version, tag), made, life.at))


def _presigned(at: str) -> Asset:
    return Asset(
        id=REF.media_id,
        org_id=REF.org_id,
        project_id=REF.project_id,
        filename="hero.jpg",
        original_key=KEY,
        status=Status.UPLOADING,
        uploaded_at=at,
    )


def _version_id(version: str) -> str:
    """Something like S3's."""
    return f"3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH{version}"


def _event(version: str) -> ObjectCreated:
    return ObjectCreated(
        bucket="originals",
        key=KEY,
        version_id=_version_id(version),
        sequencer=version,
        size=_PICTURE["bytes"],
    )


def _run(version: str, tag: str) -> Run:
    return Run(
        bucket="originals",
        key=KEY,
        version_id=_version_id(version),
        sequencer=version,
        size=_PICTURE["bytes"],
        org_id=REF.org_id,
        project_id=REF.project_id,
        media_id=REF.media_id,
        tag=tag,
        attempt=1,
        correlation_id="",
    )


def _processed(tag: str) -> dict[str, Any]:
    made = [
        RenditionSummary(name=name, contentType="", bytes=0, width=0, height=0) for name in _FILES
    ]
    return dict(processed_urls(CDN_URL, KEY, tag, made))
