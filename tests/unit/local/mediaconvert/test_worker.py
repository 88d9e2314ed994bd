"""What is told of a job while it works, and in which order."""

from __future__ import annotations

import threading
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from local.mediaconvert.events import Event
from local.mediaconvert.job import Job, Phase, Progress, Status
from local.mediaconvert.jobs import Jobs
from local.mediaconvert.storage import Storage
from local.mediaconvert.worker import Worker
from tests.unit.local.mediaconvert.stand_ins import JOB, ROLE, Buckets, Clock, Encoder, until


def job(**facts: Any) -> Job:
    return Job(
        id="1-a",
        arn="arn:aws:mediaconvert:eu-west-1:123456789012:jobs/1-a",
        queue="arn:aws:mediaconvert:eu-west-1:123456789012:queues/Default",
        role=ROLE,
        settings=JOB["Settings"],
        created_at=0,
        **facts,
    )


def test_updates_come_at_the_job_s_interval_until_it_ends() -> None:
    asked: list[int] = []
    events: list[Event] = []
    jobs, encoder = Jobs(clock=Clock(), announce=events.append), Encoder(percents=(2,))

    def interval(job: Job) -> float:
        asked.append(job.update_seconds)
        return 0.01

    worker = Worker(
        jobs=jobs,
        open_storage=lambda _, cancelled: Storage(Buckets(), cancelled),
        encode=encoder,
        update_seconds=interval,
    )
    jobs.add(job(update_interval="SECONDS_15"))
    started = jobs.move("1-a", Status.PROGRESSING)
    assert started
    thread = threading.Thread(target=worker, args=(started, threading.Event()))
    thread.start()
    until(lambda: len(_progress_of(events, Phase.TRANSCODING)) >= 3)
    encoder.free.set()
    thread.join()

    assert set(asked) == {15}
    assert "reports of 1-a" not in {alive.name for alive in threading.enumerate()}
    assert [event.detail["status"] for event in (events[0], events[-1])] == [
        "PROGRESSING",
        "COMPLETE",
    ]
    assert _progress_of(events, Phase.TRANSCODING)[-1] == {  # as in the documented example
        "phaseProgress": {
            "PROBING": {"status": "COMPLETE", "percentComplete": 100},
            "TRANSCODING": {"status": "PROGRESSING", "percentComplete": 2},
            "UPLOADING": {"status": "PENDING", "percentComplete": 0},
        },
        "jobPercentComplete": 7,
        "currentPhase": "TRANSCODING",
        "retryCount": 0,
    }


def _progress_of(events: list[Event], phase: Phase) -> list[dict[str, Any]]:
    """What was said of the job's progress in `phase`."""
    told = [event.detail.get("jobProgress", {}) for event in list(events)]
    return [progress for progress in told if progress.get("currentPhase") == phase]


@given(st.lists(st.tuples(st.sampled_from(Phase), st.integers(0, 100)), min_size=2, max_size=2))
def test_a_later_phase_or_percent_is_never_less_of_the_job(points: list[tuple[Phase, int]]) -> None:
    order = list(Phase)
    first, second = sorted(points, key=lambda point: (order.index(point[0]), point[1]))

    before, after = (
        Progress(phase=phase, percent=percent).of_job for phase, percent in (first, second)
    )

    assert 0 <= before <= after <= 100


@given(st.lists(st.sampled_from(Status)))
def test_whatever_is_tried_a_job_goes_its_legal_way_and_each_step_is_told(
    tries: list[Status],
) -> None:
    events: list[Event] = []
    jobs = Jobs(clock=Clock(), announce=events.append)
    jobs.add(job())

    taken = [status for status in tries if jobs.move("1-a", status)]
    jobs.report("1-a")
    jobs.note("1-a", Progress(phase=Phase.UPLOADING))

    told = [event.detail["status"] for event in events]
    assert told == [*taken, *(["STATUS_UPDATE"] if taken == [Status.PROGRESSING] else [])]
    assert taken in (
        [],
        [Status.CANCELED],
        [Status.PROGRESSING],
        [Status.PROGRESSING, Status.COMPLETE],
        [Status.PROGRESSING, Status.CANCELED],
        [Status.PROGRESSING, Status.ERROR],
    )
    assert jobs.get("1-a").status == (taken[-1] if taken else Status.SUBMITTED)
