"""What a Step Functions error means for the asset."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from spool.errors import AssetErrorCode, EncoderFault, MediaError, TranscodeTimeout

_MEDIA_ERRORS = {cls.__name__: cls.code for cls in MediaError.__subclasses__()}
_TIMEOUTS = {"States.Timeout", "Sandbox.Timedout", TranscodeTimeout.__name__}
_ENCODER_FAULTS = {EncoderFault.__name__}
_ERROR_MESSAGE = re.compile(r'"errorMessage"\s*:\s*("(?:[^"\\]|\\.)*")')
_OUT_OF_MEMORY = {"Runtime.ExitError", "Runtime.OutOfMemory"}


@dataclass(frozen=True)
class Failure:
    """Why a run failed, in a sentence for the user. A permanent one is the upload's own fault."""

    code: AssetErrorCode
    message: str
    permanent: bool

    @classmethod
    def from_state(cls, error: Mapping[str, str]) -> Failure:
        """From what a Catch passes on: `Error` is the error's class name, `Cause` its JSON.

        Only a MediaError's own sentence is shown; others may tell of the inside.
        """
        name, cause = error["Error"], error.get("Cause", "")
        if name in _MEDIA_ERRORS:
            return cls(_MEDIA_ERRORS[name], _message(cause), permanent=True)
        if name in _ENCODER_FAULTS:
            message = "The video could not be transcoded; it can be tried again."
            return cls(AssetErrorCode.TRANSCODE_FAILED, message, permanent=False)
        if name in _TIMEOUTS or "Task timed out" in cause:
            return cls(AssetErrorCode.TIMEOUT, "Processing took too long.", permanent=False)
        if name in _OUT_OF_MEMORY or "Runtime exited" in cause:
            message = "Processing took more memory than there is."
            return cls(AssetErrorCode.RESOURCE_LIMIT, message, permanent=False)
        message = "Processing failed on our side; it can be tried again."
        return cls(AssetErrorCode.INTERNAL, message, permanent=False)


def _message(cause: str) -> str:
    """The exception's own sentence; `cause` may be cut off behind it."""
    found = _ERROR_MESSAGE.search(cause)
    return str(json.loads(found[1])) if found else "The file can't be processed."
