"""Telling every connection that listens what is new of an asset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from spool.errors import Transient
from spool.events import PROGRESSED
from spool.live import LiveNews, LiveProgress, position
from spool.services.live_ports import Connections, Line, NewsLog
from spool.services.ports import Clock

AT_ONCE = 16  # connections that are told at the same time


@dataclass(frozen=True, kw_only=True)
class Pusher:
    """A second try of the same news has a later position: whoever came after the first still finds
    it, and who has it already knows by its `rev`."""

    connections: Connections
    log: NewsLog
    line: Line
    clock: Clock
    new_id: Callable[[], str]

    def push(self, event: str, detail: Mapping[str, Any]) -> int:
        """How many were told. Raises KeyError when it is no news of an asset."""
        if event == PROGRESSED:
            return self._spread(LiveProgress.of(detail))
        news = LiveNews.of(event, detail, position(self.clock(), self.new_id()))
        self.log.write(news)  # before who listens is looked up: see Switchboard.subscribe
        return self._spread(news)

    def _spread(self, news: LiveNews | LiveProgress) -> int:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = pool.map(partial(self.connections.listening, news.org_id), news.targets)
            listeners = sorted({connection for each in found for connection in each})
            return sum(pool.map(partial(self._tell, news.org_id, news.to_frame()), listeners))

    def _tell(self, org_id: str, frame: Mapping[str, Any], connection: str) -> bool:
        """One who can't be reached holds nobody up: it is cut off, and comes back for a replay."""
        with suppress(Transient):
            if self.line.send(connection, frame):
                return True
            self.connections.close(org_id, connection)
            return False
        with suppress(Transient):
            self.line.hang_up(connection)
        self.connections.close(org_id, connection)
        return False
