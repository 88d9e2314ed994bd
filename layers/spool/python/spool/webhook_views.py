"""What the API answers of webhooks and their deliveries, beside what `spool.views` has."""

from __future__ import annotations

from typing import Literal

from spool.views import Count, Cursor, Timestamp, Url, View


class WebhookView(View):
    """Where events are sent, by `eventTypes` or all; `failingSince` is the first failed attempt
    after the last success."""

    id: str
    url: Url
    event_types: list[str]
    description: str
    status: Literal["active", "paused"]
    created_at: Timestamp
    old_secret_until: Timestamp | None
    failing_since: Timestamp | None
    paused_at: Timestamp | None
    pause_reason: str | None


class WebhookWithSecret(WebhookView):
    """`secret`, beginning with `whsec_`, is what verifies the signatures."""

    secret: str


class WebhookList(View):
    items: list[WebhookView]


class AttemptView(View):
    """`response` is the beginning of what was answered, `error` why nothing was."""

    at: Timestamp
    millis: Count
    status_code: int | None
    response: str
    error: str | None


class DeliveryView(View):
    """An event for one webhook; `body` is the JSON text that is sent."""

    event_id: str
    type: str
    status: Literal["pending", "delivered", "failed", "skipped"]
    created_at: Timestamp
    next_attempt_at: Timestamp | None
    attempts: list[AttemptView]
    body: str


class DeliveryPage(View):
    items: list[DeliveryView]
    cursor: Cursor
