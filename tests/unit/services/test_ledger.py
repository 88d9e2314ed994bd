"""Counters agree with what is stored, whatever order things come in and wherever a process ends."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from spool.errors import Conflict, NotFound, RequestError, Superseded
from spool.formats import Family
from spool.keys import OriginalKey
from spool.model import Asset, Status
from spool.quotas import Limits, Usage
from spool.services.cursors import Cursors
from spool.services.expiring import Sweep
from spool.services.intake import Intake
from spool.services.managing import AssetManager
from spool.services.multipart import MultipartManager
from spool.services.presigning import MIB, Presigned, Presigning, Wish
from spool.services.removals import Removals
from spool.services.restoring import Restorer
from spool.services.storage_ports import Part
from spool.services.usage import Quotas
from spool.services.versions import VersionDesk
from tests.unit.services.fakes import (
    MemoryCatalogue,
    MemoryExecutions,
    MemoryFingerprints,
    MemoryReconciliations,
    PlainPresigner,
)
from tests.unit.services.storage import Crash, Fault, MemoryStorage, Shaky

LIMITS = Limits(bytes=100 * MIB, assets=3)
LARGEST = 20 * MIB  # so 17 MiB go up in parts, and of unknown size they hold 20
SIZES = (1, 100, 17 * MIB)

media_ids = st.sampled_from(["m1", "m1", "m2", "m3", "m4"])
turns = st.integers(0, 1_000)


class Clock:
    """A millisecond later at each look."""

    def __init__(self) -> None:
        self.now = datetime(2025, 1, 15, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


class Site:
    """All services that change what an organisation holds, over one catalogue and one bucket."""

    def __init__(self) -> None:
        self.catalogue, self.storage = MemoryCatalogue(), MemoryStorage()
        self.clock, self.fault = Clock(), Fault()
        catalogue: Any = Shaky(self.catalogue, self.fault)
        storage: Any = Shaky(self.storage, self.fault)
        executions: Any = Shaky(MemoryExecutions(), self.fault)
        quotas = Quotas(ledger=catalogue, default=LIMITS)
        new_id = map("ours-{}".format, itertools.count(1)).__next__
        uploads: dict[str, Any] = {
            "catalogue": catalogue,
            "presigner": PlainPresigner(),
            "uploads": storage,
            "quotas": quotas,
            "url_expiry": 900,
            "upload_expiry": timedelta(days=7),
            "bytes_limits": {Family.IMAGE: LARGEST},
            "clock": self.clock,
        }
        self.presigning = Presigning(
            **uploads,
            fingerprints=MemoryFingerprints(catalogue),
            private_content=False,
            private_projects=(),
            new_media_id=lambda: "unused",
            new_upload_id=new_id,
        )
        self.multipart = MultipartManager(**uploads, cursors=Cursors(lambda: "key"))
        self.intake = Intake(
            catalogue=catalogue,
            executions=executions,
            reconciliations=MemoryReconciliations(),
            recipe="1",
            private_projects=(),
            clock=self.clock,
        )
        restorer = Restorer(
            catalogue=catalogue, originals=storage, clock=self.clock, new_upload_id=new_id
        )
        self.versions = VersionDesk(
            catalogue=catalogue,
            originals=storage,
            restorer=restorer,
            quotas=quotas,
            cursors=Cursors(lambda: "key"),
        )
        self.removals = Removals(catalogue=catalogue, originals=storage, restorer=restorer)
        self.assets = AssetManager(catalogue=catalogue, private_content=False)
        self.expiring = Sweep(
            catalogue=catalogue, uploads=storage, originals=storage, clock=self.clock
        )

    @property
    def usage(self) -> Usage:
        return self.catalogue.usage("org")

    def presign(self, media_id: str, **wish: Any) -> Presigned:
        wanted = Wish(
            filename="a.jpg",
            content_type="image/jpeg",
            project_id="proj",
            media_id=media_id,
            **wish,
        )
        return self.presigning.presign("org", wanted, "request-1")

    def put(self, ticket: Presigned, size: int) -> None:
        self.storage.put(ticket.key, size, new="if-none-match" in ticket.headers)

    def put_part(self, ticket: Presigned, size: int) -> None:
        self.storage.put_part(ticket.key, str(ticket.upload_id), Part(1, "etag", size))

    def complete(self, ticket: Presigned, etag: str = "etag") -> None:
        self.multipart.complete("org", ticket.key, str(ticket.upload_id), [(1, etag)])

    def abort(self, ticket: Presigned) -> None:
        self.multipart.abort("org", ticket.key, str(ticket.upload_id))

    def deliver(self, number: int) -> None:
        with suppress(Superseded):
            self.intake.admit(self.storage.events[number])

    def deliver_deletion(self, number: int) -> None:
        """Where S3 shows something, nobody's deletion there deletes what arrived here."""
        event = self.storage.deletions[number]
        media_id, shown = OriginalKey.parse(event.key).ref.media_id, self.storage.has(event.key)
        before = self.catalogue.get("org", media_id)
        self.removals.heed(event)
        if shown and before is not None and before.versions_seen:
            assert self.is_deleted(media_id) is (before.status is Status.DELETED)

    def sweep(self) -> None:
        rounds = iter([True] * 3)
        self.expiring.run(lambda: next(rounds, False))

    def remove(self, media_id: str, version_id: str) -> None:
        self.versions.remove("org", media_id, version_id)

    def restore(self, media_id: str, version_id: str) -> None:
        self.versions.restore("org", media_id, version_id, "request-2")

    def delete(self, media_id: str) -> None:
        self.assets.delete("org", media_id)

    def newest(self, media_id: str) -> str | None:
        asset = self.catalogue.get("org", media_id)
        return None if asset is None else asset.version_id

    def is_deleted(self, media_id: str) -> bool:
        asset = self.catalogue.get("org", media_id)
        return asset is not None and asset.status is Status.DELETED

    def summed(self) -> Usage:
        return sum(map(Usage.of, self.catalogue.assets.values()), Usage())

    def stored(self) -> int:
        """Bytes of the versions of those originals whose assets are there."""
        assets = self.catalogue.assets.values()
        live = (asset for asset in assets if asset.status is not Status.DELETED)
        return sum(self.storage.stored(asset.original_key) for asset in live)

    def settle(self) -> None:
        """All events come, also of what is done about them, and all that expires has expired."""
        heard = (0, 0)
        while heard != (now := (len(self.storage.events), len(self.storage.deletions))):
            for number in range(heard[1], now[1]):
                self.deliver_deletion(number)
            for number in range(heard[0], now[0]):
                self.deliver(number)
            heard = now
        self.clock.now += timedelta(days=30)
        self.sweep()


class Interleavings(RuleBasedStateMachine):
    """Things happen in any order, some in the middle of others, and processes end at any call.

    `given_up` are
    assets that somebody deleted; `promised` those whose upload was
    answered as complete.
    """

    def __init__(self) -> None:
        super().__init__()
        self.site = Site()
        self.tickets: list[Presigned] = []
        self.delivered: set[int] = set()
        self.removals: set[tuple[str, str]] = set()
        self.given_up: set[str] = set()
        self.promised: set[str] = set()

    def _do(self, action: Callable[[], None], plan: tuple[int, bool, bool] | None = None) -> bool:
        """Whether it came to its end. `plan`: crash at which call, late or not, and then again."""
        at, late, again = plan or (0, False, False)
        self.site.fault.at, self.site.fault.late = at, late
        before, interleaved = self.site.usage, self.site.catalogue.meanwhile is not None
        try:
            action()
            done = True
        except Crash:
            done = self._do(action) if again else False
        except RequestError:
            done = False
        finally:
            self.site.fault.at = 0
        if not interleaved and action.__name__ != "arrives":
            after = self.site.usage
            assert after.bytes <= max(before.bytes, LIMITS.bytes)
            assert after.assets <= max(before.assets, LIMITS.assets)
        return done

    plans = st.none() | st.tuples(st.integers(1, 8), st.booleans(), st.booleans())

    @rule(
        media_id=media_ids,
        wish=st.sampled_from([{}, {"parts": 1}, *({"size": size} for size in SIZES)]),
        plan=plans,
    )
    def presign(self, media_id: str, wish: dict[str, int], plan: tuple[int, bool, bool]) -> None:
        def presigns() -> None:
            self.tickets.append(self.site.presign(media_id, **wish))

        self._do(presigns, plan)

    @rule(media_id=media_ids, size=st.sampled_from(SIZES), comes=st.booleans())
    def upload(self, media_id: str, size: int, comes: bool) -> None:
        """From the presign to the last byte, or to the event, as most go."""

        def uploads() -> None:
            ticket = self.site.presign(media_id, size=size)
            self.tickets.append(ticket)
            if ticket.upload_id is None:
                self.site.put(ticket, size)
            else:
                self.site.put_part(ticket, size)
                self.site.complete(ticket)
                self.promised.add(media_id)

        if self._do(uploads) and comes:
            self.site.deliver(len(self.site.storage.events) - 1)

    @precondition(lambda self: self.tickets)
    @rule(turn=turns, size=st.sampled_from([*SIZES, LARGEST + 1]))
    def bytes_come(self, turn: int, size: int) -> None:
        """In one piece, also by a URL that was used before; or as a part."""
        ticket = self.tickets[turn % len(self.tickets)]
        with suppress(Conflict, NotFound):
            if ticket.upload_id is None:
                self.site.put(ticket, size)
            else:
                self.site.put_part(ticket, size)

    @precondition(lambda self: any(ticket.upload_id for ticket in self.tickets))
    @rule(turn=turns, etag=st.sampled_from(["etag", "etag", "etag", "another"]), plan=plans)
    def complete(self, turn: int, etag: str, plan: tuple[int, bool, bool] | None) -> None:
        ticket = self._multipart(turn)

        def completes() -> None:
            self.site.complete(ticket, etag)
            self.promised.add(ticket.media_id)

        self._do(completes, plan)

    @precondition(lambda self: any(ticket.upload_id for ticket in self.tickets))
    @rule(turn=turns, plan=plans)
    def abort(self, turn: int, plan: tuple[int, bool, bool] | None) -> None:
        ticket = self._multipart(turn)
        self._do(lambda: self.site.abort(ticket), plan)

    def _multipart(self, turn: int) -> Presigned:
        multipart = [ticket for ticket in self.tickets if ticket.upload_id]
        return multipart[turn % len(multipart)]

    @precondition(lambda self: self.site.storage.versions)
    @rule(turn=turns, marker=st.booleans())
    def somebody_deletes_in_s3(self, turn: int, marker: bool) -> None:
        """A version, whether we know of it or not; or with a marker all there are."""
        versions = list(self.site.storage.versions)
        key, version_id = versions[turn % len(versions)]
        self.given_up.add(OriginalKey.parse(key).ref.media_id)
        if marker:
            self.site.storage.hide(key)
        else:
            self.site.storage.remove(key, version_id)

    @precondition(lambda self: self.site.storage.deletions)
    @rule(turn=turns, plan=plans)
    def deletion_comes(self, turn: int, plan: tuple[int, bool, bool] | None) -> None:
        number = turn % len(self.site.storage.deletions)

        def arrives() -> None:
            self.site.deliver_deletion(number)

        self._do(arrives, plan)

    @precondition(lambda self: self.site.storage.events)
    @rule(turn=turns, plan=plans)
    def event_comes(self, turn: int, plan: tuple[int, bool, bool] | None) -> None:
        """For the first time or once more, in any order."""
        number = turn % len(self.site.storage.events)

        def arrives() -> None:
            self.site.deliver(number)

        self._do(arrives, plan)

    @rule(plan=plans)
    def sweep(self, plan: tuple[int, bool, bool] | None) -> None:
        self._do(self.site.sweep, plan)

    @rule(media_id=media_ids, plan=plans)
    def delete(self, media_id: str, plan: tuple[int, bool, bool] | None) -> None:
        self.given_up.add(media_id)
        self._do(lambda: self.site.delete(media_id), plan)

    @precondition(lambda self: self.site.catalogue.kept)
    @rule(turn=turns, plan=plans)
    def restore(self, turn: int, plan: tuple[int, bool, bool] | None) -> None:
        media_id, version_id = self._version(turn)
        self._do(lambda: self.site.restore(media_id, version_id), plan)

    @precondition(lambda self: self.site.catalogue.kept)
    @rule(turn=turns, plan=plans)
    def remove(self, turn: int, plan: tuple[int, bool, bool] | None) -> None:
        """Who was not answered asks again, at the latest in the end."""
        media_id, version_id = self._version(turn)
        newest = self.site.newest(media_id)
        if not self._do(lambda: self.site.remove(media_id, version_id), plan) and (
            newest != version_id
        ):
            self.removals.add((media_id, version_id))

    def _version(self, turn: int) -> tuple[str, str]:
        kept = list(self.site.catalogue.kept)
        ref, version_id = kept[turn % len(kept)]
        return ref.media_id, version_id

    @rule(hours=st.sampled_from([0.1, 0.5, 3, 24 * 7 - 0.1]))
    def time_passes(self, hours: float) -> None:
        self.site.clock.now += timedelta(hours=hours)

    @rule(turn=turns, what=st.sampled_from(["event", "sweep", "abort"]))
    def somebody_is_quicker(self, turn: int, what: str) -> None:
        """At the next write of anybody."""

        def meanwhile() -> None:
            with suppress(RequestError, Crash):
                if what == "event" and self.site.storage.events:
                    self.site.deliver(turn % len(self.site.storage.events))
                elif what == "sweep":
                    self.site.sweep()
                elif what == "abort" and any(ticket.upload_id for ticket in self.tickets):
                    self.site.abort(self._multipart(turn))

        self.site.catalogue.meanwhile = meanwhile

    @invariant()
    def counters_are_the_sum_of_the_assets(self) -> None:
        usage = self.site.usage
        assert usage == self.site.summed()
        assert min(usage.stored_bytes, usage.reserved_bytes, usage.assets) >= 0

    @invariant()
    def what_was_answered_as_complete_is_not_given_up(self) -> None:
        assert not any(map(self.site.is_deleted, self.promised - self.given_up))

    def teardown(self) -> None:
        site = self.site
        site.catalogue.meanwhile = None
        for number in range(len(site.storage.events)):
            site.deliver(number)
        for media_id, version_id in self.removals:
            with suppress(RequestError):
                site.remove(media_id, version_id)
        site.settle()

        assert site.usage == site.summed()
        assert site.usage.reserved_bytes == 0
        assert site.usage.stored_bytes == site.stored()
        for asset in site.catalogue.assets.values():
            self.check_newest(asset)
        super().teardown()

    def check_newest(self, asset: Asset) -> None:
        """What S3 has to show is what the catalogue has, unless it came for an asset that was
        deleted before; and where it has nothing, neither has the catalogue."""
        storage = self.site.storage
        if storage.has(asset.original_key):
            newest = storage.head(asset.original_key).version_id
            if asset.status is not Status.DELETED and asset.versions_seen:
                assert asset.version_id == newest
        else:
            assert asset.status is Status.DELETED


Interleavings.TestCase.settings = settings(max_examples=200, stateful_step_count=40)
TestInterleavings = Interleavings.TestCase
