"""Stands for every function of the pipeline: does as the script says, notes how it was called.

The script of one execution is a folder named by its correlation id, with a list of answers for each
state; an answer is `{"return": …}`, `{"raise": name, "message": …}`, `{"exit": code}` or
`{"sleep": seconds}`. The last one repeats.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any


def handler(event: dict[str, Any], _context: object) -> Any:
    folder = Path(os.environ["SCRIPTS"]) / event["correlationId"]
    state = "mark_failed" if "error" in event else os.environ["FUNCTION"]
    calls = folder / f"{state}.calls"
    number = len(calls.read_text().splitlines()) if calls.exists() else 0
    with calls.open("a") as log:
        log.write(json.dumps(event) + "\n")
    answers = json.loads((folder / f"{state}.json").read_text())
    return _do(answers[min(number, len(answers) - 1)])


def _do(answer: dict[str, Any]) -> Any:
    if "exit" in answer:
        os._exit(answer["exit"])
    if "raise" in answer:
        raise type(answer["raise"], (Exception,), {})(answer["message"])
    time.sleep(answer.get("sleep", 0))
    return answer.get("return")
