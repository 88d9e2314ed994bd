from __future__ import annotations

import json

import pytest

from spool.errors import AssetErrorCode, MediaError
from spool.services.failures import Failure


def cause(message: str, **more: object) -> str:
    return json.dumps({"errorMessage": message, "errorType": "X", **more})


@pytest.mark.parametrize("error", MediaError.__subclasses__())
def test_an_uploads_fault_is_permanent_and_told_in_its_own_words(error: type[MediaError]) -> None:
    state = {"Error": error.__name__, "Cause": cause('It is "bad".', stackTrace=["secret"])}

    assert Failure.from_state(state) == Failure(error.code, 'It is "bad".', permanent=True)


def test_a_cause_that_was_cut_off_still_tells() -> None:
    text = cause("It is bad.", stackTrace=["x" * 100])[:60]

    assert Failure.from_state({"Error": "Corrupt", "Cause": text}).message == "It is bad."


@pytest.mark.parametrize(
    ("error", "text", "code"),
    [
        ("States.Timeout", "", AssetErrorCode.TIMEOUT),
        ("Sandbox.Timedout", "Task timed out after 3.00 seconds", AssetErrorCode.TIMEOUT),
        ("Lambda.Unknown", "RequestId: 1 Error: Task timed out after 3 s", AssetErrorCode.TIMEOUT),
        ("Runtime.ExitError", "signal: killed", AssetErrorCode.RESOURCE_LIMIT),
        ("Runtime.OutOfMemory", "", AssetErrorCode.RESOURCE_LIMIT),
        ("Lambda.Unknown", "Error: Runtime exited with error", AssetErrorCode.RESOURCE_LIMIT),
        ("ClientError", cause("AccessDenied for role/secret"), AssetErrorCode.INTERNAL),
        ("Transient", cause("SlowDown"), AssetErrorCode.INTERNAL),
        ("Throttled", cause("429"), AssetErrorCode.INTERNAL),
        ("EncoderFault", cause("1432: role/secret"), AssetErrorCode.TRANSCODE_FAILED),
        ("TranscodeTimeout", cause("The job was late."), AssetErrorCode.TIMEOUT),
    ],
)
def test_our_fault_can_be_tried_again_and_tells_nothing_of_the_inside(
    error: str, text: str, code: AssetErrorCode
) -> None:
    failure = Failure.from_state({"Error": error, "Cause": text})

    assert (failure.code, failure.permanent) == (code, False)
    assert "secret" not in failure.message
    assert failure.message.endswith(".")


def test_a_media_error_without_a_sentence_gets_one() -> None:
    failure = Failure.from_state({"Error": "Corrupt", "Cause": ""})

    assert failure.message == "The file can't be processed."
