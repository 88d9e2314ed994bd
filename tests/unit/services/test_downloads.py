from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from spool.errors import Conflict, NotFound, PayloadTooLarge
from spool.formats import Family
from spool.keys import DownloadRef
from spool.model import Asset, Status
from spool.services.download_records import (
    LATE,
    Download,
    DownloadStatus,
    State,
)
from spool.services.downloads import ORIGINAL, DownloadDesk
from tests.unit.services.fakes import MemoryCatalogue, MemoryObjects, PlainPresigner, TickingClock

TAG, PRIVATE_TAG = "0123456789ab", "p0123456789ab"
ID = f"download_{'0' * 32}"
REF = DownloadRef("org", ID)


def an_asset(media_id: str, **changes: Any) -> Asset:
    asset = Asset(
        id=media_id,
        org_id="org",
        project_id="proj",
        filename="newer name.png",
        original_key=f"originals/org/proj/{media_id}-first.jpg",
        status=Status.READY,
        uploaded_at="2025-01-15T10:00:00.000Z",
        version_id="v2",
        tag=TAG,
        type=Family.IMAGE,
        bytes=7,
    )
    return replace(asset, **changes)


@dataclass
class MemoryQueue:
    asked: list[DownloadRef] = field(default_factory=list)

    def request(self, ref: DownloadRef) -> None:
        self.asked.append(ref)


class Desk:
    def __init__(self) -> None:
        self.catalogue = MemoryCatalogue()
        self.renditions = MemoryObjects()
        self.queue = MemoryQueue()
        self.clock = TickingClock()
        self.desk = DownloadDesk(
            catalogue=self.catalogue,
            renditions=self.renditions,
            presigner=PlainPresigner(),
            queue=self.queue,
            bytes_limit=1000,
            url_expiry=900,
            clock=self.clock,
            new_id=lambda: ID,
        )

    def publish(
        self,
        media_id: str,
        made: Mapping[str, int] | None = None,
        *,
        filename: str = "hero.jpg",
        size: int = 100,
        **changes: Any,
    ) -> None:
        """An asset whose renditions are `made`, by their size. What was published is version v1."""
        asset = an_asset(media_id, **changes)
        made = {} if made is None else made
        if asset.tag is not None:
            urls = {
                name.partition(".")[0]: f"https://cdn/{asset.ref.rendition(asset.tag, name)}"
                for name in made
            }
            more = {
                "onDemandResize": True,
                "img": f"https://cdn/img/{asset.original_key}?v={asset.tag}",
                "hls": f"https://cdn/{asset.ref.rendition(asset.tag, 'stream/video.m3u8')}",
                "manifest": f"https://cdn/{asset.ref.rendition(asset.tag, 'manifest.json')}",
            }
            asset = replace(asset, processed={**urls, **more})
            names = {**made, "stream/video.m3u8": 3}
            manifest = {
                "filename": filename,
                "versionId": "v1",
                "bytes": size,
                "renditions": [{"name": name, "bytes": held} for name, held in names.items()],
            }
            key = asset.ref.rendition(str(asset.tag), "manifest.json")
            self.renditions.put(key, json.dumps(manifest).encode(), "application/json")
        self.catalogue.insert(asset)

    def ask(self, *ids: str, rendition: str = ORIGINAL, org: str = "org") -> dict[str, Any]:
        return self.desk.ask(org, ids, rendition)

    def entries(self) -> Sequence[tuple[str, str, str | None, int]]:
        stored = Download.load(self.renditions, REF).entries
        return [(e.name, e.key, e.version_id, e.bytes) for e in stored]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_originals_are_those_of_the_published_version(desk: Desk) -> None:
    desk.publish("m1")
    desk.publish("m2", filename="HERO.jpg", size=50, status=Status.PROCESSING)

    answer = desk.ask("m1", "m2", "m1")

    assert answer == {"id": ID, "status": "queued", "files": 2, "bytes": 150}
    assert desk.entries() == [
        ("hero.jpg", "originals/org/proj/m1-first.jpg", "v1", 100),
        ("HERO (2).jpg", "originals/org/proj/m2-first.jpg", "v1", 50),
    ]
    assert desk.queue.asked == [REF]


@pytest.mark.parametrize("tag", [TAG, PRIVATE_TAG])
def test_renditions_have_their_own_extension_and_size(desk: Desk, tag: str) -> None:
    desk.publish("m1", {"preview.webp": 30, "optimized.png": 40}, tag=tag)
    desk.publish("m2", {"preview.mp4": 60}, filename="film.mov")

    answer = desk.ask("m1", "m2", rendition="preview")

    place = "p/renditions" if tag == PRIVATE_TAG else "renditions"
    assert answer["bytes"] == 90
    assert desk.entries() == [
        ("hero.webp", f"{place}/org/proj/m1/{tag}/preview.webp", None, 30),
        ("film.mp4", f"renditions/org/proj/m2/{TAG}/preview.mp4", None, 60),
    ]


@pytest.mark.parametrize("bad", ["unknown", "deleted", "no/id", "", "originals"])
def test_an_asset_that_is_not_there_is_named(desk: Desk, bad: str) -> None:
    desk.publish("m1")
    desk.publish("deleted", status=Status.DELETED)

    with pytest.raises(NotFound, match=f"no asset {bad}"):
        desk.ask("m1", bad)
    assert not desk.queue.asked


def test_another_organisations_asset_is_not_there(desk: Desk) -> None:
    desk.publish("m1")

    with pytest.raises(NotFound, match="m1"):
        desk.ask("m1", org="other")


@pytest.mark.parametrize(
    "changes",
    [
        {"status": Status.UPLOADING, "tag": None},
        {"status": Status.PROCESSING, "tag": None},
        {"status": Status.FAILED, "tag": None},
        {"status": Status.QUARANTINED},
    ],
)
@pytest.mark.parametrize("rendition", [ORIGINAL, "preview"])
def test_an_asset_that_was_never_ready_or_is_quarantined_is_named(
    desk: Desk, changes: dict[str, Any], rendition: str
) -> None:
    desk.publish("m1", {"preview.webp": 1})
    desk.publish("m2", {"preview.webp": 1}, **changes)

    with pytest.raises(Conflict, match=r"m2 .* is"):
        desk.ask("m1", "m2", rendition=rendition)
    assert not desk.queue.asked


@pytest.mark.parametrize(
    "rendition", ["poster", "img", "hls", "manifest", "onDemandResize", "mip_2560", "stream"]
)
def test_an_asset_without_such_a_file_is_named(desk: Desk, rendition: str) -> None:
    desk.publish("m1", {"preview.webp": 1})

    with pytest.raises(Conflict, match=f"m1 has no rendition {rendition}"):
        desk.ask("m1", rendition=rendition)


def test_an_asset_that_is_just_being_moved_is_to_be_asked_for_again(desk: Desk) -> None:
    desk.publish("m1")
    desk.renditions.objects.clear()

    with pytest.raises(Conflict, match="m1 is just being changed"):
        desk.ask("m1")


def test_too_much_is_refused_before_anything_is_done(desk: Desk) -> None:
    desk.publish("m1", size=500)
    desk.publish("m2", size=500)
    desk.publish("m3", size=1)

    assert desk.ask("m1", "m2")["bytes"] == 1000
    before = dict(desk.renditions.objects)
    with pytest.raises(PayloadTooLarge, match="1,001 bytes"):
        desk.ask("m1", "m2", "m3")

    assert desk.renditions.objects == before
    assert len(desk.queue.asked) == 1


def test_how_far_it_is(desk: Desk) -> None:
    desk.publish("m1")
    asked = desk.ask("m1")
    assert desk.desk.read("org", ID) == asked

    State(DownloadStatus.WORKING, desk.clock()).store(desk.renditions, REF)
    assert desk.desk.read("org", ID) == {**asked, "status": "working"}

    State(DownloadStatus.FAILED, desk.clock(), LATE).store(desk.renditions, REF)
    failed = desk.desk.read("org", ID)
    assert (failed["status"], failed["error"]) == ("failed", LATE.to_dict())

    desk.renditions.put(REF.zip, b"zip", "application/zip")
    assert desk.desk.read("org", ID) == {
        **asked,
        "status": "ready",
        "url": f"get:{REF.zip}?{ID}.zip&900",
        "expiresAt": "2025-01-15T10:15:04.000Z",
    }


def test_work_that_ended_without_a_word_has_failed(desk: Desk) -> None:
    desk.publish("m1")
    desk.ask("m1")
    began = desk.clock() - timedelta(minutes=17)
    State(DownloadStatus.WORKING, began).store(desk.renditions, REF)

    answer = desk.desk.read("org", ID)

    assert (answer["status"], answer["error"]["code"]) == ("failed", "INTERNAL")


@pytest.mark.parametrize(
    ("org", "download_id"),
    [("other", ID), ("org", f"download_{'1' * 32}"), ("org", "../org/x"), ("org", "")],
)
def test_another_organisations_download_is_not_there(
    desk: Desk, org: str, download_id: str
) -> None:
    desk.publish("m1")
    desk.ask("m1")
    desk.renditions.put(REF.zip, b"zip", "application/zip")

    with pytest.raises(NotFound):
        desk.desk.read(org, download_id)
