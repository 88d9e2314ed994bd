from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from spool.errors import InvalidRequest, Misconfigured, NotFound
from spool.formats import Family
from spool.model import Asset, Status
from spool.services import lifecycle
from spool.services.cursors import Cursors
from spool.services.listing import Listing
from spool.services.ports import AssetQuery
from spool.services.transcodes import hear
from spool.transcode import JobReport
from tests.unit.services.encoder import START, MemoryTranscodes, Transcoder
from tests.unit.services.fakes import MemoryCatalogue
from tests.unit.services.test_lifecycle import ERROR

CURSORS = Cursors(lambda: "key")


def listing(*assets: Asset) -> Listing:
    catalogue = MemoryCatalogue()
    for asset in assets:
        assert catalogue.insert(asset)
    return Listing(catalogue=catalogue, transcodes=MemoryTranscodes(), cursors=CURSORS)


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
    reader = Listing(catalogue=work.catalogue, transcodes=work.transcodes, cursors=CURSORS)
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


PAGE = AssetQuery(org_id="org", limit=2)


@pytest.mark.parametrize(
    "other",
    [
        {"org_id": "rival"},
        {"project_id": "proj"},
        {"status": Status.READY},
        {"type": Family.IMAGE},
        {"since": "2025-01-15T10:00:04.000Z"},
        {"until": "2025-01-15T10:00:02.000Z"},
    ],
)
def test_a_cursor_is_good_for_the_list_that_gave_it_alone(other: dict[str, Any]) -> None:
    reader = listing(*(asset(number) for number in range(5)))
    cursor = reader.page(PAGE, None)["cursor"]
    assert reader.page(replace(PAGE, limit=3), cursor)["items"]

    with pytest.raises(InvalidRequest, match="cursor"):
        reader.page(replace(PAGE, **other), cursor)


def test_a_cursor_that_was_changed_anywhere_is_refused() -> None:
    reader = listing(*(asset(number) for number in range(5)))
    cursor = str(reader.page(PAGE, None)["cursor"])
    changed = [
        cursor[:at] + ("A" if letter != "A" else "B") + cursor[at + 1 :]
        for at, letter in enumerate(cursor)
    ]

    for forged in (*changed, cursor[:-1], cursor[4:], f"{cursor}A", f"{cursor}=", f"{cursor}\n"):
        with pytest.raises(InvalidRequest, match="cursor"):
            reader.page(PAGE, forged)


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "forged",
        "å",
        "a",
        encoded("2025-01-15T10:00:01.000Z#m1"),
        Cursors(lambda: "another key").issue("2025-01-15T10:00:01.000Z#m1", ("org", "assets")),
    ],
)
def test_a_cursor_that_no_list_gave_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        listing().page(PAGE, cursor)


def test_without_the_secret_no_cursor_is_signed() -> None:
    """An empty key would sign what anybody could sign."""
    for key in (None, ""):
        with pytest.raises(Misconfigured):
            Cursors(lambda key=key: key).issue("1", ("org", "assets"))  # type: ignore[misc]
