"""S3's event on EventBridge lacks `detail.object.version-id` of a versioned bucket's object.

Documented in https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import Any

from ministack.services import eventbridge, s3

_version_id: ContextVar[str | None] = ContextVar("version_id", default=None)


def apply() -> None:
    fire, dispatch = s3._fire_s3_event, eventbridge._dispatch_event

    def fire_with_version(*args: Any, **kwargs: Any) -> None:
        token = _version_id.set(kwargs.get("version_id"))
        try:
            fire(*args, **kwargs)
        finally:
            _version_id.reset(token)

    def dispatch_with_version(event: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        version_id = _version_id.get()
        if event["Source"] == "aws.s3" and version_id:
            event = {**event, "Detail": _add_version(event["Detail"], version_id)}
        return dispatch(event, *args, **kwargs)

    s3._fire_s3_event = fire_with_version
    eventbridge._dispatch_event = dispatch_with_version


def _add_version(detail: str, version_id: str) -> str:
    parsed = json.loads(detail)
    parsed["object"]["version-id"] = version_id
    return json.dumps(parsed)
