from __future__ import annotations

import base64
import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spool.checksums import Algorithm, Checksum
from spool.errors import (
    Conflict,
    InvalidRequest,
    PayloadTooLarge,
    RequestError,
    UnsupportedMediaType,
)
from spool.formats import Family
from spool.model import Asset, Declaration, Status
from spool.services.ports import Twin
from spool.services.presigning import MIB, Presigned, Presigning, Wish
from tests.unit.services.fakes import (
    MemoryCatalogue,
    MemoryFingerprints,
    MemoryUploads,
    PlainPresigner,
    TickingClock,
    roomy,
)

LIMIT = 200 * 1024 * MIB


class Desk:
    """A presigning with its fakes."""

    def __init__(self) -> None:
        self.catalogue, self.presigner = MemoryCatalogue(), PlainPresigner()
        self.uploads = MemoryUploads()
        self.service = Presigning(
            catalogue=self.catalogue,
            fingerprints=MemoryFingerprints(self.catalogue),
            presigner=self.presigner,
            uploads=self.uploads,
            quotas=roomy(self.catalogue),
            url_expiry=900,
            upload_expiry=timedelta(days=7),
            bytes_limits={Family.IMAGE: LIMIT, Family.VIDEO: 2 * LIMIT},
            private_content=True,
            private_projects={"org/vault"},
            clock=TickingClock(),
            new_media_id=lambda: "media_new",
            new_upload_id=map("upload_{}".format, itertools.count(1)).__next__,
        )

    def presign(self, **wish: Any) -> Presigned:
        wanted = {"filename": "a.jpg", "content_type": "image/jpeg", "project_id": "proj", **wish}
        return self.service.presign("org", Wish(**wanted), "request-1")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_small_file_is_one_put_that_overwrites_nothing(desk: Desk) -> None:
    presigned = desk.presign(size=1000)

    assert presigned.to_dict() == {
        "bucket": "originals",
        "key": "originals/org/proj/media_new-a.jpg",
        "mediaId": "media_new",
        "uploadId": None,
        "partSize": None,
        "expiresAt": "2025-01-15T10:15:03.000Z",
        "headers": {"content-type": "image/jpeg", "if-none-match": "*"},
        "presignedUrls": ["put:originals/org/proj/media_new-a.jpg?900"],
        "duplicateOf": None,
    }
    assert desk.presigner.signed == [
        {"content-type": "image/jpeg", "if-none-match": "*", "content-length": "1000"}
    ]


def test_without_a_size_no_length_is_signed(desk: Desk) -> None:
    desk.presign()

    assert "content-length" not in desk.presigner.signed[0]


def test_the_asset_is_reserved_as_uploading(desk: Desk) -> None:
    desk.presign(filename="été.PNG", content_type="image/apng")

    asset = desk.catalogue.get("org", "media_new")
    assert asset is not None
    assert asset.status is Status.UPLOADING
    assert (asset.filename, asset.content_type, asset.type) == (
        "été.PNG",
        "image/png",
        Family.IMAGE,
    )
    assert asset.correlation_id == "request-1"
    assert asset.uploaded_at == "2025-01-15T10:00:02.000Z"


@pytest.mark.parametrize(
    ("size", "count", "part_size"),
    [
        (16 * MIB + 1, 3, 8 * MIB),
        (24 * MIB, 3, 8 * MIB),
        (24 * MIB + 1, 4, 8 * MIB),
        (10_000 * 8 * MIB + 1, 1_000, 8 * MIB + 1),
    ],
)
def test_a_large_file_goes_up_in_parts(desk: Desk, size: int, count: int, part_size: int) -> None:
    presigned = desk.presign(size=size)

    assert presigned.upload_id == "image/jpeg-1"
    assert presigned.part_size == part_size
    assert len(presigned.presigned_urls) == count
    assert presigned.headers == {}
    assert presigned.presigned_urls[-1].endswith(f"&{count}&900")


def test_sixteen_mebibytes_are_still_one_put(desk: Desk) -> None:
    assert desk.presign(size=16 * MIB).upload_id is None


@pytest.mark.parametrize("parts", [1, 3, 10_000])
def test_so_many_parts_hold_the_largest_file(desk: Desk, parts: int) -> None:
    presigned = desk.presign(parts=parts)

    assert presigned.part_size is not None
    assert presigned.part_size * parts >= LIMIT
    assert len(presigned.presigned_urls) == min(parts, 1_000)


@pytest.mark.parametrize(
    ("wish", "error", "named"),
    [
        ({"parts": 2, "size": 2}, InvalidRequest, "parts"),
        ({"size": LIMIT + 1}, PayloadTooLarge, "size"),
        ({"content_type": "text/html"}, UnsupportedMediaType, "contentType"),
        ({"filename": "../a.jpg"}, InvalidRequest, "filename"),
        ({"filename": "é" * 128}, InvalidRequest, "filename"),
        ({"filename": "a\nb.jpg"}, InvalidRequest, "filename"),
        ({"project_id": "a/b"}, InvalidRequest, "projectId"),
        ({"media_id": "a-b"}, InvalidRequest, "mediaId"),
        ({"media_id": ""}, InvalidRequest, "mediaId"),
    ],
)
def test_a_bad_wish_reserves_nothing(
    desk: Desk, wish: dict[str, Any], error: type[RequestError], named: str
) -> None:
    with pytest.raises(error, match=named):
        desk.presign(**wish)
    assert desk.catalogue.assets == {}
    assert desk.uploads.pending == {}


def test_a_replacement_keeps_the_key_and_may_overwrite(desk: Desk) -> None:
    desk.presign(media_id="hero")
    asset = desk.catalogue.assets["org", "hero"]
    desk.catalogue.assets["org", "hero"] = replace(asset, version_id="v1", status=Status.READY)

    presigned = desk.presign(media_id="hero", filename="renamed.jpg")

    assert presigned.key == "originals/org/proj/hero-a.jpg"
    assert presigned.headers == {"content-type": "image/jpeg"}
    after = desk.catalogue.assets["org", "hero"]
    assert (after.status, after.filename) == (Status.READY, "a.jpg")
    assert after.declared == Declaration("renamed.jpg", "request-1")


def test_an_expired_url_of_new_media_can_be_asked_for_again(desk: Desk) -> None:
    first = desk.presign(media_id="hero")

    again = desk.presign(media_id="hero")

    assert again.key == first.key
    assert again.headers["if-none-match"] == "*"


def test_an_id_of_another_project_is_taken(desk: Desk) -> None:
    desk.presign(media_id="hero")

    with pytest.raises(Conflict):
        desk.presign(media_id="hero", project_id="other")


def test_a_deleted_id_stays_taken(desk: Desk) -> None:
    desk.presign(media_id="hero")
    asset = desk.catalogue.assets["org", "hero"]
    desk.catalogue.assets["org", "hero"] = replace(asset, status=Status.DELETED)

    with pytest.raises(Conflict):
        desk.presign(media_id="hero")


def test_two_presigns_of_one_new_id_at_once_share_its_key(desk: Desk) -> None:
    desk.catalogue.meanwhile = lambda: desk.presign(media_id="hero", filename="first.jpg")

    second = desk.presign(media_id="hero", filename="second.jpg")

    assert second.key == "originals/org/proj/hero-first.jpg"


def test_a_video_may_be_as_large_as_its_own_limit(desk: Desk) -> None:
    desk.presign(filename="a.mov", content_type="video/quicktime", size=2 * LIMIT)

    asset = desk.catalogue.get("org", "media_new")
    assert asset is not None
    assert asset.type is Family.VIDEO
    with pytest.raises(PayloadTooLarge):
        desk.presign(content_type="video/quicktime", size=2 * LIMIT + 1)
    with pytest.raises(PayloadTooLarge):
        desk.presign(size=LIMIT + 1)


def test_a_project_may_be_private_and_an_upload_may_say_otherwise(desk: Desk) -> None:
    said = {
        desk.presign(project_id=project, media_id=name, private=private).media_id: private
        for name, project, private in [
            ("m1", "proj", None),
            ("m2", "vault", None),
            ("m3", "vault", False),
            ("m4", "proj", True),
        ]
    }

    private = [name for name in said if desk.catalogue.assets["org", name].private]
    assert private == ["m2", "m4"]


def test_a_new_version_does_not_change_who_may_see_it(desk: Desk) -> None:
    desk.presign(media_id="m1", private=True)

    desk.presign(media_id="m1")
    with pytest.raises(Conflict, match="PATCH"):
        desk.presign(media_id="m1", private=False)


def test_without_keys_nothing_can_be_private(desk: Desk) -> None:
    desk.service = replace(desk.service, private_content=False)

    with pytest.raises(InvalidRequest, match="privatePublicKeys"):
        desk.presign(private=True)


SHA256 = bytes(range(32))


def checksum(content: bytes = SHA256, algorithm: Algorithm = Algorithm.SHA256) -> Checksum:
    return Checksum(algorithm, base64.b64encode(content).decode())


def stored(desk: Desk, media_id: str = "hero", **fields: Any) -> Asset:
    """A ready asset whose bytes have that checksum."""
    desk.presign(media_id=media_id)
    asset = desk.catalogue.assets["org", media_id]
    known = {"status": Status.READY, "uploads": (), "sha256": SHA256.hex(), **fields}
    desk.catalogue.assets["org", media_id] = replace(asset, **known)
    return desk.catalogue.assets["org", media_id]


def writes_nothing(desk: Desk, **wish: Any) -> Presigned:
    before = dict(desk.catalogue.assets), len(desk.presigner.signed), dict(desk.uploads.pending)
    presigned = desk.presign(**wish)
    assert (
        dict(desk.catalogue.assets),
        len(desk.presigner.signed),
        dict(desk.uploads.pending),
    ) == before
    return presigned


def test_what_is_there_is_not_uploaded_again(desk: Desk) -> None:
    hero = stored(desk)

    presigned = writes_nothing(desk, filename="copy.jpg", checksum=checksum(), size=3)

    assert (presigned.media_id, presigned.key) == ("hero", hero.original_key)
    assert (presigned.presigned_urls, presigned.headers, presigned.upload_id) == ([], {}, None)
    assert presigned.to_dict()["duplicateOf"] == hero.public_record()


def test_what_is_there_may_be_uploaded_again_all_the_same(desk: Desk) -> None:
    stored(desk)

    presigned = desk.presign(checksum=checksum(), allow_duplicate=True)

    assert presigned.duplicate_of is None
    assert presigned.media_id == "media_new"
    assert len(presigned.presigned_urls) == 1


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({}, True),
        ({"private": False}, True),
        ({"private": True}, False),
        ({"project_id": "other"}, False),
        ({"media_id": "hero"}, True),
        ({"media_id": "another"}, False),
        ({"checksum": checksum(bytes(32))}, False),
        ({"checksum": checksum(bytes(4), Algorithm.CRC32)}, False),
    ],
)
def test_the_file_is_there_only_where_it_was_to_be(
    desk: Desk, wish: dict[str, Any], found: bool
) -> None:
    stored(desk)

    presigned = desk.presign(**{"checksum": checksum(), **wish})

    assert (presigned.duplicate_of is not None) is found
    assert (presigned.presigned_urls == []) is found


@pytest.mark.parametrize("status", set(Status) - {Status.READY, Status.DELETED})
def test_what_is_not_ready_is_no_reason_not_to_upload(desk: Desk, status: Status) -> None:
    stored(desk, status=status)

    assert desk.presign(checksum=checksum()).duplicate_of is None


def test_of_several_that_are_there_the_newest_is_named(desk: Desk) -> None:
    stored(desk, "m1", uploaded_at="2025-01-01T00:00:00.000Z")
    stored(desk, "m2", uploaded_at="2025-01-03T00:00:00.000Z")
    stored(desk, "m3", uploaded_at="2025-01-04T00:00:00.000Z", project_id="other")
    stored(desk, "m4", uploaded_at="2025-01-02T00:00:00.000Z")

    assert desk.presign(checksum=checksum()).media_id == "m2"


def test_what_was_deleted_a_moment_ago_is_uploaded_anew(desk: Desk) -> None:
    """The index still has it."""
    asset = stored(desk)

    class Lagging(MemoryFingerprints):
        def same(self, org_id: str, sha256: str, limit: int) -> Sequence[Twin]:
            found = super().same(org_id, sha256, limit)
            desk.catalogue.assets["org", "hero"] = replace(asset, status=Status.DELETED)
            return found

    desk.service = replace(desk.service, fingerprints=Lagging(desk.catalogue))

    assert desk.presign(checksum=checksum()).media_id == "media_new"


def test_a_checksum_of_a_file_in_parts_is_for_the_look_up_alone(desk: Desk) -> None:
    presigned = desk.presign(size=17 * MIB, checksum=checksum())
    assert (len(presigned.presigned_urls), presigned.headers) == (3, {})

    stored(desk)
    for large in ({"size": 17 * MIB}, {"parts": 2}):
        assert writes_nothing(desk, **large, checksum=checksum()).media_id == "hero"


@pytest.mark.parametrize("large", [{"size": 17 * MIB}, {"parts": 1}])
def test_another_checksum_of_a_file_in_parts_is_for_its_completion(
    desk: Desk, large: dict[str, int]
) -> None:
    with pytest.raises(InvalidRequest, match="complete is given it"):
        desk.presign(**large, checksum=checksum(bytes(4), Algorithm.CRC32))


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ({"filename": "../a.jpg"}, InvalidRequest),
        ({"content_type": "text/html"}, UnsupportedMediaType),
        ({"size": LIMIT + 1}, PayloadTooLarge),
    ],
)
def test_a_bad_wish_is_refused_although_the_file_is_there(
    desk: Desk, wish: dict[str, Any], error: type[RequestError]
) -> None:
    stored(desk)

    with pytest.raises(error):
        desk.presign(**wish, checksum=checksum())
