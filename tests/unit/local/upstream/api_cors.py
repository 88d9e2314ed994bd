from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from ministack.services import apigateway
from ministack.services.cloudformation import provisioners

from local.emulator.corrections import api_cors

TYPE = api_cors.TYPE
PAGE = "https://page.example"


def cors(*origins: str) -> dict[str, Any]:
    return {"AllowOrigins": list(origins), "AllowMethods": ["POST"], "AllowHeaders": ["x-a"]}


def preflight(api: str, origin: str) -> list[Any]:
    """Status of a preflight, and what it allows: origin, methods, headers."""
    headers = {"origin": origin, "access-control-request-method": "POST"}
    call = apigateway.handle_execute(api, "$default", "/", "OPTIONS", headers, b"", {})
    status, answered, _ = asyncio.run(call)
    what = ("Origin", "Methods", "Headers")
    return [status, *(answered.get(f"Access-Control-Allow-{name}") for name in what)]


def made() -> list[Any]:
    """What a page is told before and after an update of the stack, and once nothing is said."""
    first = {"Name": "api", "ProtocolType": "HTTP", "CorsConfiguration": cors("https://a.example")}
    then = {**first, "CorsConfiguration": cors("https://a.example", PAGE)}
    last = {"Name": "api", "ProtocolType": "HTTP"}
    api, _ = provisioners._provision_resource(TYPE, "Api", first, "stack")
    told = [preflight(api, "https://a.example"), preflight(api, PAGE)]
    for old, new in ((first, then), (then, last)):
        provisioners._update_resource(TYPE, api, old, new, "stack", "Api")
        told.append(preflight(api, PAGE))
    provisioners._delete_resource(TYPE, api, last)
    return told


if __name__ == "__main__":
    before = made()
    api_cors.apply()
    json.dump([before, made()], sys.stdout)
