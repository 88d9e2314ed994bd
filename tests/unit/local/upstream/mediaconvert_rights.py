from __future__ import annotations

import json
import sys
from typing import Any

from ministack.core import iam_actions

from local.emulator.corrections import mediaconvert_rights

JOBS = "/2017-08-29/jobs"


def asked(method: str, path: str, body: bytes = b"") -> list[str | None]:
    """Which action on which resource MiniStack checks for a request."""
    request: tuple[Any, ...] = ("mediaconvert", method, path, {}, body, {})
    return [
        iam_actions.extract_iam_action(*request),
        iam_actions.extract_resource_arn(*request, "eu-west-1", "000000000000"),
    ]


def checks() -> list[list[str | None]]:
    return [
        asked("POST", JOBS, b'{"queue": "mine"}'),
        asked("POST", JOBS),
        asked("GET", f"{JOBS}/1-a"),
        asked("DELETE", f"{JOBS}/1-a"),
        asked("GET", JOBS),
        asked("GET", "/2017-08-29/queues/mine"),
        asked("POST", "/2017-08-29/queues"),
    ]


if __name__ == "__main__":
    before = checks()
    mediaconvert_rights.apply()
    json.dump([before, checks()], sys.stdout)
