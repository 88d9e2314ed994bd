"""Queues: order, concurrency, pause, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.local.mediaconvert.stand_ins import Bench, until


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.service.stop()


def test_a_full_queue_keeps_the_next_job_submitted_until_one_ends(bench: Bench) -> None:
    bench.client.create_queue(Name="narrow", ConcurrentJobs=1)
    first, second = (bench.create(Queue="narrow") for _ in range(2))
    elsewhere = bench.create()

    statuses = [bench.status(job_id) for job_id in (first, second, elsewhere)]

    assert statuses == ["PROGRESSING", "SUBMITTED", "PROGRESSING"]
    described = bench.client.get_queue(Name="narrow")["Queue"]
    assert described["ConcurrentJobs"] == 1
    assert (described["SubmittedJobsCount"], described["ProgressingJobsCount"]) == (1, 1)
    bench.client.cancel_job(Id=first)
    until(lambda: bench.status(second) == "PROGRESSING")


def test_the_machine_s_limit_holds_over_all_queues() -> None:
    bench = Bench(at_once=1)
    bench.client.create_queue(Name="other")
    first, second = bench.create(), bench.create(Queue="other")

    assert [bench.status(first), bench.status(second)] == ["PROGRESSING", "SUBMITTED"]
    bench.service.stop()


def test_a_higher_priority_goes_first_and_equals_as_they_came(bench: Bench) -> None:
    bench.encoder.free.set()
    bench.client.create_queue(Name="narrow", ConcurrentJobs=1, Status="PAUSED")
    jobs = [
        bench.create(Queue="narrow", Priority=priority, UserMetadata={"name": name})
        for name, priority in (("a", 0), ("b", 5), ("c", 0), ("d", 5), ("e", -1))
    ]

    bench.client.update_queue(Name="narrow", Status="ACTIVE")
    for job_id in jobs:
        bench.ended(job_id)

    started = [d["userMetadata"]["name"] for d in bench.details if d["status"] == "PROGRESSING"]
    assert "".join(started) == "bdace"


def test_a_paused_queue_holds_its_jobs_and_lets_running_ones_end(bench: Bench) -> None:
    running = bench.create()
    bench.client.update_queue(Name="Default", Status="PAUSED")
    held = bench.create()

    bench.encoder.free.set()

    assert bench.ended(running)["Status"] == "COMPLETE"
    assert bench.status(held) == "SUBMITTED"
    bench.client.update_queue(Name="Default", Status="ACTIVE")
    assert bench.ended(held)["Status"] == "COMPLETE"


def test_a_queue_that_widens_starts_what_waits(bench: Bench) -> None:
    bench.client.create_queue(Name="narrow", ConcurrentJobs=1)
    jobs = [bench.create(Queue="narrow") for _ in range(3)]

    bench.client.update_queue(Name="narrow", ConcurrentJobs=3)

    assert [bench.status(job_id) for job_id in jobs] == ["PROGRESSING"] * 3


def test_queues_by_name_and_arn(bench: Bench) -> None:
    made = bench.client.create_queue(Name="mine", Description="d", Tags={"k": "v"})["Queue"]

    assert made["Arn"] == "arn:aws:mediaconvert:eu-west-1:123456789012:queues/mine"
    assert (made["Type"], made["PricingPlan"]) == ("CUSTOM", "ON_DEMAND")
    job = bench.job(bench.create(Queue=made["Arn"]))
    assert job["Queue"] == made["Arn"]
    names = [queue["Name"] for queue in bench.client.list_queues()["Queues"]]
    assert names == ["Default", "mine"]
    tags = bench.client.list_tags_for_resource(Arn=made["Arn"])["ResourceTags"]["Tags"]
    assert tags == {"k": "v"}


def test_an_arn_of_another_region_is_another_queue(bench: Bench) -> None:
    with pytest.raises(bench.client.exceptions.NotFoundException):
        bench.create(Queue="arn:aws:mediaconvert:us-west-2:123456789012:queues/Default")


def test_a_taken_name_is_a_conflict(bench: Bench) -> None:
    bench.client.create_queue(Name="mine")

    with pytest.raises(bench.client.exceptions.ConflictException):
        bench.client.create_queue(Name="mine")


def test_a_queue_goes_once_its_jobs_have_ended(bench: Bench) -> None:
    bench.client.create_queue(Name="mine")
    job_id = bench.create(Queue="mine")

    with pytest.raises(bench.client.exceptions.ConflictException):
        bench.client.delete_queue(Name="mine")
    bench.client.cancel_job(Id=job_id)
    bench.client.delete_queue(Name="mine")

    with pytest.raises(bench.client.exceptions.NotFoundException):
        bench.client.get_queue(Name="mine")


def test_the_default_queue_stays(bench: Bench) -> None:
    with pytest.raises(bench.client.exceptions.BadRequestException):
        bench.client.delete_queue(Name="Default")


def test_reserved_queues_are_refused(bench: Bench) -> None:
    with pytest.raises(bench.client.exceptions.BadRequestException, match="/pricingPlan"):
        bench.client.create_queue(Name="mine", PricingPlan="RESERVED")


def test_queues_outlive_the_process_and_jobs_don_t(bench: Bench) -> None:
    bench.client.create_queue(Name="mine", ConcurrentJobs=2, Tags={"k": "v"})
    bench.client.update_queue(Name="Default", Status="PAUSED")
    job_id = bench.create()

    later = Bench()
    later.service.restore(bench.service.save())

    mine = later.client.get_queue(Name="mine")["Queue"]
    assert mine["ConcurrentJobs"] == 2
    assert later.client.get_queue(Name="Default")["Queue"]["Status"] == "PAUSED"
    tags = later.client.list_tags_for_resource(Arn=mine["Arn"])["ResourceTags"]["Tags"]
    assert tags == {"k": "v"}
    with pytest.raises(later.client.exceptions.NotFoundException):
        later.client.get_job(Id=job_id)


def test_a_stopped_service_ends_its_work_and_tells_nobody(bench: Bench) -> None:
    bench.create()
    until(lambda: bench.encoder.folders)

    bench.service.stop()

    assert not bench.encoder.folders[0].exists()
    assert bench.statuses == ["PROGRESSING"]
