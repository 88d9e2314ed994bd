"""A Function URL's `rawPath` is the path as it was sent, percent-encoded; MiniStack decodes it.

A key that holds a percent sign could not be told from one that is encoded.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from ministack import app
from ministack.services import lambda_svc

_raw_path: ContextVar[str | None] = ContextVar("raw_path", default=None)


def apply() -> None:
    handle, build = app._handle_special_data_plane_request, lambda_svc._build_function_url_event

    async def handle_remembering(*args: Any, **kwargs: Any) -> Any:
        token = _raw_path.set(kwargs.get("raw_path"))
        try:
            return await handle(*args, **kwargs)
        finally:
            _raw_path.reset(token)

    def build_encoded(*args: Any, **kwargs: Any) -> dict[str, Any]:
        event: dict[str, Any] = build(*args, **kwargs)
        return {**event, "rawPath": _raw_path.get() or event["rawPath"]}

    app._handle_special_data_plane_request = handle_remembering
    lambda_svc._build_function_url_event = build_encoded
