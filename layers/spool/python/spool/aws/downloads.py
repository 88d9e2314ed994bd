"""The queue of zips to be made."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spool.aws import clients
from spool.keys import DownloadRef

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, kw_only=True)
class SqsDownloads:
    """Implements `ports.Downloads`. Messages are delivered at least once, in any order."""

    queue_url: str
    client: Callable[[], SQSClient] = clients.sqs

    def request(self, ref: DownloadRef) -> None:
        body = json.dumps({"orgId": ref.org_id, "id": ref.id})
        self.client().send_message(QueueUrl=self.queue_url, MessageBody=body)


def requested(record: Mapping[str, Any]) -> DownloadRef:
    """Which download one message (a record of the Lambda's event) asks for."""
    message = json.loads(record["body"])
    return DownloadRef(message["orgId"], message["id"])
