"""What a connection says: what it listens to, and from which position on it is to be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spool.errors import Forbidden, NotFound, QuotaExceeded, RequestError
from spool.identity import Member
from spool.live import (
    MOST_CONNECTIONS,
    MOST_FAULTS,
    MOST_REPLAYED,
    MOST_SUBSCRIPTIONS,
    NEWS_KEPT,
    OVERLAP,
    Target,
    moment_of,
    position,
)
from spool.model import Status
from spool.services.live_ports import Connections, Line, NewsLog
from spool.services.ports import Catalogue, Clock


@dataclass(frozen=True)
class Caller:
    """A connection of a member of an organisation."""

    org_id: str
    connection: str
    member_id: str


@dataclass(frozen=True, kw_only=True)
class Switchboard:
    """`member` is who has that id, as of now."""

    catalogue: Catalogue
    connections: Connections
    log: NewsLog
    line: Line
    clock: Clock
    member: Callable[[str], Member | None]

    def connect(self, caller: Caller) -> None:
        """Raises QuotaExceeded where the organisation has too many, and Forbidden for who is no
        member of it any more. That is looked up last: who is removed from then on is found in the
        book, and expelled."""
        if self.connections.count(caller.org_id, MOST_CONNECTIONS) >= MOST_CONNECTIONS:
            raise QuotaExceeded(f"There are {MOST_CONNECTIONS:,} connections already.")
        self.connections.open(caller.org_id, caller.connection, caller.member_id)
        member = self.member(caller.member_id)
        if member is None or member.org_id != caller.org_id:
            self.disconnect(caller)
            raise Forbidden("You are no member of this organisation any more.")

    def disconnect(self, caller: Caller) -> None:
        self.connections.close(caller.org_id, caller.connection)

    def subscribe(self, caller: Caller, target: Target, after: str | None) -> None:
        """Listen first and look back then: what comes in between is told twice, and nothing
        never. `subscribed` comes last: from then on what was seen last is a position to go on from.
        Raises NotFound or QuotaExceeded."""
        self._check(caller.org_id, target)
        listens = self.connections.subscribe(
            caller.org_id, caller.connection, target, MOST_SUBSCRIPTIONS
        )
        if not listens:
            if not self._still_open(caller):
                return
            raise QuotaExceeded(
                f"A connection has at most {MOST_SUBSCRIPTIONS} subscriptions: unsubscribe from one"
                " that you need no more, or connect once more."
            )
        now = position(self.clock())
        if after is not None:
            self._replay(caller, target, after)
        self._say(caller, type="subscribed", **target.to_dict(), position=now)

    def unsubscribe(self, caller: Caller, target: Target) -> None:
        self.connections.unsubscribe(caller.org_id, caller.connection, target)
        self._say(caller, type="unsubscribed", **target.to_dict())

    def pong(self, caller: Caller) -> None:
        """Who gets one is still told the news, and in a quiet hour has a position to go on from."""
        if self._still_open(caller):
            self._say(caller, type="pong", position=position(self.clock()))

    def _still_open(self, caller: Caller) -> bool:
        """One that is out of the book, as its member was removed or it could not be reached, is
        closed, so that it comes back or finds out that it can't."""
        if self.connections.is_open(caller.org_id, caller.connection):
            return True
        self.cut_off(caller)
        return False

    def refuse(self, caller: Caller, error: RequestError, target: Target) -> None:
        """Say why it may not listen to `target`."""
        self._say(caller, type="error", code=error.code, message=str(error), **target.to_dict())

    def misheard(self, caller: Caller, error: RequestError) -> None:
        """Say why a frame says nothing; who sends too many is cut off."""
        self._say(caller, type="error", code=error.code, message=str(error))
        if self.connections.fault(caller.org_id, caller.connection) >= MOST_FAULTS:
            self.cut_off(caller)
            self.disconnect(caller)

    def cut_off(self, caller: Caller) -> None:
        """So that it comes back, if it may. API Gateway says so when it is gone."""
        self.line.hang_up(caller.connection)

    def _check(self, org_id: str, target: Target) -> None:
        if target.asset_id is None:
            return
        asset = self.catalogue.get(org_id, target.asset_id)
        if asset is None or asset.status is Status.DELETED:
            raise NotFound("There is no such asset.")

    def _replay(self, caller: Caller, target: Target, after: str) -> None:
        since = moment_of(after) - OVERLAP
        if since < self.clock() - NEWS_KEPT:
            return self._say(caller, type="reset", **target.to_dict())
        found = self.log.after(caller.org_id, position(since), MOST_REPLAYED + 1)
        if len(found) > MOST_REPLAYED:
            return self._say(caller, type="reset", **target.to_dict())
        for news in found:
            if target in news.targets and not self.line.send(caller.connection, news.to_frame()):
                return self.disconnect(caller)
        return None

    def _say(self, caller: Caller, **frame: Any) -> None:
        if not self.line.send(caller.connection, frame):
            self.disconnect(caller)
