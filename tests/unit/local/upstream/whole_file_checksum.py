from __future__ import annotations

import json
import sys

from ministack.services import s3

from local.emulator.corrections import whole_file_checksum

PARTS = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>"


def completed(checksum: str) -> int:
    """The status with which an upload is completed whose file is said to have this checksum."""
    part = {"body": b"abc", "etag": '"0"'}
    upload = {"bucket": "bucket", "key": "key", "parts": {1: part}, "content_type": "text/plain"}
    s3._multipart_uploads[checksum] = {**upload, "metadata": {}}
    headers = {
        "x-amz-checksum-crc64nvme": checksum,
        "x-amz-checksum-type": "FULL_OBJECT",
        "host": "localhost",
    }
    query = {"uploadId": [checksum]}
    status, *_ = s3._complete_multipart_upload("bucket", "key", PARTS.encode(), query, headers)
    return int(status)


def another_and_the_right_one(checksum: str) -> list[int]:
    return [completed("AAAAAAAAAAA="), completed(checksum)]


if __name__ == "__main__":
    s3._buckets["bucket"] = s3._buckets.get("bucket") or {"objects": {}}
    right = s3._compute_s3_checksum("CRC64NVME", b"abc")
    before = another_and_the_right_one(right)
    s3._completed_multipart_uploads.clear()
    whole_file_checksum.apply()
    json.dump([before, another_and_the_right_one(right)], sys.stdout)
