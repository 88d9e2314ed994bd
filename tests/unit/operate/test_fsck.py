"""Each invariant is broken in turn, and fsck names exactly that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from operate.checks import OpenUpload, upload_findings
from operate.findings import Finding, Look, confirmed
from operate.register import Register, Unreadable
from spool.aws.ledger import DynamoLedger
from spool.aws.members import DynamoMembers
from spool.identity import Member, Role
from spool.keys import MANIFEST
from spool.model import timestamp
from spool.quotas import Limits, Usage
from tests.unit.conftest import ORIGINALS, RENDITIONS
from tests.unit.operate.world import ORG, World

Identity = tuple[str, str]


def furnished(world: World) -> World:
    """Of each kind that is as it should be."""
    world.comment(world.ready("photo"))
    world.ready("replaced")
    world.ready("replaced", b"a longer photo's bytes")
    world.ready("hidden", private=True)
    world.arrived("queued")
    world.uploading("film")
    world.uploading("joined", upload_id="gone from S3", completing=True)
    DynamoMembers(table=world.table).put(Member(id="m", org_id=ORG, role=Role.VIEWER, name="M"))
    DynamoLedger(table=world.table).set_limits(ORG, Limits(bytes=10, assets=1))
    return world


def test_a_sound_system_has_no_findings(world: World) -> None:
    # S3's upload that "joined" began is nobody's: the one that it reserves has been completed.
    abort_uploads(furnished(world), "joined")

    assert world.fsck() == []
    assert world.paused == 0


def abort_uploads(world: World, media_id: str) -> None:
    for upload in world.shelf.open_uploads():
        if f"/{media_id}-" in upload.key:
            world.s3.abort_multipart_upload(Bucket=ORIGINALS, Key=upload.key, UploadId=upload.id)


def wrong_bytes(world: World) -> list[Identity]:
    asset = world.ready("one")
    world.set_asset(asset, storedBytes=1)
    world.set(f"ORG#{ORG}", "USAGE", bytes=1)
    return [("stored-bytes", "acme/shop/one")]


def wrong_count(world: World) -> list[Identity]:
    world.ready("one")
    world.set(f"ORG#{ORG}", "USAGE", assets=7)
    return [("usage", ORG)]


def too_few_seen(world: World) -> list[Identity]:
    world.ready("one")
    world.set_asset(world.ready("one"), versionsSeen=1)
    return [("versions-seen", "acme/shop/one")]


def lost_object(world: World) -> list[Identity]:
    first = world.ready("one")
    world.ready("one")
    world.s3.delete_object(
        Bucket=ORIGINALS, Key=first.original_key, VersionId=first.version_id or ""
    )
    return [("version-object", f"acme/shop/one version {first.version_id}")]


def lost_newest_object(world: World) -> list[Identity]:
    world.ready("one")
    second = world.ready("one")
    world.s3.delete_object(
        Bucket=ORIGINALS, Key=second.original_key, VersionId=second.version_id or ""
    )
    return [("version-object", f"acme/shop/one version {second.version_id}")]


def other_size(world: World) -> list[Identity]:
    asset = world.ready("one")
    world.set("ASSET#acme#one", f"VERSION#{asset.version_id}", bytes=3)
    world.set_asset(asset, storedBytes=3)
    world.set(f"ORG#{ORG}", "USAGE", bytes=3)
    return [("version-size", f"acme/shop/one version {asset.version_id}")]


def unnamed_object(world: World) -> list[Identity]:
    """Its event never came."""
    version = world.put(world.ready("one").original_key)
    return [("unnamed-version", f"acme/shop/one version {version}")]


def older_is_newest(world: World) -> list[Identity]:
    first = world.ready("one")
    second = world.ready("one")
    assert second.version_number == 2
    world.set_asset(second, versionId=first.version_id, versionNumber=1)
    return [("newest", "acme/shop/one")]


def wrong_number(world: World) -> list[Identity]:
    world.set_asset(world.ready("one"), versionNumber=4)
    return [("newest", "acme/shop/one")]


def delete_marker(world: World) -> list[Identity]:
    world.s3.delete_object(Bucket=ORIGINALS, Key=world.ready("one").original_key)
    return [("hidden", "acme/shop/one")]


def unknown_upload(world: World) -> list[Identity]:
    world.uploading("film")
    abort_uploads(world, "film")
    [upload] = world.assets()["film"].uploads
    return [("unknown-upload", f"acme/shop/film upload {upload.id}")]


def unreserved_upload(world: World) -> list[Identity]:
    key = world.ready("one").original_key
    begun = world.s3.create_multipart_upload(Bucket=ORIGINALS, Key=key)["UploadId"]
    return [("unreserved-upload", f"{key} upload {begun}")]


def no_sweep(world: World) -> list[Identity]:
    long_ago = timestamp(world.now - timedelta(days=2))
    [upload] = world.uploading("film", expires_at=long_ago).uploads
    return [("overdue-reservation", f"acme/shop/film upload {upload.id}")]


def no_manifest(world: World) -> list[Identity]:
    asset = world.ready("one")
    world.s3.delete_object(Bucket=RENDITIONS, Key=asset.ref.rendition(asset.tag or "", MANIFEST))
    return [("manifest", "acme/shop/one")]


def outside_the_scheme(world: World) -> list[Identity]:
    world.put("originals/acme/stray.jpg")
    return [("outside-scheme", "originals/acme/stray.jpg")]


def no_asset(world: World) -> list[Identity]:
    world.put("originals/acme/shop/nobody-photo.jpg")
    return [("no-asset", "originals/acme/shop/nobody-photo.jpg")]


def other_key(world: World) -> list[Identity]:
    world.ready("one")
    world.put("originals/acme/shop/one-other.jpg")
    return [("other-key", "originals/acme/shop/one-other.jpg")]


def lost_asset(world: World) -> list[Identity]:
    asset = world.ready("one")
    world.remove("ASSET#acme#one", "ASSET")
    world.set(f"ORG#{ORG}", "USAGE", bytes=0, assets=0)
    return [
        ("version-without-asset", f"ASSET#acme#one VERSION#{asset.version_id}"),
        ("no-asset", asset.original_key),
    ]


def unreadable_asset(world: World) -> list[Identity]:
    world.set_asset(world.ready("one"), status="nonsense")
    world.set(f"ORG#{ORG}", "USAGE", bytes=0, assets=0)
    return [("asset", "acme/one")]


def bad_member(world: World) -> list[Identity]:
    world.set("MEMBER#m", "MEMBER", orgId=ORG, role="owner", name="M")
    return [("member", "MEMBER#m")]


def bad_limits(world: World) -> list[Identity]:
    world.set(f"ORG#{ORG}", "LIMITS", bytes=-1)
    return [("limits", "acme LIMITS")]


def negative_counter(world: World) -> list[Identity]:
    world.set(f"ORG#{ORG}", "USAGE#2026-01-15", addedBytes=-1)
    return [("day-counters", "acme USAGE#2026-01-15")]


def bad_comment(world: World) -> list[Identity]:
    comment = world.comment(world.ready("one"))
    world.set("ASSET#acme#one", f"COMMENT#{comment.id}", author="M")
    return [("comment", f"acme#one COMMENT#{comment.id}")]


def bad_comment_count(world: World) -> list[Identity]:
    world.comment(world.ready("one"))
    world.set("ASSET#acme#one", "COMMENTS", count=-1)
    return [("comments", "acme#one COMMENTS")]


BREAKAGES = [
    *(wrong_count, too_few_seen, lost_object, lost_newest_object, other_size, unnamed_object),
    *(older_is_newest, wrong_number, delete_marker, unknown_upload, unreserved_upload, no_sweep),
    *(no_manifest, outside_the_scheme, no_asset, other_key, lost_asset, unreadable_asset),
    *(bad_member, bad_limits, negative_counter, wrong_bytes, bad_comment, bad_comment_count),
]


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_what_is_broken_is_named_and_nothing_else(
    world: World, breakage: Callable[[World], list[Identity]]
) -> None:
    expected = breakage(world)
    world.ready("sound")

    assert world.wrong() == expected


def test_originals_that_a_deletion_has_left_are_named(world: World) -> None:
    world.deleted("gone")
    assert world.fsck() == []

    asset = world.half_deleted("going")
    assert world.wrong() == [("deleted-asset", asset.original_key)]


def test_what_just_arrived_is_on_its_way(world: World) -> None:
    world.put("originals/acme/shop/new-photo.jpg")
    key = world.ready("one").original_key
    world.put(key)
    world.now = datetime.now(UTC)
    begun = OpenUpload(key=key, id="u", since=world.now)

    assert world.fsck() == []
    assert list(upload_findings(begun, None, lambda moment: moment < world.now)) == []


def test_one_organisation_is_looked_at_alone(world: World) -> None:
    world.ready("one")
    world.put("originals/rival/shop/nobody-photo.jpg")
    world.set("ORG#rival", "USAGE", assets=3)

    assert world.fsck(ORG) == []
    assert len(world.fsck("rival")) == 2


def test_what_is_sound_at_the_second_look_is_not_told() -> None:
    findings = [Finding(check="c", subject="s", message="m")]
    look = Look(lambda: findings, again=list)

    assert list(confirmed([look], lambda: None)) == []


def test_mending_makes_the_counters_the_sums(world: World) -> None:
    furnished(world)
    right = DynamoLedger(table=world.table).usage(ORG)
    world.set(f"ORG#{ORG}", "USAGE", bytes=1, reservedBytes=5, assets=99)

    assert world.register.mend(ORG) == (Usage(bytes=1, reserved_bytes=5, assets=99), right)
    assert DynamoLedger(table=world.table).usage(ORG) == right
    assert world.register.mend(ORG) is None


def test_nothing_is_mended_where_an_asset_can_not_be_read(world: World) -> None:
    furnished(world)
    world.set(f"ASSET#{ORG}#odd", "ASSET", status="no status")
    before = DynamoLedger(table=world.table).usage(ORG)
    world.set(f"ORG#{ORG}", "USAGE", assets=99)

    with pytest.raises(Unreadable, match="fsck names it"):
        world.register.mend(ORG)

    assert DynamoLedger(table=world.table).usage(ORG) == replace(before, assets=99)


def test_mending_loses_no_write_that_comes_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.ready("one")
    world.set(f"ORG#{ORG}", "USAGE", bytes=1)
    compared, names = Register.compared, iter(["two"])

    def interrupted(self: Register, org_id: str) -> tuple[Usage, Usage]:
        found = compared(self, org_id)
        for name in names:
            world.ready(name)
        return found

    monkeypatch.setattr(Register, "compared", interrupted)
    world.register.mend(ORG)

    assert world.fsck() == []


def test_a_version_that_was_removed_is_no_finding(world: World) -> None:
    """The catalogue remembers it while its event may come again."""
    world.ready("one")
    world.set("ASSET#acme#gone", "VERSION#v", removed=True)

    assert world.fsck() == []
