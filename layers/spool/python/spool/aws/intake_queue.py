"""The queue of originals to be processed, which S3's events come through, too."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spool.aws import clients
from spool.model import Asset

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, kw_only=True)
class IntakeQueue:
    """Implements `run_ports.Intakes`. `bucket` is the originals'."""

    queue_url: str
    bucket: str
    client: Callable[[], SQSClient] = clients.sqs

    def process(self, asset: Asset, size: int, attempt: int) -> None:
        version = {"key": asset.original_key, "version-id": asset.version_id, "sequencer": "0"}
        detail = {
            "bucket": {"name": self.bucket},
            "object": {**version, "size": size},
            "attempt": attempt,
        }
        body = json.dumps({"id": str(uuid.uuid4()), "detail": detail})
        self.client().send_message(QueueUrl=self.queue_url, MessageBody=body)
