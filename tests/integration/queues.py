"""Work queues while a test is their consumer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from local.cloud import Cloud


class WorkQueues:
    """The queues of these functions, by their folders' names."""

    def __init__(self, cloud: Cloud, *functions: str) -> None:
        self._lambda, self._sqs = cloud.client("lambda"), cloud.client("sqs")
        self._mappings = {
            function: mapping
            for mapping in self._lambda.list_event_source_mappings()["EventSourceMappings"]
            for function in functions
            if function.replace("_", "") in mapping["FunctionArn"].lower()
        }
        assert set(self._mappings) == set(functions)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Nothing is delivered meanwhile, and what has come is dropped at the end."""
        self._deliver(enabled=False)
        try:
            yield
        finally:
            for function in self._mappings:
                self._sqs.purge_queue(QueueUrl=self._url(function))
            self._deliver(enabled=True)

    def _deliver(self, *, enabled: bool) -> None:
        for mapping in self._mappings.values():
            self._lambda.update_event_source_mapping(UUID=mapping["UUID"], Enabled=enabled)

    def sent(self, function: str) -> str:
        """The id of a message that the function's queue was sent."""
        answer = self._sqs.send_message(QueueUrl=self._url(function), MessageBody="{}")
        return str(answer["MessageId"])

    def receipt(self, function: str, message_id: str, *, seconds: int) -> str | None:
        """Of that message, which is in flight for so many seconds then; None while it can't be
        received."""
        request = {"QueueUrl": self._url(function), "MaxNumberOfMessages": 10}
        while messages := self._sqs.receive_message(**request, VisibilityTimeout=seconds).get(
            "Messages"
        ):
            for message in messages:
                if message["MessageId"] == message_id:
                    return str(message["ReceiptHandle"])
        return None

    def _url(self, function: str) -> str:
        name = self._mappings[function]["EventSourceArn"].rpartition(":")[2]
        return str(self._sqs.get_queue_url(QueueName=name)["QueueUrl"])
