"""`GET /openapi.json` and `GET /health`: what the API is, and whether it is well."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from describe_api.settings import DescribeApiSettings
from spool.aws.probes import probes
from spool.aws.routes import Routes
from spool.aws.runtime import logger
from spool.http import Request, Response
from spool.services.health import KEPT, Doctor, HealthStatus

DOCUMENT = Path(__file__).with_name("openapi.json")

routes = Routes(DescribeApiSettings)


@cache
def doctor() -> Doctor:
    settings = DescribeApiSettings.from_environment()
    return Doctor(
        probes(
            table=settings.table_name,
            bucket=settings.originals_bucket,
            state_machine_arn=settings.state_machine_arn,
        ),
        time.monotonic,
    )


@cache
def document() -> tuple[Mapping[str, Any], str]:
    """The document and its ETag."""
    content = DOCUMENT.read_bytes()
    return json.loads(content), f'"{hashlib.sha256(content).hexdigest()[:32]}"'


@routes.add("GET /openapi.json", role=None, statuses=[200, 304])
def describe_api(request: Request) -> Response:
    """This document."""
    content, etag = document()
    headers = {"etag": etag, "cache-control": "public, max-age=300"}
    if request.has(etag):
        return Response(status=304, headers=headers)
    return Response(body=content, headers=headers)


@routes.add("GET /health", role=None, answer="HealthView", statuses=[200, 503])
def get_health() -> Response:
    """Which dependency is ill, if any: 503 as soon as one is. An answer is kept for 5 seconds."""
    health = doctor().examine()
    for finding in health.findings:
        if finding.fault is not None:
            logger().error("A dependency is ill.", dependency=finding.name, fault=finding.fault)
    return Response(
        status=200 if health.status is HealthStatus.HEALTHY else 503,
        body=health.to_dict(),
        headers={"cache-control": f"max-age={KEPT:.0f}"},
    )


handler = routes.handler()
