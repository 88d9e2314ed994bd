from __future__ import annotations

from dataclasses import replace

from spool.model import Asset, Status
from spool.services.news import Newsroom, StreamRecord
from tests.unit.services.fakes import MemoryNews
from tests.unit.services.test_listing import asset

AT = "2025-01-15T10:00:00.000Z"


def moved(number: int, before: Status | None, after: Status) -> StreamRecord:
    new = replace(asset(number, after), rev=number + 1, exif={"Make": "x"})
    old: Asset | None = None if before is None else replace(new, status=before, rev=number)
    return StreamRecord(f"sequence-{number}", AT, old, new)


def test_a_change_of_status_is_told_with_what_a_product_shows() -> None:
    news = MemoryNews()

    refused = Newsroom(news=news).tell([moved(1, Status.PROCESSING, Status.READY)])

    assert refused is None
    [detail] = news.published
    assert (detail["id"], detail["status"], detail["previousStatus"]) == (
        "m1",
        "ready",
        "processing",
    )
    assert (detail["rev"], detail["at"]) == (2, AT)
    assert detail["processed"] == {}
    assert not {"exif", "privateExif", "correlationId"} & detail.keys()


def test_a_new_asset_is_news_and_an_unchanged_status_is_not() -> None:
    news = MemoryNews()

    Newsroom(news=news).tell(
        [moved(1, None, Status.UPLOADING), moved(2, Status.READY, Status.READY)]
    )

    assert [(detail["id"], detail["previousStatus"]) for detail in news.published] == [("m1", None)]


def test_the_stream_is_read_again_from_the_first_refused_record() -> None:
    news = MemoryNews(refuses=frozenset({"m2", "m3"}))
    records = [moved(n, Status.QUEUED, Status.PROCESSING) for n in range(1, 5)]

    assert Newsroom(news=news).tell([moved(0, Status.READY, Status.READY), *records]) == (
        "sequence-2"
    )
