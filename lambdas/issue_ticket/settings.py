from __future__ import annotations

from dataclasses import dataclass

from spool.settings import Settings


@dataclass(frozen=True, kw_only=True)
class IssueTicketSettings(Settings):
    """`live_endpoint` is the WebSocket API's stage: `https://{host}/{stage}`."""

    table_name: str
    live_endpoint: str
