"""The queue of zips to be made."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
