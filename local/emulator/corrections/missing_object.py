"""A missing object is 403 for who may not list its bucket, and 404 for who may.

MiniStack answers 404 to both, and so hides a role that lacks `s3:ListBucket`. Documented at
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
"""

from __future__ import annotations

from typing import Any

from ministack.app import extract_access_key_id, extract_region
from ministack.core import iam_evaluator
from ministack.services import s3

NO_SUCH_KEY = 404


def apply() -> None:
    handle = s3.handle_request

    async def handle_missing(
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: dict[str, Any],
        **options: Any,
    ) -> Any:
        answer = await handle(method, path, headers, body, query_params, **options)
        bucket, key = s3._parse_bucket_key(path, headers)
        asks_for_object = key and method in {"GET", "HEAD"} and "uploadId" not in query_params
        if answer[0] != NO_SUCH_KEY or not asks_for_object:
            return answer
        if _may_list(bucket, headers, query_params):
            return answer
        return s3._error("AccessDenied", "Access Denied", 403, f"/{bucket}/{key}")

    s3.handle_request = handle_missing


def _may_list(bucket: str, headers: dict[str, str], query_params: dict[str, Any]) -> bool:
    denied = iam_evaluator.enforce(
        extract_access_key_id(headers, query_params),
        "s3:ListBucket",
        "s3",
        extract_region(headers, query_params),
        resource_arn=f"arn:aws:s3:::{bucket}",
    )
    return denied is None
