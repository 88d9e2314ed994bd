"""Each correction works, and MiniStack still needs it.

When only what is seen before the correction changes here, upstream has it: drop the correction.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from local.settings import ROOT

MEDIACONVERT = "arn:aws:mediaconvert:eu-west-1:000000000000"
STORE = "arn:aws:cloudfront::000000000000:key-value-store/keys"
CLOUDFRONT = [
    f"AWS::CloudFront::{name}" for name in ("PublicKey", "KeyGroup", "MonitoringSubscription")
]
STOPPED = ["ExecutionStarted", "ParallelStateEntered"]
NO_VALUE = "ResourceNotFoundException"

CASES = {
    "api_cors": (
        [[403, None, None, None]] * 4,
        [
            [204, "https://a.example", "POST", "x-a"],
            [403, None, None, None],
            [204, "https://page.example", "POST", "x-a"],
            [403, None, None, None],
        ],
    ),
    "cloudfront_types": (
        {kind: f"Unsupported resource type: {kind}" for kind in CLOUDFRONT},
        {
            "key's attributes": [True, ["CreatedTime", "Id"]],
            "group's attributes": [True, ["Id", "LastModifiedTime"]],
            "changed": "Only the comment can be changed.",
            "in use": "The public key is attached to one or more key groups.",
            "group is the same": True,
            "trusts the new one only": True,
            "comments": {"new": "since May"},
            "left at the end": 0,
            "monitored": [
                "The specified distribution does not exist.",
                "EDFDVBD6EXAMPLE",
                ["Enabled"],
                ["Disabled"],
                None,
            ],
        },
    ),
    "delete_objects_rights": (
        [403, {}, ["our/a", "their/a"]],
        [
            [200, {"our/a": "Deleted", "their/a": "AccessDenied"}, ["their/a"]],
            [200, {"our/b": "Deleted"}, ["their/a"]],
            [200, {"their/b": "AccessDenied"}, ["their/a", "their/b"]],
        ],
    ),
    "empty_secret": (
        {
            "Ref": "before",
            "value": "",
            "after an update": [True, "filled"],
            "after deletion": NO_VALUE,
        },
        [
            {
                "Ref": "ARN",
                "value": value,
                "after an update": [True, "filled"],
                "after deletion": NO_VALUE,
            }
            for value in (NO_VALUE, "given")
        ],
    ),
    "execution_history": (
        [
            [
                " > Started",
                " > Succeeded",
                " > both ParallelEntered",
                " > both ParallelExited",
                " > end SucceedEntered",
                " > end SucceedExited",
            ],
            [*STOPPED, "ExecutionAborted", "ExecutionFailed", "FAILED"],
        ],
        [
            [
                " > Started",
                " > both ParallelEntered",
                "both ParallelEntered > both ParallelExited",
                "both ParallelEntered > doze WaitEntered",
                "both ParallelEntered > look PassEntered",
                "both ParallelExited > end SucceedEntered",
                "done SucceedEntered > done SucceedExited",
                "doze WaitEntered > doze WaitExited",
                "doze WaitExited > fall FailEntered",
                "end SucceedEntered > end SucceedExited",
                "end SucceedExited > Succeeded",
                "look PassEntered > look PassExited",
                "look PassExited > nap WaitEntered",
                "nap WaitEntered > nap WaitExited",
                "nap WaitExited > done SucceedEntered",
            ],
            [*STOPPED, "WaitStateEntered", "ExecutionAborted", "ABORTED"],
        ],
    ),
    "function_url_path": ("/img/100%.jpg", "/img/100%25.jpg"),
    "jwt_authorizer": (
        [
            {
                "good": "me",
                "without an end": "me",
                "an end that is no number": "fails",
                "a header that is none": "fails",
            },
            11,
        ],
        [{"good": "me"}, 14],
    ),
    "key_value_store_rights": (["*"] * 3, [STORE] * 3),
    "mediaconvert": ([400, True], [200, False]),
    "mediaconvert_queue": (
        "Unsupported resource type: AWS::MediaConvert::Queue",
        [
            "mine",
            {"Arn": "arn:aws:mediaconvert:us-east-1:000000000000:queues/mine", "Name": "mine"},
        ],
    ),
    "mediaconvert_rights": (
        [[None, "*"]] * 7,
        [
            ["mediaconvert:CreateJob", f"{MEDIACONVERT}:queues/mine"],
            ["mediaconvert:CreateJob", f"{MEDIACONVERT}:queues/Default"],
            ["mediaconvert:GetJob", f"{MEDIACONVERT}:jobs/1-a"],
            ["mediaconvert:CancelJob", f"{MEDIACONVERT}:jobs/1-a"],
            ["mediaconvert:ListJobs", f"{MEDIACONVERT}:queues/*"],
            ["mediaconvert:GetQueue", f"{MEDIACONVERT}:queues/mine"],
            ["mediaconvert:CreateQueue", "*"],
        ],
    ),
    "missing_object": (404, 403),
    "object_version": ([None], ["v1"]),
    "loopback_tls": (False, True),
    "python_runtime": (
        {"error": "Runtime.HandlerError"},
        {
            "error": "Superseded",
            "layer": "layer",
            "warm after an error": True,
            "has time left": True,
            "exit": "Runtime.ExitError",
        },
    ),
    "queue_batch_rights": (
        [
            "sqs:SendMessage",
            "sqs:SendMessageBatch",
            "sqs:DeleteMessageBatch",
            "sqs:ChangeMessageVisibilityBatch",
        ],
        ["sqs:SendMessage", "sqs:SendMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"],
    ),
    "sign_up": (
        [False, False],
        ["SignUp is not permitted for this user pool", False],
    ),
    "stream_position": ([3, 0], [0, 0]),
    "version_range": (
        [[200, None, "old", True], [200, None, "new", True], [200, None, "old", True]],
        [
            [206, "bytes 1-2/3", "ld", False],
            [206, "bytes 1-2/3", "ew", False],
            [416, "bytes */3", "", False],
        ],
    ),
    "whole_file_checksum": ([200, 200], [400, 200]),
}


@pytest.mark.parametrize("correction", CASES)
def test_upstream_needs_the_correction_and_the_correction_works(correction: str) -> None:
    assert tuple(_look(correction)) == CASES[correction]


def test_functions_run_where_the_runtime_client_is_not_compiled() -> None:
    """As on a Mac: the portable one is found first."""
    portable = ROOT / "local" / "emulator" / "portable"

    assert _look("python_runtime", PYTHONPATH=str(portable))[1] == CASES["python_runtime"][1]


def _look(correction: str, **variables: str) -> list[Any]:
    """In a process of its own, since a correction changes modules for good."""
    program = [sys.executable, "-m", f"tests.unit.local.upstream.{correction}"]
    environment = {"PATH": "/usr/bin:/bin", "AUTH": "true", "LOG_LEVEL": "CRITICAL", **variables}
    result = subprocess.run(
        program, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    return list(json.loads(result.stdout.splitlines()[-1]))
