from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from spool.errors import Conflict, InvalidRequest, NotFound, PartMismatch, PayloadTooLarge
from spool.formats import Family
from spool.model import Status
from spool.services.cursors import Cursors
from spool.services.multipart import Completed, MultipartManager
from spool.services.storage_ports import Part
from tests.unit.services.fakes import (
    MemoryCatalogue,
    MemoryUploads,
    PlainPresigner,
    TickingClock,
    roomy,
)
from tests.unit.services.test_intake import presigned
from tests.unit.services.test_lifecycle import KEY

MANY = 2_500


class Site:
    """A multipart upload that has begun, of an asset that was reserved."""

    def __init__(self, parts: int = 2, limit: int = 1_000_000) -> None:
        self.catalogue, self.uploads = MemoryCatalogue(), MemoryUploads()
        self.asset = presigned(self.catalogue)
        self.upload_id = self.uploads.create(KEY, "image/jpeg")
        self.numbered = [(number, f"etag-{number}") for number in range(1, parts + 1)]
        self.uploads.pending[KEY, self.upload_id] = [
            Part(n, etag, 100) for n, etag in self.numbered
        ]
        self.manager = MultipartManager(
            catalogue=self.catalogue,
            presigner=PlainPresigner(),
            uploads=self.uploads,
            quotas=roomy(self.catalogue),
            url_expiry=900,
            upload_expiry=timedelta(days=7),
            bytes_limits={Family.IMAGE: limit},
            cursors=Cursors(lambda: "key"),
            clock=TickingClock(),
        )


def test_parts_become_the_object() -> None:
    site = Site()

    done = site.manager.complete("org", KEY, site.upload_id, site.numbered)

    assert done.to_dict() == {"bucket": "originals", "key": KEY, "mediaId": "media_1"}
    assert site.uploads.made == [KEY]


def test_parts_above_the_limit_are_aborted() -> None:
    site = Site(parts=MANY, limit=MANY * 100 - 1)

    with pytest.raises(PayloadTooLarge):
        site.manager.complete("org", KEY, site.upload_id, site.numbered)
    assert site.uploads.pending == {}
    assert site.uploads.made == []


def test_parts_at_the_limit_are_taken() -> None:
    site = Site(parts=MANY, limit=MANY * 100)

    site.manager.complete("org", KEY, site.upload_id, site.numbered)

    assert site.uploads.made == [KEY]


def test_a_part_that_is_not_there_is_named() -> None:
    site = Site()

    with pytest.raises(PartMismatch, match="Part 7"):
        site.manager.complete("org", KEY, site.upload_id, [*site.numbered, (7, "etag-7")])
    assert site.uploads.made == []


def test_new_media_that_another_upload_created_is_a_conflict() -> None:
    site = Site()
    site.uploads.made.append(KEY)

    with pytest.raises(Conflict):
        site.manager.complete("org", KEY, site.upload_id, site.numbered)


def test_completing_again_is_answered_as_the_first_time() -> None:
    site = Site()
    done = site.manager.complete("org", KEY, site.upload_id, site.numbered)

    assert site.manager.complete("org", KEY, site.upload_id, site.numbered) == done
    assert site.uploads.made == [KEY]


def test_completing_twice_at_once_is_answered_alike() -> None:
    site = Site()

    def complete() -> Completed:
        return site.manager.complete("org", KEY, site.upload_id, site.numbered)

    site.uploads.meanwhile = complete

    assert complete().media_id == "media_1"
    assert site.uploads.made == [KEY]


def test_parts_are_listed_by_the_thousand() -> None:
    site = Site(parts=MANY)

    pages = [site.manager.parts("org", KEY, site.upload_id, cursor=None)]
    while pages[-1].cursor:
        pages.append(site.manager.parts("org", KEY, site.upload_id, cursor=pages[-1].cursor))

    assert [page.parts[0].number for page in pages] == [1, 1001, 2001]
    assert sum(len(page.parts) for page in pages) == MANY
    assert pages[2].to_dict()["items"][0] == {
        "partNumber": 2001,
        "etag": "etag-2001",
        "size": 100,
    }


def test_urls_are_renewed_in_the_order_asked_for() -> None:
    site = Site()

    renewed = site.manager.urls("org", KEY, site.upload_id, [9, 2]).to_dict()

    assert renewed["presignedUrls"] == [
        f"part:{KEY}?{site.upload_id}&{number}&900" for number in (9, 2)
    ]
    assert renewed["expiresAt"] == "2025-01-15T10:15:01.000Z"


def test_an_aborted_upload_is_gone() -> None:
    site = Site()

    site.manager.abort("org", KEY, site.upload_id)

    assert site.uploads.pending == {}
    with pytest.raises(NotFound):
        site.manager.urls("org", KEY, site.upload_id, [1])


@pytest.mark.parametrize("upload_id", ["unknown", ""])
def test_an_unknown_upload_is_not_found(upload_id: str) -> None:
    site = Site()

    with pytest.raises(NotFound):
        site.manager.complete("org", KEY, upload_id, site.numbered)
    with pytest.raises(NotFound):
        site.manager.parts("org", KEY, upload_id, cursor=None)
    with pytest.raises(NotFound):
        site.manager.urls("org", KEY, upload_id, [1])
    with pytest.raises(NotFound):
        site.manager.abort("org", KEY, upload_id)


@pytest.mark.parametrize(
    ("org", "key"),
    [
        ("other", KEY),
        ("org", "originals/org/proj/media_1-b.jpg"),
        ("org", "originals/org/proj/media_2-a.jpg"),
        ("org", "originals/other/proj/media_1-a.jpg"),
    ],
)
def test_a_key_that_is_not_the_assets_is_not_found(org: str, key: str) -> None:
    site = Site()

    with pytest.raises(NotFound):
        site.manager.abort(org, key, site.upload_id)
    assert site.uploads.pending


def test_a_key_outside_the_scheme_is_refused() -> None:
    site = Site()

    with pytest.raises(InvalidRequest, match="key"):
        site.manager.parts("org", "elsewhere/x", site.upload_id, cursor=None)


def test_a_deleted_asset_takes_no_upload() -> None:
    site = Site()
    site.catalogue.assets["org", "media_1"] = replace(site.asset, status=Status.DELETED)

    with pytest.raises(NotFound):
        site.manager.complete("org", KEY, site.upload_id, site.numbered)
