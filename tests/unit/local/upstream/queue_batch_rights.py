from __future__ import annotations

import json
import sys

from ministack.core import iam_actions

from local.emulator.corrections import queue_batch_rights


def checked(*operations: str) -> list[str]:
    """Which action MiniStack checks for each."""
    return [
        iam_actions.extract_iam_action(
            "sqs", "POST", "/", {"x-amz-target": f"AmazonSQS.{operation}"}, b"{}", {}
        )
        for operation in operations
    ]


def checks() -> list[str]:
    return checked(
        "SendMessage", "SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch"
    )


if __name__ == "__main__":
    before = checks()
    queue_batch_rights.apply()
    json.dump([before, checks()], sys.stdout)
