"""When a small encode is worth its time.

Nobody knows how often a variant will be asked for. So, as one rents skis until the rent is the
price of a pair: a quick encode is served until what it costs more than a small one has added up to
the price of making that. Whatever comes then, at most twice the least is paid.

Prices are AWS's in us-east-1, arm64, in US dollars; seconds and bytes are measured by
`python -m bench.economy`, of photographs 1280 px wide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

LAMBDA_GB_SECOND = 0.0000133334
LAMBDA_REQUEST = 0.20e-6
EGRESS_BYTE = 0.085e-9  # CloudFront to the internet, first 10 TB
S3_GET = 0.0004e-3
S3_PUT = 0.005e-3
DYNAMODB_WRITE = 0.625e-6
SQS_REQUEST = 0.40e-6

GIGABYTES = 1769 / 1024  # the memory that has one whole vCPU
FETCH_SECONDS = 0.03  # of img_resize, to read, count and return a quick encode
_SQS_REQUESTS = 3  # sent, received, deleted


@dataclass(frozen=True)
class Encode:
    """`seconds` that the small encode takes, and `saved`, the bytes by which it is smaller."""

    seconds: float
    saved: int


MEASURED: Mapping[str, Encode] = {
    "avif": Encode(0.9, 25_700),
    "webp": Encode(0.27, 27_100),
    "jpeg": Encode(0.14, 12_600),
    "png": Encode(0.13, 39_300),
    "gif": Encode(2.6, 32_000),
}
"""By format."""


def small_cost(encode: Encode) -> float:
    """Dollars for one small encode: a message, a mip and a quick encode read, the function, and
    the object replaced."""
    function = LAMBDA_REQUEST + encode.seconds * GIGABYTES * LAMBDA_GB_SECOND
    return _SQS_REQUESTS * SQS_REQUEST + 2 * S3_GET + function + S3_PUT


def fetch_cost(encode: Encode) -> float:
    """Dollars that a fetch of the quick encode costs more than one of the small: S3 has that alone,
    for this a function is called, reads it and counts. Its surplus bytes reach one viewer at
    least."""
    function = LAMBDA_REQUEST + FETCH_SECONDS * GIGABYTES * LAMBDA_GB_SECOND
    return function + S3_GET + DYNAMODB_WRITE + encode.saved * EGRESS_BYTE


SMALL_AFTER: Mapping[str, int] = {
    name: ceil(small_cost(encode) / fetch_cost(encode)) for name, encode in MEASURED.items()
}
"""By format, after how many fetches of the quick encode the small one is made."""
