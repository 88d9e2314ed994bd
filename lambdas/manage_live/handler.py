"""The WebSocket API: connections come, say what they listen to, and go."""

from __future__ import annotations

from functools import cache
from typing import Any

from manage_live.request import Frame
from manage_live.settings import ManageLiveSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.connections import DynamoConnections
from spool.aws.line import ApiGatewayLine
from spool.aws.members import DynamoMembers
from spool.aws.news_log import DynamoNewsLog
from spool.aws.runtime import begin, count, logger
from spool.errors import RequestError
from spool.model import utc_now
from spool.services.switchboard import Caller, Switchboard

_TAKEN = {"statusCode": 200}


@cache
def board() -> Switchboard:
    settings = ManageLiveSettings.from_environment()
    return Switchboard(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        connections=DynamoConnections(table=settings.table_name, clock=utc_now),
        log=DynamoNewsLog(table=settings.table_name),
        line=ApiGatewayLine(settings.live_endpoint),
        clock=utc_now,
        member=DynamoMembers(table=settings.table_name).stored,
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    context = event["requestContext"]
    who = context["authorizer"]
    caller = Caller(who["orgId"], context["connectionId"], who["principalId"])
    kind = context["eventType"]
    log = begin(context["requestId"], org_id=caller.org_id, connection=caller.connection)
    if kind == "CONNECT":
        return _connect(caller)
    if kind == "DISCONNECT":
        board().disconnect(caller)
        log.info("disconnected", code=context.get("disconnectStatusCode"))
    else:
        _hear(caller, event.get("body") or "")
    return _TAKEN


def _connect(caller: Caller) -> dict[str, Any]:
    try:
        board().connect(caller)
    except RequestError as error:
        logger().info(str(error), code=error.code)
        return {"statusCode": error.status}
    logger().info("connected")
    return _TAKEN


def _hear(caller: Caller, text: str) -> None:
    try:
        _answer(caller, text)
    except Exception:
        log = logger()
        log.exception("It is cut off, and comes back for what it did not hear.")
        count("RequestFailed")
        board().cut_off(caller)


def _answer(caller: Caller, text: str) -> None:
    try:
        frame = Frame.parse(text)
    except RequestError as error:
        logger().info(str(error), code=error.code)
        return board().misheard(caller, error)
    logger().info("heard", action=frame.action, target=frame.target.name)
    try:
        _do(caller, frame)
    except RequestError as error:
        logger().info(str(error), code=error.code)
        board().refuse(caller, error, frame.target)
    return None


def _do(caller: Caller, frame: Frame) -> None:
    """Raises RequestError."""
    match frame.action:
        case "subscribe":
            board().subscribe(caller, frame.target, frame.after)
        case "unsubscribe":
            board().unsubscribe(caller, frame.target)
        case "ping":
            board().pong(caller)
