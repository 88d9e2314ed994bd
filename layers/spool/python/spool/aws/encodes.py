"""The SQS queue of variants that are worth a small encode."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spool.aws import clients

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_DELAY = 5  # seconds: a variant is queued before it is stored, lest it never be


@dataclass(frozen=True, kw_only=True)
class SqsEncodes:
    """Implements `ports.Encodes`."""

    queue_url: str
    client: Callable[[], SQSClient] = clients.sqs

    def request(self, key: str, etag: str) -> None:
        body = json.dumps({"key": key, "etag": etag})
        self.client().send_message(QueueUrl=self.queue_url, MessageBody=body, DelaySeconds=_DELAY)


def requested(record: Mapping[str, Any]) -> tuple[str, str]:
    """Key and ETag of what one message (a record of the Lambda's event) asks for."""
    message = json.loads(record["body"])
    return message["key"], message["etag"]
