"""`/webhooks`: make one, list, change and delete them, turn a secret, read a log, replay."""

from __future__ import annotations

import secrets
from functools import cache, partial

from manage_webhooks.request import DeliveriesQuery, WebhookBody, WebhookEdit
from manage_webhooks.settings import ManageWebhooksSettings
from spool.aws.routes import Routes
from spool.aws.secrets import Secret
from spool.aws.webhooks import DynamoDeliveries, DynamoEndpoints, SqsDeliveryQueue
from spool.errors import Conflict, NotFound
from spool.http import Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.outbound import loopback_receivers
from spool.services.cursors import Cursors
from spool.services.webhooks import WebhookDesk
from spool.webhooks import CHANCE_DIGITS, SECRET_BYTES, secret_of

routes = Routes(ManageWebhooksSettings)


@cache
def desk() -> WebhookDesk:
    settings = ManageWebhooksSettings.from_environment()
    return WebhookDesk(
        endpoints=DynamoEndpoints(table=settings.table_name),
        deliveries=DynamoDeliveries(table=settings.table_name, clock=utc_now),
        queue=SqsDeliveryQueue(queue_url=settings.webhooks_queue_url),
        cursors=Cursors(Secret(settings.cursor_secret).text),
        clock=utc_now,
        chance=partial(secrets.token_hex, CHANCE_DIGITS // 2),
        secret=lambda: secret_of(secrets.token_bytes(SECRET_BYTES)),
        loopback=loopback_receivers(),
    )


@routes.add(
    "POST /webhooks",
    role=Role.ADMIN,
    answer="WebhookWithSecret",
    statuses=[201],
    refuses=[Conflict],
)
def create_webhook(caller: Member, body: WebhookBody) -> Response:
    """Have events sent to a URL. Its secret is shown here, and never again until it is rotated."""
    made = desk().create(
        caller.org_id, url=body.url, event_types=body.event_types, description=body.description
    )
    return Response(status=201, body=made)


@routes.add("GET /webhooks", role=Role.ADMIN, answer="WebhookList")
def list_webhooks(caller: Member) -> Response:
    """The organisation's webhooks, the oldest first: ten at most, so there are no pages."""
    return Response(body=desk().every(caller.org_id))


@routes.add("GET /webhooks/{id}", role=Role.ADMIN, answer="WebhookView", refuses=[NotFound])
def get_webhook(caller: Member, webhook_id: str) -> Response:
    """One webhook, without its secret."""
    return Response(body=desk().get(caller.org_id, webhook_id))


@routes.add("PATCH /webhooks/{id}", role=Role.ADMIN, answer="WebhookView", refuses=[NotFound])
def change_webhook(caller: Member, webhook_id: str, body: WebhookEdit) -> Response:
    """Change a webhook, pause it, or set a paused one going again."""
    changed = desk().change(caller.org_id, webhook_id, status=body.status, **body.changes())
    return Response(body=changed)


@routes.add("DELETE /webhooks/{id}", role=Role.ADMIN, statuses=[204], refuses=[NotFound])
def delete_webhook(caller: Member, webhook_id: str) -> Response:
    """Delete a webhook; what waits to be delivered to it is not."""
    desk().remove(caller.org_id, webhook_id)
    return Response(status=204)


@routes.add(
    "POST /webhooks/{id}/secret", role=Role.ADMIN, answer="WebhookWithSecret", refuses=[NotFound]
)
def rotate_secret(caller: Member, webhook_id: str) -> Response:
    """A new secret. For 24 hours the old one signs beside it."""
    return Response(body=desk().rotate(caller.org_id, webhook_id))


@routes.add(
    "GET /webhooks/{id}/deliveries", role=Role.ADMIN, answer="DeliveryPage", refuses=[NotFound]
)
def list_deliveries(caller: Member, webhook_id: str, query: DeliveriesQuery) -> Response:
    """What was sent within 30 days, and what was answered; the newest event first."""
    page = desk().log(caller.org_id, webhook_id, limit=query.limit, cursor=query.cursor)
    return Response(body=page)


@routes.add(
    "POST /webhooks/{id}/deliveries/{deliveryId}/replay",
    role=Role.EDITOR,
    answer="DeliveryView",
    statuses=[202],
    refuses=[Conflict, NotFound],
)
def replay_delivery(caller: Member, webhook_id: str, delivery_id: str) -> Response:
    """Send an event again, under the same id."""
    return Response(status=202, body=desk().replay(caller.org_id, webhook_id, delivery_id))


handler = routes.handler()
