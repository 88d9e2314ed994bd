from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from spool.requests import Body, Query
from spool.webhooks import DESCRIPTION_LENGTH, EVENT_TYPES, URL_LENGTH, EndpointStatus

_Description = Annotated[str, Field(max_length=DESCRIPTION_LENGTH)]
_EventTypes = Annotated[list[str], Field(max_length=len(EVENT_TYPES))]
_Url = Annotated[str, Field(max_length=URL_LENGTH)]


class WebhookBody(Body):
    """`POST /webhooks`. Without `eventTypes` it is told of everything."""

    url: _Url
    event_types: _EventTypes = Field(default_factory=list)
    description: _Description = ""


class WebhookEdit(Body):
    """`PATCH /webhooks/{id}`: what is named changes."""

    url: _Url | None = None
    event_types: _EventTypes | None = None
    description: _Description | None = None
    status: Annotated[EndpointStatus, Field(strict=False)] | None = None

    def changes(self) -> dict[str, Any]:
        """But for the status."""
        return self.model_dump(exclude_none=True, exclude={"status"})


class DeliveriesQuery(Query):
    """`GET /webhooks/{id}/deliveries`."""

    limit: int = Field(default=20, ge=1, le=50)
    cursor: str | None = Field(default=None, max_length=200)
