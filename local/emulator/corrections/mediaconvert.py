"""MiniStack has no MediaConvert: ours answers at its address, in its process.

So functions find it where they find every service, callers' rights are enforced as anywhere, and
events go out by the emitter that may send as `aws.*`.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ministack import app
from ministack.core import router
from ministack.core.responses import request_scope
from ministack.services import eventbridge

from local.emulator.corrections.mediaconvert_rights import refused_role
from local.emulator.corrections.mediaconvert_role import open_storage
from local.mediaconvert import engine
from local.mediaconvert.api import Api
from local.mediaconvert.events import DETAIL_TYPE, SOURCE, Event
from local.mediaconvert.place import Place
from local.mediaconvert.service import MediaConvert
from local.settings import ACCOUNT, REGION

NAME = "mediaconvert"

# FFmpeg takes what processors there are; more jobs at once only take memory.
JOBS_AT_ONCE = max(2, os.cpu_count() or 2)

log = logging.getLogger(__name__)
_emitter = ThreadPoolExecutor(1, thread_name_prefix="mediaconvert-events")  # in their order


class Module:
    """The service as MiniStack's dispatcher and its persistence know services."""

    def __init__(self, service: MediaConvert) -> None:
        self.service, self._api = service, Api(service)

    async def handle_request(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: Mapping[str, list[str]],
    ) -> tuple[int, dict[str, str], bytes]:
        if refusal := refused_role(method, path, headers, body, query_params):
            return refusal
        query = {name: values[0] for name, values in query_params.items()}
        status, answer = self._api.handle(method, path, query, body)
        answered = {"Content-Type": "application/json"}
        if "code" in answer:
            answered["x-amzn-ErrorType"] = answer["code"]
        return status, answered, json.dumps(answer).encode()

    def get_state(self) -> dict[str, Any]:
        return self.service.save()

    def load_persisted_state(self, data: dict[str, Any]) -> None:
        self.service.restore(data)


def apply() -> MediaConvert:
    """The service, to be stopped with the emulator."""
    service = MediaConvert(
        place=Place(account=ACCOUNT, region=REGION),
        announce=_announce,
        open_storage=open_storage,
        encode=engine.encode,
        review=engine.review,
        at_once=JOBS_AT_ONCE,
    )
    module = Module(service)
    router.SERVICE_PATTERNS[NAME] = {}  # else all models of botocore are searched for it: 4 s
    app._loaded_modules[NAME] = module
    app._state_map[NAME] = NAME
    app.SERVICE_HANDLERS[NAME] = module.handle_request
    return service


def _announce(event: Event) -> None:
    _emitter.submit(_emit, event)


def _emit(event: Event) -> None:
    entry = {
        "Source": SOURCE,
        "DetailType": DETAIL_TYPE,
        "Detail": json.dumps(event.detail),
        "Resources": [event.resource],
    }
    try:
        with request_scope(ACCOUNT, REGION):
            eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    except Exception:
        log.exception("An event of %s", event.resource)
