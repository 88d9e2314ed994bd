"""Every error Spool raises, in one tree.

    SpoolError
    ├── MediaError       permanent: the upload is at fault; the asset fails with `code`
    │   ├── EmptyFile, UnsupportedType, TypeMismatch, Corrupt, NoMediaStreams, Encrypted,
    │   ├── PixelLimit, SizeLimit, DurationLimit, ResourceLimit,
    │   └── UnsafeContent, TranscodeFailed, Cancelled
    ├── RequestError     the HTTP caller is at fault; answered as problem+json
    │   ├── InvalidRequest, Unauthenticated, Forbidden, QuotaExceeded, NotFound, NotReady, Conflict,
    │   ├── PayloadTooLarge, UnsupportedMediaType, PartMismatch
    │   └── NoPrivateContent, which is an InvalidRequest
    ├── Superseded       a newer version overtook this run: it ends and touches nothing
    ├── EncoderFault     the encoder failed, and not for the upload's sake: an operator tries again
    ├── TranscodeTimeout the encoder's job outlived its deadline and was cancelled
    ├── AddressRefused   a webhook's name leads where Spool doesn't call: the attempt failed
    ├── Misconfigured    an operator has to do something first, which it says; HTTP callers get 503
    └── Transient        worth another try: throttling, a lost connection, a 5xx of a service
        └── Throttled    the service takes no more calls for now: worth many tries

Step Functions sees the class name as the error name: `asset_pipeline.asl.json` retries
`Transient` and, more patiently, `Throttled`, ends quietly on `Superseded`, and fails the asset on
anything else.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class AssetErrorCode(StrEnum):
    """The stable codes in an asset's `error.code`."""

    EMPTY_FILE = "EMPTY_FILE"
    UNSUPPORTED_TYPE = "UNSUPPORTED_TYPE"
    TYPE_MISMATCH = "TYPE_MISMATCH"
    CORRUPT = "CORRUPT"
    NO_MEDIA_STREAMS = "NO_MEDIA_STREAMS"
    PIXEL_LIMIT = "PIXEL_LIMIT"
    SIZE_LIMIT = "SIZE_LIMIT"
    DURATION_LIMIT = "DURATION_LIMIT"
    RESOURCE_LIMIT = "RESOURCE_LIMIT"
    ENCRYPTED = "ENCRYPTED"
    MALWARE = "MALWARE"
    UNSAFE_CONTENT = "UNSAFE_CONTENT"
    TRANSCODE_FAILED = "TRANSCODE_FAILED"
    TIMEOUT = "TIMEOUT"
    CANCELLED = "CANCELLED"
    INTERNAL = "INTERNAL"


class SpoolError(Exception):
    """Base of all. `str(error)` is a sentence that a user may read."""


class MediaError(SpoolError):
    """The upload can't be processed, however often one tries."""

    code: ClassVar[AssetErrorCode]


class EmptyFile(MediaError):
    code = AssetErrorCode.EMPTY_FILE

    def __init__(self) -> None:
        super().__init__("The file is empty.")


class UnsupportedType(MediaError):
    code = AssetErrorCode.UNSUPPORTED_TYPE


class TypeMismatch(MediaError):
    code = AssetErrorCode.TYPE_MISMATCH


class Corrupt(MediaError):
    code = AssetErrorCode.CORRUPT


class NoMediaStreams(MediaError):
    code = AssetErrorCode.NO_MEDIA_STREAMS


class PixelLimit(MediaError):
    code = AssetErrorCode.PIXEL_LIMIT


class SizeLimit(MediaError):
    code = AssetErrorCode.SIZE_LIMIT


class DurationLimit(MediaError):
    code = AssetErrorCode.DURATION_LIMIT


class ResourceLimit(MediaError):
    code = AssetErrorCode.RESOURCE_LIMIT


class Encrypted(MediaError):
    code = AssetErrorCode.ENCRYPTED


class UnsafeContent(MediaError):
    code = AssetErrorCode.UNSAFE_CONTENT


class TranscodeFailed(MediaError):
    code = AssetErrorCode.TRANSCODE_FAILED


class Cancelled(MediaError):
    code = AssetErrorCode.CANCELLED


class EncoderFault(SpoolError):
    """The encoder's job failed for a reason that isn't the upload's."""


class TranscodeTimeout(SpoolError):
    """The encoder's job did not end by its deadline."""


class AddressRefused(SpoolError):
    """A name leads where Spool doesn't call."""


class Misconfigured(SpoolError):
    """The deployment lacks something that only an operator can give it."""


class Superseded(SpoolError):
    """A newer version of the asset, or its deletion, overtook this run."""


class Transient(SpoolError):
    """A dependency failed in a way that another try may not."""


class Throttled(Transient):
    """A service takes no more calls for now, as MediaConvert soon does."""


class RequestError(SpoolError):
    """An HTTP request that can't be answered as asked (RFC 9457 problem)."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]


class InvalidRequest(RequestError):
    status, code, title = 400, "INVALID_REQUEST", "The request is not valid"


class NoPrivateContent(InvalidRequest):
    def __init__(self) -> None:
        super().__init__(
            "There is no private content here: the setting privatePublicKeys is empty."
        )


class Unauthenticated(RequestError):
    status, code, title = 401, "UNAUTHENTICATED", "Not signed in"


class Forbidden(RequestError):
    status, code, title = 403, "FORBIDDEN", "Forbidden"


class QuotaExceeded(RequestError):
    status, code, title = 403, "QUOTA_EXCEEDED", "Quota exceeded"


class NotFound(RequestError):
    status, code, title = 404, "NOT_FOUND", "Not found"


class NotReady(RequestError):
    status, code, title = 404, "NOT_READY", "Not ready yet"


class Conflict(RequestError):
    status, code, title = 409, "CONFLICT", "Conflict"


class PayloadTooLarge(RequestError):
    status, code, title = 413, "SIZE_LIMIT", "Too large"


class UnsupportedMediaType(RequestError):
    status, code, title = 415, "UNSUPPORTED_TYPE", "Unsupported type"


class PartMismatch(RequestError):
    status, code, title = 422, "PART_MISMATCH", "Parts do not match"
