from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spool.events import Announcement
from spool.model import Asset, Status
from spool.services import lifecycle
from spool.services.news import Newsroom, StreamRecord, TranscodeChange
from spool.transcode import Transcode, TranscodeStatus
from tests.unit.services.fakes import MemoryNews
from tests.unit.services.test_listing import asset
from tests.unit.test_transcode import CLAIM

AT = "2025-01-15T10:00:00.000Z"


def moved(number: int, before: Status | None, after: Status) -> StreamRecord:
    new = replace(asset(number, after), rev=number + 1, exif={"Make": "x"})
    old: Asset | None = None if before is None else replace(new, status=before, rev=number)
    return StreamRecord(f"sequence-{number}", AT, old, new)


def test_a_change_of_status_is_told_with_what_a_product_shows() -> None:
    news = MemoryNews()

    refused = Newsroom(news=news).tell([moved(1, Status.PROCESSING, Status.READY)])

    assert refused is None
    [(kind, detail)] = news.published
    assert kind == "Asset Status Changed"
    assert (detail["id"], detail["status"], detail["previousStatus"]) == (
        "m1",
        "ready",
        "processing",
    )
    assert (detail["rev"], detail["at"]) == (2, AT)
    assert detail["processed"] == {}
    former = {"previousTag", "previousPrivate"}
    assert not {"exif", "privateExif", "correlationId", *former} & detail.keys()


def test_a_new_asset_is_news_and_an_unchanged_status_is_not() -> None:
    news = MemoryNews()

    Newsroom(news=news).tell(
        [moved(1, None, Status.UPLOADING), moved(2, Status.READY, Status.READY)]
    )

    assert [(one.detail["id"], one.detail["previousStatus"]) for one in news.published] == [
        ("m1", None)
    ]


def test_a_change_of_privacy_is_told_and_so_is_the_move_that_follows() -> None:
    public = replace(asset(1), tag="0123456789ab")
    wanted = lifecycle.with_access(public, private=True)
    moved = lifecycle.moved(wanted, "p0123456789ab", {"img": "https://cdn.example/p/img/a"})
    news = MemoryNews()

    Newsroom(news=news).tell(
        [StreamRecord("1", AT, public, wanted), StreamRecord("2", AT, wanted, moved)]
    )

    assert [one.detail_type for one in news.published] == ["Asset Access Changed"] * 2
    first, second = (one.detail for one in news.published)
    assert (first["private"], first["previousPrivate"], first["status"]) == (True, False, "ready")
    assert "previousTag" not in first
    assert (second["tag"], second["previousTag"]) == ("p0123456789ab", "0123456789ab")
    assert "previousPrivate" not in second
    assert second["processed"] == {"img": "https://cdn.example/p/img/a"}


def test_a_new_version_names_the_tag_that_it_replaces() -> None:
    first, second = moved(1, None, Status.READY), moved(2, Status.PROCESSING, Status.READY)
    assert second.before
    tagged = replace(second.before, tag="0123456789ab"), replace(second.after, tag="ba9876543210")
    news = MemoryNews()

    Newsroom(news=news).tell([first, StreamRecord("2", AT, *tagged)])

    assert [one.detail.get("previousTag") for one in news.published] == [None, "0123456789ab"]
    assert [one.detail_type for one in news.published] == ["Asset Status Changed"] * 2


def test_the_stream_is_read_again_from_the_first_refused_record() -> None:
    news = MemoryNews(refuses=frozenset({"m2", "m3"}))
    records = [moved(n, Status.QUEUED, Status.PROCESSING) for n in range(1, 5)]

    assert Newsroom(news=news).tell([moved(0, Status.READY, Status.READY), *records]) == (
        "sequence-2"
    )


def transcoding(percent: int | None, **changes: Any) -> Transcode:
    return replace(CLAIM, project_id="show", percent=percent, **changes)


def told(before: Transcode | None, after: Transcode) -> list[Announcement]:
    news = MemoryNews()
    Newsroom(news=news).tell([TranscodeChange("1", AT, before, after)])
    return news.published


def test_how_far_a_video_is_is_told_each_time_it_gets_further() -> None:
    [(kind, detail)] = told(transcoding(10), transcoding(25))

    assert kind == "Asset Progressed"
    assert detail == {
        "id": "media_1",
        "orgId": "org",
        "projectId": "show",
        "versionId": "v1",
        "attempt": 2,
        "percent": 25,
        "at": AT,
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (transcoding(None), transcoding(None)),
        (transcoding(25), transcoding(25, heard_at=CLAIM.heard_at + timedelta(seconds=9))),
        (transcoding(90), transcoding(100, status=TranscodeStatus.COMPLETE)),
        (transcoding(90), transcoding(91, status=TranscodeStatus.CANCELED)),
        (CLAIM, replace(CLAIM, percent=10)),  # of before the project was kept
    ],
)
def test_a_sign_of_life_and_an_end_are_no_progress(before: Transcode, after: Transcode) -> None:
    assert told(before, after) == []
