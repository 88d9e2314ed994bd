"""AWS clients, made on first use and kept by the warm function.

botocore's own clients, not boto3's: the same calls, but boto3's session would add a tenth to a cold
start.
"""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import botocore.session
from botocore.config import Config
from botocore.exceptions import ConnectionError as UnreachableError
from botocore.exceptions import HTTPClientError

from spool.errors import Throttled, Transient

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_mediaconvert import MediaConvertClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 4},
    connect_timeout=2,
    read_timeout=20,
)
# S3 would otherwise be told to expect checksums of every part, which a browser's PUT has not.
_S3_CONFIG = _CONFIG.merge(
    Config(request_checksum_calculation="when_required", signature_version="s3v4")
)
# No retries of its own: they would spend the account's few calls a second, and blur whether a job
# was refused or may have been created.
_MEDIACONVERT_CONFIG = _CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))

# A function tells many connections at once, and none holds the others up for long.
_CONNECTIONS_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 2},
    connect_timeout=1,
    read_timeout=3,
    max_pool_connections=16,
)

# Who asks whether somebody is well doesn't wait for long.
_IMPATIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=1, read_timeout=2
)

_MAKING = threading.Lock()  # clients may be shared by threads, but not made by several at once

_THROTTLED = frozenset(
    {
        "ExecutionLimitExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyInvalidationsInProgress",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


@cache
def session() -> botocore.session.Session:
    return botocore.session.get_session()


@cache
def cloudfront() -> CloudFrontClient:
    return cast("CloudFrontClient", _client("cloudfront", _CONFIG))


@cache
def connections(endpoint: str) -> Any:
    """Of the WebSocket API's stage that is there."""
    return _client("apigatewaymanagementapi", _CONNECTIONS_CONFIG, endpoint)


@cache
def dynamodb() -> DynamoDBClient:
    return cast("DynamoDBClient", _client("dynamodb", _CONFIG))


@cache
def events() -> EventBridgeClient:
    return cast("EventBridgeClient", _client("events", _CONFIG))


@cache
def mediaconvert() -> MediaConvertClient:
    """Its client tells Throttled from what else is Transient."""
    client = _client("mediaconvert", _MEDIACONVERT_CONFIG)
    client.meta.events.register_first("after-call", _raise_throttled_answer)
    return cast("MediaConvertClient", client)


@cache
def s3() -> S3Client:
    return cast("S3Client", _client("s3", _S3_CONFIG))


@cache
def secretsmanager() -> SecretsManagerClient:
    return cast("SecretsManagerClient", _client("secretsmanager", _CONFIG))


@cache
def stepfunctions() -> SFNClient:
    return cast("SFNClient", _client("stepfunctions", _CONFIG))


@cache
def sqs() -> SQSClient:
    return cast("SQSClient", _client("sqs", _CONFIG))


@cache
def impatient(service: str) -> Any:
    """A client that gives up soon, for checks of health."""
    return _client(service, _IMPATIENT)


def endpoint_url(service: str) -> str | None:
    """Where `service` is instead of AWS, as the SDK's own environment variables say."""
    return os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or os.environ.get(
        "AWS_ENDPOINT_URL"
    )


def _client(service: str, config: Config, endpoint: str | None = None) -> Any:
    """A client whose failures are Transient, after the SDK's own retries, where a later try may
    succeed."""
    with _MAKING:
        client = session().create_client(service, config=config, endpoint_url=endpoint)
    client.meta.events.register("after-call", _raise_transient_answer)
    client.meta.events.register("after-call-error", _raise_transient_exception)
    return client


def _raise_transient_answer(http_response: Any, parsed: Any, **_: Any) -> None:
    error = parsed.get("Error", {})
    status = http_response.status_code
    if status >= 500 or status == 429 or error.get("Code") in _THROTTLED:
        raise Transient(f"{error.get('Code', status)}: {error.get('Message', '')}")


def _raise_throttled_answer(http_response: Any, parsed: Any, **_: Any) -> None:
    error = parsed.get("Error", {})
    if http_response.status_code == 429 or error.get("Code") == "ServiceQuotaExceededException":
        raise Throttled(f"{error.get('Code', 429)}: {error.get('Message', '')}")


def _raise_transient_exception(exception: Exception, **_: Any) -> None:
    if isinstance(exception, UnreachableError | HTTPClientError):
        raise Transient(str(exception)) from exception
