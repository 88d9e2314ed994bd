"""How executing a job can end badly, with the codes of MediaConvert's ERROR events.

https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_error_codes.html
"""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    FILE_ACCESS = 1010  # no supported container, or one that can't be opened
    NO_VIDEO = 1020
    NO_AUDIO = 1021
    UNSUPPORTED_CODEC = 1030
    SETTINGS = 1040  # they don't fit the input
    DEMUXER_PARSE = 1075
    SOURCE_READ = 1076  # the input ends before its end
    UNKNOWN = 1999


class EncodeError(Exception):
    """`code` and `message` are what the ERROR event carries as errorCode and errorMessage."""

    def __init__(self, code: Code, message: str) -> None:
        self.code, self.message = int(code), message
        super().__init__(f"{self.code}: {message}")


class Cancelled(Exception):
    """The caller's event was set; FFmpeg is dead, its unfinished files are left in the target."""
