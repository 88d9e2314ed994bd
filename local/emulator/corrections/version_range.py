"""A part of one version of an object is that part.

MiniStack answers `Range` for the newest version only, when no version is named; for a named one it
sends the whole object. Documented at
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
"""

from __future__ import annotations

from typing import Any

from ministack.services import s3

Answer = tuple[int, dict[str, str], bytes]


def apply() -> None:
    get = s3._get_object

    def get_part(
        bucket: str, key: str, headers: dict[str, str], query_params: dict[str, Any] | None = None
    ) -> Any:
        answer = get(bucket, key, headers, query_params)
        wanted = headers.get("range")
        if wanted and answer[0] == 200 and "versionId" in (query_params or {}):
            return _part(wanted, answer, bucket, key)
        return answer

    s3._get_object = get_part


def _part(wanted: str, answer: Answer, bucket: str, key: str) -> Answer:
    """A checksum is the whole object's, so a part has none."""
    _, headers, body = answer
    span = s3._parse_range(wanted, len(body))
    if span is None:
        content_range = {"Content-Type": "application/xml", "Content-Range": f"bytes */{len(body)}"}
        return 416, content_range, s3._xml_body(s3._range_error_xml(bucket, key))
    start, end = span
    kept = {k: v for k, v in headers.items() if not k.lower().startswith("x-amz-checksum-")}
    part = body[start : end + 1]
    told = {"Content-Length": str(len(part)), "Content-Range": f"bytes {start}-{end}/{len(body)}"}
    return 206, {**kept, **told}, part
