"""Tickets: who has an access token may connect once, without it being in an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spool.identity import Member
from spool.live import TICKET_LIFETIME, Ticket, digest
from spool.model import timestamp
from spool.services.live_ports import Tickets
from spool.services.ports import Clock

TICKET_BYTES = 32
TICKET_LENGTH = 43  # in base64url


@dataclass(frozen=True, kw_only=True)
class TicketDesk:
    """`new_ticket` makes one that nobody can guess; `url` is where to connect."""

    tickets: Tickets
    clock: Clock
    new_ticket: Callable[[], str]
    url: str

    def issue(self, member: Member) -> dict[str, Any]:
        ticket, expires = self.new_ticket(), self.clock() + TICKET_LIFETIME
        kept = Ticket(member_id=member.id, org_id=member.org_id, expires=expires)
        self.tickets.put(digest(ticket), kept)
        return {"ticket": ticket, "expiresAt": timestamp(expires), "url": self.url}


@dataclass(frozen=True, kw_only=True)
class TicketGate:
    tickets: Tickets
    clock: Clock

    def admit(self, ticket: str) -> Ticket | None:
        """None for one that is forged, used or expired."""
        if len(ticket) != TICKET_LENGTH:
            return None
        found = self.tickets.take(digest(ticket))
        return found if found is not None and self.clock() < found.expires else None
