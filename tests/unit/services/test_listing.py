from __future__ import annotations

import base64

import pytest

from spool.errors import InvalidRequest, NotFound
from spool.model import Asset, Status
from spool.services import lifecycle
from spool.services.listing import Listing
from spool.services.ports import AssetQuery
from spool.services.transcodes import hear
from spool.transcode import JobReport
from tests.unit.services.encoder import START, MemoryTranscodes, Transcoder
from tests.unit.services.fakes import MemoryCatalogue
from tests.unit.services.test_lifecycle import ERROR


def listing(*assets: Asset) -> Listing:
    catalogue = MemoryCatalogue()
    for asset in assets:
        assert catalogue.insert(asset)
    return Listing(catalogue=catalogue, transcodes=MemoryTranscodes())


def asset(number: int, status: Status = Status.READY) -> Asset:
    return Asset(
        id=f"m{number}",
        org_id="org",
        project_id="proj",
        filename="a.jpg",
        original_key=f"originals/org/proj/m{number}-a.jpg",
        status=status,
        uploaded_at=f"2025-01-15T10:00:{number:02}.000Z",
        private_exif={"latitude": 48.85},
        correlation_id="request-1",
    )


def test_pages_follow_each_other_to_the_end() -> None:
    reader = listing(*(asset(number) for number in range(5)))
    seen, cursor = [], None
    for _ in range(3):
        page = reader.page(AssetQuery(org_id="org", limit=2), cursor)
        seen.append([item["id"] for item in page["items"]])
        cursor = page["cursor"]

    assert seen == [["m4", "m3"], ["m2", "m1"], ["m0"]]
    assert cursor is None


def test_what_is_private_stays_inside() -> None:
    reader = listing(asset(1))

    for record in (
        reader.one("org", "m1"),
        *reader.page(AssetQuery(org_id="org", limit=9), None)["items"],
    ):
        assert record["id"] == "m1"
        assert not {"privateExif", "sequencer", "correlationId", "declared"} & record.keys()


def test_a_video_shows_how_far_it_is_while_it_is_transcoded() -> None:
    work = Transcoder()
    reader = Listing(catalogue=work.catalogue, transcodes=work.transcodes)
    assert not {"progress", "jobId"} & reader.one("org", "media_1").keys()

    work.submit()
    assert reader.one("org", "media_1")["progress"] == {"percent": 0}
    hear(work.transcodes, work.run.transcode_key, "job-1", JobReport(at=START, percent=40))

    record = reader.one("org", "media_1")
    assert (record["progress"], record["jobId"]) == ({"percent": 40}, "media_1.1.1")
    lifecycle.change_run(work.catalogue, work.run, lambda a: lifecycle.failed(a, ERROR))
    assert not {"progress", "jobId"} & reader.one("org", "media_1").keys()


@pytest.mark.parametrize(("org", "media_id"), [("org", "m9"), ("other", "m1"), ("org", "m1#x")])
def test_an_unknown_asset_is_not_found(org: str, media_id: str) -> None:
    with pytest.raises(NotFound):
        listing(asset(1)).one(org, media_id)


@pytest.mark.parametrize(
    ("since", "until"), [("2025-01-15T10:00:04.000Z", None), (None, "2025-01-15T10:00:02.000Z")]
)
def test_a_cursor_goes_with_the_times_that_it_was_given_for(
    since: str | None, until: str | None
) -> None:
    reader = listing(*(asset(number) for number in range(5)))
    cursor = reader.page(AssetQuery(org_id="org", limit=2), None)["cursor"]

    with pytest.raises(InvalidRequest, match="cursor"):
        reader.page(AssetQuery(org_id="org", limit=2, since=since, until=until), cursor)


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "forged",
        "å",
        "a",
        encoded("2025-01-15T10:00:01.000Z"),
        encoded("2025-01-15T10:00:01.000Z#m1#ASSET"),
        encoded("2025-01-15T10:00:01.000Z#m1\n"),
        encoded("2025-01-15T10:00:01.000Z#m\xe9"),
    ],
)
def test_a_cursor_that_no_list_gave_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        listing().page(AssetQuery(org_id="org", limit=2), cursor)
