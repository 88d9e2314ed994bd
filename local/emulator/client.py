"""boto3 clients of the emulator."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

from local.settings import ACCOUNT, ADMIN_CREDENTIALS, REGION

# A bucket's own name as host would have to resolve; presigned URLs would be of version 2.
S3_CONFIG = Config(s3={"addressing_style": "path"}, signature_version="s3v4")


def client(service: str, emulator_url: str) -> Any:
    """With the rights of who deployed."""
    make: Any = boto3.client  # its overloads want a literal
    made = make(
        service,
        endpoint_url=emulator_url,
        region_name=REGION,
        config=S3_CONFIG if service == "s3" else None,
        **ADMIN_CREDENTIALS,
    )
    made.meta.events.register("before-sign.cloudfront-keyvaluestore", _to_the_host_itself)
    return made


def _to_the_host_itself(request: Any, **_: object) -> None:
    """The service's endpoint rules put the account before any host, which then has no address."""
    request.url = request.url.replace(f"//{ACCOUNT}.", "//", 1)
