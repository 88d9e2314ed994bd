"""What an organisation may hold, and what it holds and held."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from spool.model import camel
from spool.quotas import Limits
from spool.services.ports import Ledger

REMEMBERED = 60.0  # seconds: so long an organisation's former limits may go on


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """`default` is for organisations without limits of their own. What was read is remembered for a
    minute: a presign would else spend a third of its time on it."""

    ledger: Ledger
    default: Limits
    monotonic: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[float, Limits]] = field(default_factory=dict)

    def of(self, org_id: str) -> Limits:
        now = self.monotonic()
        read_at, limits = self._known.get(org_id, (-REMEMBERED, self.default))
        if now - read_at >= REMEMBERED:
            read_at, limits = now, self.ledger.limits(org_id) or self.default
            self._known[org_id] = read_at, limits
        return limits


@dataclass(frozen=True, kw_only=True)
class UsageDesk:
    ledger: Ledger
    quotas: Quotas

    def read(self, org_id: str, since: date, until: date) -> dict[str, Any]:
        """Counters and limits as they are, and the days of this span, both included, on which
        something changed."""
        usage = self.ledger.usage(org_id)
        limits = self.ledger.limits(org_id) or self.quotas.default
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
