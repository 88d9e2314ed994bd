"""The cloud's functions one by one, called as AWS calls them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from local.cloud import Cloud


class FunctionFailed(AssertionError):
    """A function raised; `error` is the class name by which the state machine knows it."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__(f"{answer['errorType']}: {answer.get('errorMessage')}")
        self.error = answer["errorType"]


LIVE = "live"


class Functions:
    """By their folders' names; what is called is what the world calls, unless said."""

    def __init__(self, cloud: Cloud) -> None:
        self._lambda = cloud.client("lambda")

    def invoke(self, function: str, event: Mapping[str, Any], version: str = LIVE) -> Any:
        """What the function answers. Raises FunctionFailed."""
        answer = self._lambda.invoke(
            FunctionName=self._names[function], Qualifier=version, Payload=json.dumps(event)
        )
        result = json.load(answer["Payload"])
        if "FunctionError" in answer:
            raise FunctionFailed(result)
        return result

    def refused(self, function: str, event: Mapping[str, Any]) -> str:
        """The error that the function raises, by name."""
        try:
            answer = self.invoke(function, event)
        except FunctionFailed as failed:
            return str(failed.error)
        raise AssertionError(f"{function} answered {answer}")

    def status(
        self,
        function: str,
        version: str = LIVE,
        *,
        claims: Mapping[str, Any] | None = None,
        **event: Any,
    ) -> int:
        """The status with which the function answers an HTTP request, whose token has `claims`."""
        context = {"requestId": "test", "http": {"method": "GET"}}
        authorizer = {"authorizer": {"jwt": {"claims": claims or {}}}}
        request = {"requestContext": {**context, **authorizer}, **event}
        return int(self.invoke(function, request, version)["statusCode"])

    def took(self, function: str, body: Mapping[str, Any], **record: Any) -> bool:
        """Whether the function is done with this message of its queue, and needs it no more."""
        message = {
            "messageId": str(uuid.uuid4()),
            "receiptHandle": "none",
            "attributes": {"ApproximateReceiveCount": "1"},
            "body": json.dumps(body),
            **record,
        }
        return not self.invoke(function, {"Records": [message]})["batchItemFailures"]

    def forgetful(self, function: str) -> str:
        """A version that remembers nothing: the unpublished one, whose environments aren't used any
        more once its settings are set, though they be the same."""
        name = {"FunctionName": self._names[function]}
        timeout = self._lambda.get_function_configuration(**name)["Timeout"]
        self._lambda.update_function_configuration(**name, Timeout=timeout)
        return "$LATEST"

    @cached_property
    def _names(self) -> Mapping[str, str]:
        functions = self._lambda.list_functions()["Functions"]
        return {f["Handler"].partition(".")[0]: f["FunctionName"] for f in functions}
