"""Executes MediaConvert's job settings with FFmpeg: `execute`, and what of them it can't do."""

from local.mediaconvert.encode.encoded import Encoded, EncodedGroup
from local.mediaconvert.encode.errors import Cancelled, Code, EncodeError
from local.mediaconvert.encode.execution import execute
from local.mediaconvert.encode.supported import unsupported

__all__ = [
    "Cancelled",
    "Code",
    "EncodeError",
    "Encoded",
    "EncodedGroup",
    "execute",
    "unsupported",
]
