"""A multipart upload is completed only if the whole file has the CRC64NVME that the request names.

S3 computes it of every upload, and refuses another with BadDigest; MiniStack checks only uploads
that were created with an algorithm, and by their parts' checksums:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from __future__ import annotations

from typing import Any

from ministack.services import s3

ALGORITHM, HEADER = "CRC64NVME", "x-amz-checksum-crc64nvme"


def apply() -> None:
    complete = s3._complete_multipart_upload

    def complete_if_whole(
        bucket: str,
        key: str,
        body: bytes,
        query_params: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> Any:
        wanted = (headers or {}).get(HEADER)
        upload = s3._multipart_uploads.get(s3._qp(query_params, "uploadId"))
        if wanted and upload and not upload.get("checksum_algorithm"):
            whole = _whole(body, upload["parts"])
            if whole is not None and s3._compute_s3_checksum(ALGORITHM, whole) != wanted:
                said = f"The {ALGORITHM} you specified did not match the calculated checksum."
                return s3._error("BadDigest", said, 400, f"/{bucket}/{key}")
        return complete(bucket, key, body, query_params, headers)

    s3._complete_multipart_upload = complete_if_whole


def _whole(body: bytes, parts: dict[int, dict[str, Any]]) -> bytes | None:
    """The file that these parts make; None when the request is wrong otherwise."""
    try:
        named = [int(e.text) for e in s3.fromstring(body).iter() if e.tag.endswith("PartNumber")]
        return b"".join(parts[number]["body"] for number in sorted(named))
    except (s3.ParseError, KeyError, TypeError, ValueError):
        return None
