"""The table is lost, or some of it, and is made again of what S3 keeps."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from operate.checks import StoredVersion
from operate.recreate import LEAP, OLDEST, numbered
from spool.aws import clients
from spool.aws.intake_queue import IntakeQueue
from spool.aws.ledger import DynamoLedger
from spool.events import ObjectCreated
from spool.model import Asset, Status
from spool.services import lifecycle
from tests.unit.conftest import ORIGINALS
from tests.unit.operate.world import ORG, World


def known(asset: Asset) -> Asset:
    """All that a rebuild recreates."""
    return replace(
        asset, rev=0, sequencer=None, correlation_id=None, declared=None, private_exif={}
    )


def test_a_wiped_table_is_recreated(world: World) -> None:
    world.ready("photo")
    world.ready("replaced")
    world.ready("replaced", b"a longer photo's bytes")
    world.ready("hidden", private=True)
    before, usage = world.assets(), DynamoLedger(table=world.table).usage(ORG)
    world.wipe()

    said = world.rebuild()

    after = world.assets()
    assert list(map(known, after.values())) == list(map(known, before.values()))
    assert [line.split(":")[0] for line in said] == [
        f"recreated  acme/shop/{name}" for name in ("hidden", "photo", "replaced")
    ]
    assert DynamoLedger(table=world.table).usage(ORG) == usage
    assert all(after[name].rev > before[name].rev for name in before)
    assert world.fsck() == []


def test_a_second_rebuild_changes_nothing(world: World) -> None:
    world.ready("photo")
    world.ready("photo")
    world.arrived("queued")
    world.wipe()
    world.rebuild()
    before = list(world.register.items())

    assert world.rebuild() == []
    assert list(world.register.items()) == before


def test_nothing_is_written_unless_it_is_meant(world: World) -> None:
    world.ready("photo")
    world.wipe()

    [said] = world.rebuild(really=False)

    assert said == "would recreate  acme/shop/photo: ready, 1 version(s), 15 bytes"
    assert list(world.register.items()) == []


def test_what_was_never_made_is_left_failed_and_as_private_as_can_be(world: World) -> None:
    world.arrived("queued")
    world.wipe()

    world.rebuild(private=True)

    asset = world.assets()["queued"]
    assert asset.status is Status.FAILED
    assert asset.private
    assert asset.error is not None
    assert (asset.error.code, asset.error.stage) == ("INTERNAL", "rebuild")
    assert world.fsck() == []


def test_a_replacement_that_never_became_ready_leaves_the_picture(world: World) -> None:
    first = world.ready("photo")
    second = world.arrived("photo", b"never processed")
    world.wipe()

    world.rebuild()

    asset = world.assets()["photo"]
    assert (asset.status, asset.tag) == (Status.FAILED, first.tag)
    assert (asset.version_id, asset.version_number) == (second.version_id, 2)
    assert asset.processed == first.processed


def test_what_was_left_failed_can_be_processed_again(world: World) -> None:
    world.arrived("queued")
    world.ready("photo")
    world.wipe()
    queue = clients.sqs().create_queue(QueueName="intake")["QueueUrl"]
    intake = IntakeQueue(queue_url=queue, bucket=ORIGINALS)

    world.rebuild(intake=intake)

    [message] = clients.sqs().receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    event = ObjectCreated.from_event(json.loads(message["Body"]))
    asset = world.assets()["queued"]
    assert (event.key, event.version_id, event.size) == (asset.original_key, asset.version_id, 15)
    again = lifecycle.queued_again(asset, event, "now")
    assert (again.status, again.error) == (Status.QUEUED, None)


def test_an_event_that_comes_after_the_rebuild_wins(world: World) -> None:
    world.ready("photo")
    world.wipe()
    world.rebuild()
    assert world.assets()["photo"].sequencer == OLDEST

    newer = world.arrived("photo", b"newer")

    assert (newer.status, newer.version_number) == (Status.QUEUED, 2)


def test_versions_that_a_damaged_asset_lacks_are_added(world: World) -> None:
    first = world.ready("photo")
    world.ready("photo")
    world.remove("ASSET#acme#photo", f"VERSION#{first.version_id}")

    assert world.rebuild() == [f"added  acme/shop/photo version {first.version_id}"]
    assert world.fsck() == []
    assert {v.number for v in world.catalogue.versions(first.ref)} == {1, 2}


def test_an_asset_whose_item_alone_is_lost_comes_back_with_its_versions(world: World) -> None:
    world.ready("photo")
    asset = world.ready("photo", b"second")
    world.remove("ASSET#acme#photo", "ASSET")

    world.rebuild()

    assert known(world.assets()["photo"]) == known(asset)
    assert world.assets()["photo"].rev == asset.rev + LEAP
    assert world.fsck() == []


def test_a_version_that_is_on_its_way_is_left_to_its_event(world: World) -> None:
    world.put(world.ready("photo").original_key)

    assert world.rebuild() == []


def test_what_was_deleted_stays_so_while_the_table_says_it(world: World) -> None:
    world.half_deleted("gone")

    assert world.rebuild(private=True) == []
    assert world.assets()["gone"].status is Status.DELETED


def test_what_is_outside_the_scheme_is_said_and_left(world: World) -> None:
    world.put("originals/acme/stray.jpg")

    [said] = world.rebuild()

    assert said.startswith("left  originals/acme/stray.jpg: ")


@given(
    count=st.integers(1, 8),
    known=st.dictionaries(st.integers(0, 9), st.integers(1, 12)).filter(
        lambda found: len(set(found.values())) == len(found)
    ),
)
def test_numbers_of_versions_are_unique_and_keep_what_is_known(
    count: int, known: dict[int, int]
) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    stored = [StoredVersion(id=str(n), size=1, at=at) for n in range(count)]
    said = {str(n): number for n, number in known.items()}

    numbers = numbered(stored, said)

    assert set(numbers) == {version.id for version in stored}
    assert len(set(numbers.values())) == count
    assert all(numbers[one] == number for one, number in said.items() if one in numbers)
    assert min(numbers.values()) >= 1


STEPS = st.lists(
    st.tuples(st.sampled_from(["ready", "arrived", "deleted"]), st.sampled_from("abc")),
    min_size=1,
    max_size=6,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happened_a_rebuild_of_nothing_is_sound(
    world: World, steps: list[tuple[str, str]]
) -> None:
    _empty(world)
    gone: set[str] = set()
    for step, name in steps:
        if name not in gone:
            getattr(world, step)(name)
        if step == "deleted":
            gone.add(name)
    assert world.wrong() == []
    before = world.assets()
    world.wipe()

    world.rebuild()

    assert world.wrong() == []
    after = world.assets()
    before = {name: asset for name, asset in before.items() if name not in gone}
    assert after.keys() == before.keys()
    for name, asset in before.items():
        if asset.status is Status.READY:
            assert known(after[name]) == known(asset)
        else:
            assert after[name].status is Status.FAILED


def _empty(world: World) -> None:
    world.wipe()
    for original in world.shelf.originals():
        for version in original.stored:
            world.s3.delete_object(Bucket=ORIGINALS, Key=original.key, VersionId=version.id)
    for page in world.s3.list_objects_v2(Bucket="renditions").get("Contents", []):
        world.s3.delete_object(Bucket="renditions", Key=page["Key"])
