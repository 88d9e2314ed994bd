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
    """`member` is who has that id, as of now."""

    tickets: Tickets
    member: Callable[[str], Member | None]
    clock: Clock

    def admit(self, ticket: str) -> Member | None:
        """Whose it is; None for one that is forged, used or expired, or whose member is none of
        that organisation any more: a connection lasts for hours."""
        if len(ticket) != TICKET_LENGTH:
            return None
        found = self.tickets.take(digest(ticket))
        if found is None or self.clock() >= found.expires:
            return None
        member = self.member(found.member_id)
        return member if member is not None and member.org_id == found.org_id else None
