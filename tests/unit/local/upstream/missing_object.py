from __future__ import annotations

import asyncio
import json
import sys

from ministack.services import iam, s3, sts

from local.emulator.corrections import missing_object

STRANGER = "ASIA0000000000000000"  # a session of a role without any permission
HEADERS = {
    "authorization": f"AWS4-HMAC-SHA256 Credential={STRANGER}/20261120/us-east-1/s3/aws4_request",
    "host": "localhost",
}


def status_of_a_missing_key() -> int:
    status, *_ = asyncio.run(s3.handle_request("GET", "/bucket/nothing", HEADERS, b"", {}))
    return int(status)


if __name__ == "__main__":
    s3._buckets["bucket"] = s3._buckets.get("bucket") or {"objects": {}}
    iam._roles["role"] = {"RoleName": "role", "AssumeRolePolicyDocument": "{}"}
    arn = "arn:aws:sts::000000000000:assumed-role/role/session"
    sts.register_session(STRANGER, {"Arn": arn, "UserId": "role:session"})
    before = status_of_a_missing_key()
    missing_object.apply()
    json.dump([before, status_of_a_missing_key()], sys.stdout)
