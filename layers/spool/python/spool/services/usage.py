"""What an organisation may hold, and what it holds and held."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from spool.model import camel
from spool.quotas import Limits
from spool.services.ports import Ledger


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """`default` is for organisations without limits of their own."""

    ledger: Ledger
    default: Limits

    def of(self, org_id: str) -> Limits:
        return self.ledger.limits(org_id) or self.default


@dataclass(frozen=True, kw_only=True)
class UsageDesk:
    ledger: Ledger
    quotas: Quotas

    def read(self, org_id: str, since: date, until: date) -> dict[str, Any]:
        """Counters and limits as they are, and the days of this span, both included, on which
        something changed."""
        usage, limits = self.ledger.usage(org_id), self.quotas.of(org_id)
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
