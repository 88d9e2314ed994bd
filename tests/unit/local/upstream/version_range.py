from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

from ministack.services import s3

from local.emulator.corrections import version_range


def store(version_id: str) -> dict[str, object]:
    """A version whose content is its own id."""
    data = version_id.encode()
    modified = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
    entry = {"version_id": version_id, "data": data, "etag": '"0"', "last_modified": modified}
    return {**entry, "size": len(data), "checksums": {"CRC32": "whole"}}


def part(version_id: str, wanted: str) -> list[object]:
    """Status, range, bytes, and whether a checksum came with them."""
    headers = {"range": wanted, "x-amz-checksum-mode": "ENABLED", "authorization": "AWS4"}
    status, told, body = s3._get_object("bucket", "key", headers, {"versionId": [version_id]})
    checked = any("checksum" in name.lower() for name in told)
    return [status, told.get("Content-Range"), body.decode() if status < 400 else "", checked]


def parts() -> list[list[object]]:
    return [part("old", "bytes=1-2"), part("new", "bytes=-2"), part("old", "bytes=9-")]


if __name__ == "__main__":
    s3._buckets["bucket"] = s3._buckets.get("bucket") or {"objects": {}}
    s3._object_versions["bucket", "key"] = [store("old"), store("new")]
    before = parts()
    version_range.apply()
    json.dump([before, parts()], sys.stdout)
