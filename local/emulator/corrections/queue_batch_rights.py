"""SQS knows no permission for a batch: who may send one message may send ten at once.

MiniStack asks for `sqs:SendMessageBatch`, which no policy can grant on AWS. The actions that exist:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_actions

_SINGLE = {
    f"sqs:{action}Batch": f"sqs:{action}"
    for action in ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")
}


def apply() -> None:
    extract = iam_actions.extract_iam_action

    def extract_single(*request: Any) -> Any:
        action = extract(*request)
        return _SINGLE.get(action, action)

    iam_actions.extract_iam_action = extract_single
