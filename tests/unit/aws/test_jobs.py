"""The adapters on moto, and beside them the fake that the services' tests use: they must agree. The
records and counters of jobs are right whatever order the news come in, and however often."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations, pairwise
from typing import Any, Protocol, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spool.aws import clients
from spool.aws.job_book import DynamoJobBook
from spool.aws.jobs import DynamoJobs
from spool.errors import AssetErrorCode
from spool.formats import Family
from spool.jobs import Job, JobChange, JobId, JobStatus
from spool.model import Asset, AssetError, Status, timestamp
from spool.services import lifecycle
from spool.services.recording import JobRecorder
from spool.services.run_ports import JobBook, JobQuery, Jobs
from tests.unit.aws.test_catalogue import counting
from tests.unit.services.fakes import MemoryJobs
from tests.unit.services.test_lifecycle import event

NOW = datetime(2025, 1, 15, 10, tzinfo=UTC)
AT = timestamp(NOW)
DAY = AT[:10]


class Kept(Jobs, JobBook, Protocol):
    """Both ports, as tests look at what they have written."""


class OnMoto:
    def __init__(self, table: str) -> None:
        self._reads = DynamoJobs(table=table)
        self._book = DynamoJobBook(table=table, clock=lambda: NOW, kept_days=90)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._book if name == "record" else self._reads, name)


@pytest.fixture(params=["dynamodb", "memory"])
def jobs(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        return MemoryJobs()
    return on_moto(request.getfixturevalue("table"))


def on_moto(table: str) -> Kept:
    moto: Any = OnMoto(table)
    return cast("Kept", moto)


FAILURE = AssetError(AssetErrorCode.CORRUPT, "It is damaged.", "inspect_original", AT)


class History:
    """An asset, and every state it was in."""

    def __init__(self, media_id: str = "media_1") -> None:
        self.media_id = media_id
        self.states: list[Asset] = []

    def do(self, what: str) -> None:
        """Nothing where it can't be done."""
        asset = self.states[-1] if self.states else None
        after = self._arrived(asset) if what == "arrive" else asset and self._moved(asset, what)
        if after is not None and after is not asset:
            self.states.append(after)

    def _arrived(self, asset: Asset | None) -> Asset | None:
        if asset is not None and asset.status is Status.DELETED:
            return None
        number = 1 if asset is None else asset.versions_seen + 1
        key = f"originals/org/proj/{self.media_id}-a.jpg"
        return lifecycle.arrived(asset, event(number, key=key), AT).asset

    def _moved(self, asset: Asset, what: str) -> Asset | None:
        again = replace(event(asset.version_number), key=asset.original_key)
        moves: dict[str, tuple[Status, Callable[[], Asset]]] = {
            "start": (Status.QUEUED, lambda: lifecycle.processing(asset, AT)),
            "fail": (Status.PROCESSING, lambda: lifecycle.failed(asset, FAILURE)),
            "retry": (
                Status.FAILED,
                lambda: lifecycle.queued_again(
                    asset, replace(again, attempt=asset.attempt + 1), AT
                ),
            ),
            "finish": (
                Status.PROCESSING,
                lambda: replace(
                    asset, status=Status.READY, rev=asset.rev + 1, processed_at=AT, tag="0" * 12
                ),
            ),
        }
        if what == "delete":
            return None if asset.status is Status.DELETED else lifecycle.deleted(asset)
        needed, move = moves[what]
        return move() if asset.status is needed else None

    def changes(self) -> list[JobChange]:
        steps = pairwise([None, *self.states])
        found = [JobChange.of(before, after, AT) for before, after in steps if after is not None]
        return [change for change in found if change is not None]

    def jobs(self) -> dict[JobId, JobStatus]:
        """What became of each run, told from the states in their order."""
        found: dict[JobId, JobStatus] = {}
        for asset in self.states:
            newest = Job.newest(asset)
            for job_id, status in found.items():
                if status.is_active and (newest is None or newest.id != job_id):
                    found[job_id] = JobStatus.SUPERSEDED
            if newest is not None:
                found[newest.id] = newest.status
        return found


def check(jobs: Kept, histories: Sequence[History]) -> None:
    expected = {job: status for history in histories for job, status in history.jobs().items()}
    for job_id, status in expected.items():
        stored = jobs.get("org", job_id)
        assert stored is not None
        assert stored.status is status
    now, days = jobs.counted("org", [DAY])
    statuses = Counter(expected.values())
    assert now.get("queued", 0) == statuses[JobStatus.QUEUED]
    assert now.get("running", 0) == statuses[JobStatus.PROCESSING]
    counts = days.get(DAY, {})
    assert counts.get("queued", 0) == len(expected)
    for status in (JobStatus.READY, JobStatus.FAILED, JobStatus.SUPERSEDED):
        assert counts.get(status.value, 0) == statuses[status]


WHAT = st.sampled_from(["arrive", "start", "fail", "retry", "finish", "delete"])


@settings(max_examples=300)
@given(st.lists(st.lists(WHAT, max_size=14), min_size=1, max_size=3), st.randoms())
def test_news_in_any_order_and_more_than_once_count_once(
    plans: list[list[str]], chance: random.Random
) -> None:
    told(MemoryJobs(), plans, chance)


def told(jobs: Kept, plans: list[list[str]], chance: random.Random) -> None:
    histories = [History(f"media_{number}") for number in range(len(plans))]
    for history, plan in zip(histories, plans, strict=True):
        for what in ("arrive", *plan):
            history.do(what)
    news = [change for history in histories for change in history.changes()]
    news += chance.sample(news, len(news) // 2)
    chance.shuffle(news)
    recorder = JobRecorder(book=jobs)
    heard = [recorder.hear(JobChange.from_dict(change.to_dict())) for change in news]
    assert sum(heard) == len({(change.media_id, change.rev) for change in news})
    check(jobs, histories)


@pytest.mark.parametrize("seed", range(4))
def test_so_it_is_in_the_table(table: str, seed: int) -> None:
    chance = random.Random(seed)
    choices = ["arrive", "start", "start", "fail", "retry", "finish", "delete"]
    plans = [chance.choices(choices, k=10) for _ in range(4)]
    moto = on_moto(table)

    told(moto, plans, chance)


def job(number: int = 1, **fields: Any) -> Job:
    defaults: dict[str, Any] = {
        "org_id": "org",
        "project_id": "proj",
        "media_id": f"m{number}",
        "version_id": "v1",
        "version_number": 1,
        "attempt": 1,
        "status": JobStatus.READY,
        "rev": 3,
        "type": Family.IMAGE,
        "queued_at": f"2025-01-15T{number // 60:02}:{number % 60:02}:00.000Z",
    }
    return Job(**{**defaults, **fields})


def store(jobs: Kept, one: Job) -> None:
    change = JobChange(
        org_id=one.org_id,
        media_id=one.media_id,
        rev=one.rev,
        job=one,
        before=None,
        overtaken=None,
        overtaken_before=None,
    )
    assert JobRecorder(book=jobs).hear(change)


def test_a_job_comes_back_as_it_was_stored(jobs: Kept) -> None:
    full = job(status=JobStatus.FAILED, started_at=AT, ended_at=AT, error=FAILURE)
    store(jobs, full)

    assert jobs.get("org", full.id) == full
    assert jobs.get("other", full.id) is None


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_are_complete_and_newest_first(jobs: Kept, limit: int) -> None:
    for number in range(7):
        store(jobs, job(number))
    query = JobQuery(org_id="org", limit=limit)
    page = jobs.find(query)
    found = list(page.jobs)
    while page.next is not None:
        page = jobs.find(replace(query, after=page.next))
        found += page.jobs

    assert [one.media_id for one in found] == [f"m{number}" for number in reversed(range(7))]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, "m4 m3 m2 m1"),
        ({"project_id": "other"}, "m2"),
        ({"status": JobStatus.FAILED}, "m3"),
        ({"type": Family.VIDEO}, "m4"),
        ({"type": Family.VIDEO, "status": JobStatus.READY, "project_id": "proj"}, "m4"),
        ({"since": "2025-01-15T00:03:00.000Z"}, "m4 m3"),
        ({"until": "2025-01-15T00:02:00.000Z"}, "m2 m1"),
        ({"org_id": "nobody"}, ""),
    ],
)
def test_lists_are_filtered(jobs: Kept, filters: dict[str, Any], found: str) -> None:
    store(jobs, job(1))
    store(jobs, job(2, project_id="other"))
    store(jobs, job(3, status=JobStatus.FAILED))
    store(jobs, job(4, type=Family.VIDEO))
    store(jobs, job(5, org_id="elsewhere"))

    page = jobs.find(JobQuery(**{"org_id": "org", "limit": 10, **filters}))

    assert [one.media_id for one in page.jobs] == found.split()


def test_a_job_moves_to_the_list_of_its_new_status(jobs: Kept) -> None:
    store(jobs, job(status=JobStatus.PROCESSING))
    store(jobs, job(rev=4))

    def listed(status: JobStatus) -> int:
        return len(jobs.find(JobQuery(org_id="org", limit=5, status=status)).jobs)

    assert (listed(JobStatus.READY), listed(JobStatus.PROCESSING)) == (1, 0)


SETS: list[dict[str, Any]] = [
    dict(chosen)
    for size in range(4)
    for chosen in combinations(
        {"project_id": "proj", "status": JobStatus.FAILED, "type": Family.VIDEO}.items(), size
    )
]


def test_a_page_reads_one_job_more_than_it_gives_however_it_is_filtered(table: str) -> None:
    moto: Any = OnMoto(table)
    for number in range(20):
        store(moto, job(2 * number, status=JobStatus.FAILED, type=Family.VIDEO))
        store(moto, job(2 * number + 1, project_id="other"))
    for filters in SETS:
        reads: list[int] = []
        reader = DynamoJobs(table=table, client=lambda reads=reads: counting(reads))  # type: ignore[misc]
        assert len(reader.find(JobQuery(org_id="org", limit=5, **filters)).jobs) == 5
        assert reads == [6]


def test_statistics_are_one_read(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    moto: Any = OnMoto(table)
    store(moto, job(status=JobStatus.QUEUED))
    client, calls = clients.dynamodb(), []
    client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))

    now, days = moto.counted("org", ["2025-01-14", DAY])

    assert calls == ["BatchGetItem"]
    assert (now, days[DAY]["queued"]) == ({"queued": 1}, 1)


def test_records_expire_and_what_was_counted_is_known_for_longer_than_news_return(
    table: str,
) -> None:
    moto: Any = OnMoto(table)
    store(moto, job())

    items = clients.dynamodb().scan(TableName=table)["Items"]
    expiry = {
        item["sk"]["S"]: float(item["expiresAt"]["N"]) - NOW.timestamp()
        for item in items
        if item["pk"]["S"].startswith("JOBS#")
    }
    assert expiry == {"JOB#1.1": 90 * 86400, "COUNTED#3": 60 * 86400}
