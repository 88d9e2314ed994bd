"""What an organisation may hold, and what it holds and held."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from spool.model import camel
from spool.quotas import Limits
from spool.remembered import Remembered
from spool.services.ports import Ledger

REMEMBERED = 60.0  # seconds: so long an organisation's former limits may go on


class Quotas:
    """`default` is for organisations without limits of their own. What was read is remembered for a
    minute: a presign would else spend a third of its time on it."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        default: Limits,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger, self._default = ledger, default
        self._known: Remembered[Limits] = Remembered(REMEMBERED, monotonic)

    def of(self, org_id: str) -> Limits:
        return self._known.get(org_id, lambda: self.now(org_id)) or self._default

    def now(self, org_id: str) -> Limits:
        """As they are stored at this moment."""
        return self._ledger.limits(org_id) or self._default


@dataclass(frozen=True, kw_only=True)
class UsageDesk:
    ledger: Ledger
    quotas: Quotas

    def read(self, org_id: str, since: date, until: date) -> dict[str, Any]:
        """Counters and limits as they are, and the days of this span, both included, on which
        something changed."""
        usage, limits = self.ledger.usage(org_id), self.quotas.now(org_id)
        days = self.ledger.days(org_id, since.isoformat(), until.isoformat())
        return {
            "orgId": org_id,
            "bytes": {
                "stored": usage.stored_bytes,
                "reserved": usage.reserved_bytes,
                "limit": limits.bytes,
            },
            "assets": {"count": usage.assets, "limit": limits.assets},
            "days": [{camel(k): v for k, v in asdict(day).items()} for day in days],
        }
