"""Whatever comes in whatever order, also in between: no older run touches a newer one's record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from spool.errors import AssetErrorCode, Superseded, Transient
from spool.events import SEQUENCER_DIGITS, ObjectCreated, Run
from spool.model import MOVES, Asset, AssetError, Declaration, Status, Upload
from spool.quotas import Usage
from spool.services import lifecycle
from spool.services.intake import Intake
from spool.services.ports import NOTHING, Beside
from tests.unit.services.fakes import (
    MemoryCatalogue,
    MemoryExecutions,
    MemoryReconciliations,
    TickingClock,
)

KEY = "originals/org/proj/media_1-a.jpg"
UPLOAD = Upload(id="upload_1", bytes=10, exact=True, expires_at="2025-01-15T11:00:00.000Z")
ERROR = AssetError(AssetErrorCode.CORRUPT, "It is damaged.", "inspect_original", "now")


def started(asset: Asset) -> Asset:
    return lifecycle.processing(asset, "now")


def event(version: int, attempt: int | None = None, key: str = KEY) -> ObjectCreated:
    return ObjectCreated(
        bucket="originals",
        key=key,
        version_id=f"v{version}",
        sequencer=f"{version:04X}".ljust(SEQUENCER_DIGITS, "0"),
        size=10,
        event_id=f"event-{version}",
        attempt=attempt,
    )


class WatchedCatalogue(MemoryCatalogue):
    """Checks each write against the rules of the table of moves."""

    def update(self, before: Asset, after: Asset, beside: Beside = NOTHING) -> bool:
        if not super().update(before, after, beside):
            return False
        assert after.rev == before.rev + 1
        assert (after.sequencer or "") >= (before.sequencer or "")
        same_version = after.version_id == before.version_id
        assert not same_version or after.attempt >= before.attempt
        newer = not same_version or after.attempt > before.attempt
        if newer:
            assert before.status is not Status.DELETED
            assert after.status is Status.QUEUED
        elif after.versions_seen > before.versions_seen:  # an older one, late
            assert after.status is before.status
        else:
            assert after.status in MOVES[before.status]
        return True


class AnyOrder(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.catalogue, self.executions = WatchedCatalogue(), MemoryExecutions()
        self.intake = Intake(
            catalogue=self.catalogue,
            executions=self.executions,
            reconciliations=MemoryReconciliations(),
            recipe="1",
            private_projects=(),
            clock=TickingClock(),
        )
        self.published: list[tuple[str, int]] = []

    @rule(version=st.integers(1, 4), attempt=st.none() | st.integers(1, 3))
    def an_event_arrives(self, version: int, attempt: int | None) -> None:
        with suppress(Superseded):
            self.intake.admit(event(version, attempt))

    @rule(data=st.data())
    def a_run_moves_on(self, data: st.DataObject) -> None:
        self._step(data)()

    @rule(data=st.data())
    def a_run_moves_on_while_another_writes(self, data: st.DataObject) -> None:
        step = self._step(data)
        self.catalogue.meanwhile = self._step(data)
        step()
        self.catalogue.meanwhile = None

    @rule(data=st.data(), version=st.integers(1, 4))
    def a_run_moves_on_while_an_event_arrives(self, data: st.DataObject, version: int) -> None:
        step = self._step(data)
        self.catalogue.meanwhile = lambda: self.an_event_arrives(version, None)
        step()
        self.catalogue.meanwhile = None

    @invariant()
    def the_newest_event_wins(self) -> None:
        asset = self.catalogue.get("org", "media_1")
        runs = list(self.executions.runs.values())
        if asset is not None and runs:
            assert asset.sequencer == max(run.sequencer for run in runs)

    @invariant()
    def nothing_older_is_published(self) -> None:
        assert self.published == sorted(self.published)

    def _step(self, data: st.DataObject) -> Callable[[], None]:
        """Some run's next act; runs that nobody started do nothing."""
        runs = list(self.executions.runs.values())
        if not runs:
            return lambda: None
        run = data.draw(st.sampled_from(runs))
        act = data.draw(st.sampled_from([self._start, self._publish, self._fail, self._delete]))

        def step() -> None:
            with suppress(Superseded):
                asset = lifecycle.change_run(self.catalogue, run, partial(act, run))
                assert (asset.version_id, asset.attempt) == (run.version_id, run.attempt)
                if asset.status is Status.READY:
                    self.published.append((run.sequencer, run.attempt))

        return step

    def _start(self, _run: Run, asset: Asset) -> Asset:
        return lifecycle.processing(asset, "now")

    def _publish(self, run: Run, asset: Asset) -> Asset:
        return lifecycle.ready(asset, run, {}, "now")

    def _fail(self, _run: Run, asset: Asset) -> Asset:
        return lifecycle.failed(asset, ERROR)

    def _delete(self, _run: Run, asset: Asset) -> Asset:
        return lifecycle.deleted(asset)


AnyOrder.TestCase.settings = settings(max_examples=150, stateful_step_count=30)
TestAnyOrder = AnyOrder.TestCase


def test_an_asset_that_others_never_stop_writing_is_tried_again_later() -> None:
    catalogue = MemoryCatalogue()
    lifecycle.change(catalogue, "org", "media_1", lambda a: lifecycle.arrived(a, event(1), "now"))

    def busy(asset: Asset | None) -> Asset:
        assert asset is not None
        catalogue.update(asset, lifecycle.declared(asset, Declaration("b.jpg", "other"), UPLOAD))
        return lifecycle.declared(asset, Declaration("a.jpg", "mine"), UPLOAD)

    with pytest.raises(Transient):
        lifecycle.change(catalogue, "org", "media_1", busy)


def test_what_was_on_its_way_to_a_deleted_asset_expires_at_once() -> None:
    catalogue = MemoryCatalogue()
    step = lifecycle.arrived(None, event(1), "2025-01-15T10:00:00.000Z")
    asset = lifecycle.declared(step.asset, Declaration("a.jpg", "mine"), UPLOAD)
    catalogue.insert(asset)
    assert catalogue.expired("2025-01-15T10:00:00.000Z", 10) == []

    catalogue.update(asset, lifecycle.deleted(asset))

    assert [one.id for one in catalogue.expired("2025-01-15T10:00:00.000Z", 10)] == ["media_1"]
    assert catalogue.usage("org") == Usage()
