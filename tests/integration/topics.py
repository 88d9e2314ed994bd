"""A subscriber of the events' topic, as another system would be one: topic → queue."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from local.cloud import Cloud

PATIENCE = 20.0


class Subscriber:
    """Gets what `filter_policy` lets through, from the moment it is made: the event itself, or
    unless `raw` inside SNS's own envelope."""

    def __init__(
        self, cloud: Cloud, *, filter_policy: Mapping[str, Any] | None = None, raw: bool = True
    ) -> None:
        self._sqs, self._raw = cloud.client("sqs"), raw
        topic = cloud.outputs["EventsTopicArn"]
        self._queue = self._sqs.create_queue(QueueName=f"subscriber-{uuid.uuid4().hex[:8]}")[
            "QueueUrl"
        ]
        arn = self._let_in(topic)
        attributes = {"RawMessageDelivery": json.dumps(raw)}
        if filter_policy is not None:
            attributes |= {
                "FilterPolicyScope": "MessageBody",
                "FilterPolicy": json.dumps(filter_policy),
            }
        cloud.client("sns").subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes
        )

    def _let_in(self, topic: str) -> str:
        """The queue's ARN."""
        answer = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        arn = str(answer["Attributes"]["QueueArn"])
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"Policy": policy})
        return arn

    def until(
        self, media_id: str, detail_type: str = "", patience: float = PATIENCE
    ) -> list[dict[str, Any]]:
        """All events so far, in order, once one of that asset, and of that type, has come."""
        seen: list[dict[str, Any]] = []
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            seen += self._received()
            if any(
                event["detail"]["id"] == media_id and detail_type in event["detail-type"]
                for event in seen
            ):
                return seen
        raise AssertionError(f"nothing of {media_id} came: {seen}")

    def _received(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._queue, MaxNumberOfMessages=10, WaitTimeSeconds=1
        )
        events = []
        for message in answer.get("Messages", []):
            body = json.loads(message["Body"])
            events.append(body if self._raw else json.loads(body["Message"]))
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return events
