from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from spool.errors import AssetErrorCode, Conflict, NotFound, Superseded
from spool.events import Run
from spool.keys import RECIPE, tag_of
from spool.model import Asset, AssetError, Status
from spool.services import lifecycle
from spool.services.steering import Canceller, Reprocessing
from spool.services.transcodes import hear
from spool.transcode import JobReport, TranscodeStatus
from tests.unit.services.encoder import Transcoder
from tests.unit.services.fakes import MemoryIntakes
from tests.unit.services.pipeline import Pipeline, picture
from tests.unit.services.test_lifecycle import event

JOB = "media_1.1.1"
NEVER = [
    "media_1.1.2",
    "media_1.2.1",
    "media_9.1.1",
    "media_1.0.1",
    "media_1.1.0",
    "media_1.1",
    "media_1",
    "media_1.1.1.1",
    "media_1.01.1",
    "media_1.1.1\n",
    "media_1#x.1.1",
    "media_1.1." + "9" * 400,
]
"""Ids of no job."""


@pytest.fixture
def work() -> Transcoder:
    return Transcoder()


def canceller(work: Transcoder | Pipeline) -> Canceller:
    transcodes = work.transcodes if isinstance(work, Transcoder) else Transcoder().transcodes
    return Canceller(catalogue=work.catalogue, transcodes=transcodes, clock=Transcoder().clock)


def tell(work: Transcoder, status: TranscodeStatus, **report: Any) -> None:
    said = JobReport(at=work.clock(), status=status, **report)
    hear(work.transcodes, work.run.transcode_key, "job-1", said)


def fail(work: Transcoder, code: AssetErrorCode) -> None:
    error = AssetError(code, "It is so.", "wait_mediaconvert", "now")
    lifecycle.change_run(work.catalogue, work.run, lambda asset: lifecycle.failed(asset, error))


def test_cancelling_twice_is_cancelling_once(work: Transcoder) -> None:
    work.submit()
    first = canceller(work).cancel("org", JOB)
    before = work.record

    assert canceller(work).cancel("org", JOB) == first
    assert first["status"] == "processing"
    assert work.record == before
    tell(work, TranscodeStatus.CANCELED)
    fail(work, AssetErrorCode.CANCELLED)
    assert canceller(work).cancel("org", JOB)["error"]["code"] == "CANCELLED"


@pytest.mark.parametrize("end", ["complete", "failed", "ready", "superseded"])
def test_what_has_ended_can_not_be_cancelled(work: Transcoder, end: str) -> None:
    work.submit()
    match end:
        case "complete":
            tell(work, TranscodeStatus.COMPLETE)
        case "failed":
            fail(work, AssetErrorCode.TIMEOUT)
        case "ready":
            lifecycle.change_run(
                work.catalogue, work.run, lambda a: lifecycle.ready(a, work.run, {}, "now")
            )
        case _:
            work.upload(2)

    with pytest.raises(Conflict):
        canceller(work).cancel("org", JOB)
    assert not work.record.cancel_requested


def test_a_run_that_is_cancelled_before_its_transcoding_never_comes_to_one(
    work: Transcoder,
) -> None:
    view = canceller(work).cancel("org", JOB)

    assert (view["status"], view["stage"]) == ("failed", "processing")
    assert view["error"]["code"] == "CANCELLED"
    with pytest.raises(Superseded):
        work.submit()
    assert canceller(work).cancel("org", JOB) == view


def test_a_picture_that_is_cancelled_in_the_queue_is_not_begun() -> None:
    world = Pipeline()
    run = world.upload(picture())

    assert canceller(world).cancel("org", JOB)["error"]["code"] == "CANCELLED"

    with pytest.raises(Superseded):
        world.inspector.inspect(run)


def test_a_picture_that_is_cancelled_on_its_way_is_not_published() -> None:
    world = Pipeline()
    run = world.upload(picture())
    inspection = world.inspector.inspect(run)
    world.extractor.extract(run, inspection)
    made = world.renderer.render(run, inspection)

    canceller(world).cancel("org", JOB)

    with pytest.raises(Superseded):
        world.publisher.publish(run, inspection, made)
    asset = world.catalogue.assets["org", "media_1"]
    assert (asset.status, asset.tag) == (Status.FAILED, None)


@pytest.mark.parametrize("never", NEVER)
def test_what_never_was_can_not_be_steered(work: Transcoder, never: str) -> None:
    with pytest.raises(NotFound):
        canceller(work).cancel("org", never)
    with pytest.raises(NotFound):
        reprocessing(Pipeline()).retry("org", never)


def reprocessing(world: Pipeline) -> Reprocessing:
    return Reprocessing(
        catalogue=world.catalogue,
        intakes=MemoryIntakes(),
        bucket="originals",
        clock=Transcoder().clock,
    )


def ready(world: Pipeline) -> Asset:
    world.process(world.upload(picture()))
    return world.catalogue.assets["org", "media_1"]


def failed(world: Pipeline, code: AssetErrorCode = AssetErrorCode.CORRUPT) -> Run:
    run = world.upload(picture())
    error = AssetError(code, "It is so.", "inspect_original", "now")
    lifecycle.change_run(world.catalogue, run, lambda asset: lifecycle.failed(asset, error))
    return run


def arrive(world: Pipeline, attempt: int) -> Run:
    """The message that was queued comes to the intake."""
    return world.intake.admit(event(1, attempt))


def test_what_is_made_anew_has_urls_of_its_own_and_the_old_ones_stay_until_then() -> None:
    world = Pipeline()
    before = ready(world)
    steering = reprocessing(world)

    job = steering.reprocess("org", "media_1")

    assert (job["id"], job["status"]) == ("media_1.1.2", "queued")
    assert steering.intakes.queued == [("media_1", before.stored_bytes, 2)]  # type: ignore[attr-defined]
    run = arrive(world, 2)
    under_way = world.catalogue.assets["org", "media_1"]
    assert (under_way.tag, under_way.processed) == (before.tag, before.processed)
    world.process(run)
    after = world.catalogue.assets["org", "media_1"]
    assert after.tag == run.tag == tag_of("v1", RECIPE, edition=1) != before.tag
    assert world.renditions.get(before.ref.rendition(str(before.tag), "lqip.webp"))
    assert world.renditions.get(after.ref.rendition(str(after.tag), "lqip.webp"))


def test_a_retry_of_what_was_never_published_goes_on_under_its_tag() -> None:
    world = Pipeline()
    run = failed(world)

    assert reprocessing(world).retry("org", JOB)["id"] == "media_1.1.2"

    assert arrive(world, 2).tag == run.tag


def test_a_failed_reprocessing_that_is_tried_again_does_not_overwrite_what_is_shown() -> None:
    world = Pipeline()
    before = ready(world)
    reprocessing(world).reprocess("org", "media_1")
    second = arrive(world, 2)
    error = AssetError(AssetErrorCode.INTERNAL, "It is so.", "inspect_original", "now")
    lifecycle.change_run(world.catalogue, second, lambda a: lifecycle.failed(a, error))

    reprocessing(world).retry("org", "media_1.1.2")

    third = arrive(world, 3)
    assert before.tag != second.tag == third.tag


def test_the_intake_may_be_quicker_than_who_asked() -> None:
    world = Pipeline()
    asset = ready(world)
    arrive(world, 2)
    queued = world.catalogue.assets["org", "media_1"]

    assert reprocessing(world).again(asset) is queued


def test_two_who_ask_at_once_get_one_run() -> None:
    world = Pipeline()
    asset = ready(world)
    steering = reprocessing(world)

    assert steering.again(asset) == steering.again(asset)
    assert {attempt for *_, attempt in steering.intakes.queued} == {2}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (Status.UPLOADING, "nothing has been uploaded"),
        (Status.QUEUED, "job media_1.1.1 of it is still queued"),
        (Status.PROCESSING, "still processing"),
        (Status.QUARANTINED, "quarantined"),
    ],
)
def test_only_what_stands_still_is_processed_anew(status: Status, why: str) -> None:
    world = Pipeline()
    asset = ready(world)
    world.catalogue.assets["org", "media_1"] = replace(asset, status=status)
    steering = reprocessing(world)

    with pytest.raises(Conflict, match=why):
        steering.reprocess("org", "media_1")
    assert steering.intakes.queued == []  # type: ignore[attr-defined]


def test_what_is_deleted_is_not_found() -> None:
    world = Pipeline()
    asset = ready(world)
    world.catalogue.update(asset, lifecycle.deleted(asset))

    with pytest.raises(NotFound):
        reprocessing(world).reprocess("org", "media_1")
    with pytest.raises(Conflict):
        reprocessing(world).again(asset)


@pytest.mark.parametrize("end", ["running", "ready", "superseded"])
def test_only_a_failed_run_is_tried_again(end: str) -> None:
    world = Pipeline()
    match end:
        case "running":
            world.upload(picture())
        case "ready":
            ready(world)
        case _:
            failed(world)
            world.upload(picture(), version=2)

    with pytest.raises(Conflict):
        reprocessing(world).retry("org", JOB)
