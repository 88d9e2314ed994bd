"""What MediaConvert's API refuses, and what ends a job.

ServiceError           answered with `status` and the class name as the code
├── BadRequestException
├── NotFoundException
└── ConflictException
JobFailed              the job ends in ERROR with `code` and a message
"""

from __future__ import annotations

from typing import ClassVar


class ServiceError(Exception):
    status: ClassVar[int] = 500

    @property
    def code(self) -> str:
        return type(self).__name__


class BadRequestException(ServiceError):
    status = 400


class NotFoundException(ServiceError):
    status = 404


class ConflictException(ServiceError):
    status = 409


class JobFailed(Exception):
    """Codes: https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_error_codes.html"""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


DENIED = 1401
NOT_FOUND = 1404
ROLE_MISSING = 1433
ROLE_NOT_TRUSTED = 1434
UNKNOWN = 1999
