"""The queue of assets whose objects and CDN copies are to follow the catalogue."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from spool.aws import clients
from spool.keys import AssetRef

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_FIRST_RETRY, _LAST_RETRY = 30, 900  # seconds; times four after each


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """A message of the queue: an asset's news, or with `sweep` above 0 a later look at the asset.
    `id` stays the same when it is delivered again; `receives` counts that from 1."""

    id: str
    ref: AssetRef
    sweep: int
    receives: int
    receipt: str

    @property
    def reference(self) -> str:
        """Of this delivery of the message."""
        return f"{self.id}.{self.receives}"

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError when `record` is no such message."""
        body = json.loads(record["body"])
        detail = body["detail"]
        return cls(
            id=record["messageId"],
            ref=AssetRef(detail["orgId"], detail["projectId"], detail["id"]),
            sweep=int(body.get("sweep", 0)),
            receives=int(record["attributes"]["ApproximateReceiveCount"]),
            receipt=record["receiptHandle"],
        )


@dataclass(frozen=True, kw_only=True)
class ReconciliationQueue:
    """Implements `ports.Reconciliations`."""

    queue_url: str
    client: Callable[[], SQSClient] = clients.sqs

    def request(self, ref: AssetRef) -> None:
        """What its news asked for is done, or will be: this is for what came after."""
        self._send(ref, sweep=1, seconds=0)

    def look_again(self, message: Reconciliation, seconds: int) -> None:
        """Have the asset of `message` looked at once more, at most 900 seconds from now."""
        self._send(message.ref, sweep=message.sweep + 1, seconds=seconds)

    def _send(self, ref: AssetRef, *, sweep: int, seconds: int) -> None:
        detail = {"orgId": ref.org_id, "projectId": ref.project_id, "id": ref.media_id}
        body = json.dumps({"detail": detail, "sweep": sweep})
        self.client().send_message(QueueUrl=self.queue_url, MessageBody=body, DelaySeconds=seconds)

    def retry(self, message: Reconciliation) -> None:
        """Deliver `message` again well before its visibility timeout, which is that of a function
        that hangs."""
        seconds = min(_FIRST_RETRY * 4 ** (message.receives - 1), _LAST_RETRY)
        self.client().change_message_visibility(
            QueueUrl=self.queue_url, ReceiptHandle=message.receipt, VisibilityTimeout=seconds
        )
