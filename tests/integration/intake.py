"""The intake queue as the EventBridge rule uses it, and what it makes of its messages."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.cloud import Cloud


class Intake:
    """Sends events to the intake queue, as the EventBridge rule does."""

    def __init__(self, cloud: Cloud) -> None:
        self._sqs, self._outputs = cloud.client("sqs"), cloud.outputs
        self._states = cloud.client("stepfunctions")

    def send(self, key: str, version_id: str, sequencer: str, **detail: Any) -> None:
        self.send_text(json.dumps(self.event(key, version_id, sequencer, **detail)))

    def event(self, key: str, version_id: str, sequencer: str, **detail: Any) -> dict[str, Any]:
        return {
            "id": str(uuid.uuid4()),
            "source": "aws.s3",
            "detail-type": "Object Created",
            "detail": {
                "bucket": {"name": self._outputs["OriginalsBucket"]},
                "object": {
                    "key": key,
                    "size": 1,
                    "version-id": version_id,
                    "sequencer": sequencer,
                },
                "reason": "PutObject",
                **detail,
            },
        }

    def send_text(self, body: str) -> None:
        self._sqs.send_message(QueueUrl=self._outputs["IntakeQueueUrl"], MessageBody=body)

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """Failed messages come again after a second, not after the minutes of the template."""
        queue = {"QueueUrl": self._outputs["IntakeQueueUrl"]}
        name = "VisibilityTimeout"
        answer = self._sqs.get_queue_attributes(**queue, AttributeNames=[name])
        self._sqs.set_queue_attributes(**queue, Attributes={name: "1"})
        yield
        self._sqs.set_queue_attributes(**queue, Attributes=answer["Attributes"])

    def drain(self) -> None:
        """Wait until the queue is empty and nothing of it is in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            answer = self._sqs.get_queue_attributes(
                QueueUrl=self._outputs["IntakeQueueUrl"], AttributeNames=names
            )
            if all(answer["Attributes"][name] == "0" for name in names):
                return
            time.sleep(0.1)
        raise AssertionError("the intake queue does not empty")

    def redrive(self, media_id: str) -> None:
        """Copy the asset's dead letters back, as `aws sqs start-message-move-task` moves them: the
        emulator lacks that call."""
        dead = {"QueueUrl": self._outputs["IntakeDlqUrl"]}
        taken = self._sqs.receive_message(**dead, MaxNumberOfMessages=10, VisibilityTimeout=0)
        for message in taken.get("Messages", []):
            if media_id in message["Body"]:
                self.send_text(message["Body"])
        self.drain()

    def executions(self, media_id: str) -> list[dict[str, Any]]:
        """The inputs of the runs of that asset."""
        listed = self._states.list_executions(
            stateMachineArn=self._outputs["StateMachineArn"], maxResults=1000
        )
        inputs = [
            json.loads(self._states.describe_execution(executionArn=one["executionArn"])["input"])
            for one in listed["executions"]
        ]
        return [one for one in inputs if one["mediaId"] == media_id]
