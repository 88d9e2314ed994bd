"""A subscriber of the event bus, as another system would be one: rule → queue."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from local.cloud import Cloud
from tests import documented_events

PATIENCE = 20.0


class Newsreader:
    """Collects what is announced from the moment it is made, and holds it to its schema."""

    def __init__(self, cloud: Cloud) -> None:
        name, bus = f"newsreader-{uuid.uuid4().hex[:8]}", cloud.outputs["EventBusName"]
        self._sqs, events = cloud.client("sqs"), cloud.client("events")
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        rule = events.put_rule(
            Name=name, EventBusName=bus, EventPattern=json.dumps({"source": ["spool"]})
        )["RuleArn"]
        queue_arn = arn["Attributes"]["QueueArn"]
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": queue_arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
                }
            ],
        }
        self._sqs.set_queue_attributes(
            QueueUrl=self._queue, Attributes={"Policy": json.dumps(policy)}
        )
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": queue_arn}])
        self._seen: list[dict[str, Any]] = []

    def until(self, media_id: str, status: str, patience: float = PATIENCE) -> list[dict[str, Any]]:
        """Details of all news of the asset, once `status` was announced."""
        return self.until_told(media_id, {"status": status}, patience)

    def until_told(
        self, media_id: str, said: Mapping[str, Any], patience: float = PATIENCE
    ) -> list[dict[str, Any]]:
        """Details of all news of the asset, once one of them says that. What others' assets were in
        the news for meanwhile costs none of the patience."""
        while self._receive(wait=0):
            pass
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            self._receive()
            news = [detail for detail in self._seen if detail["id"] == media_id]
            if any(said.items() <= detail.items() for detail in news):
                return news
        raise AssertionError(f"{said} of {media_id} was not announced")

    def _receive(self, wait: int = 1) -> bool:
        """Whether there was anything, within so many seconds."""
        answer = self._sqs.receive_message(
            QueueUrl=self._queue, MaxNumberOfMessages=10, WaitTimeSeconds=wait
        )
        messages = answer.get("Messages", [])
        for message in messages:
            event = json.loads(message["Body"])
            documented_events.check(event)
            self._seen.append(event["detail"])
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return bool(messages)
