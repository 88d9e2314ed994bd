from __future__ import annotations

import json
import sys
from typing import Any

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from ministack.services import iam, s3, sts

from local.emulator.corrections import delete_objects_rights
from tests.unit.local.upstream.requests import answer

SESSION = Credentials("ASIA0000000000000000", "secret", "token")
STATEMENT = {
    "Effect": "Allow",
    "Action": "s3:DeleteObject",
    "Resource": "arn:aws:s3:::bucket/our/*",
}


def asked(*keys: str) -> list[Any]:
    """Status, what the answer says of each key, and which of them are left."""
    objects = "".join(f"<Object><Key>{key}</Key></Object>" for key in keys)
    body = f'<Delete xmlns="{s3.S3_NS}">{objects}</Delete>'.encode()
    request = AWSRequest("POST", "http://localhost/bucket?delete=", data=body)
    request.headers["host"] = "localhost"
    S3SigV4Auth(SESSION, "s3", "us-east-1").add_auth(request)
    s3._buckets["bucket"]["objects"].update({key: {} for key in keys})
    status, told = answer(
        "POST", "/bucket", dict(request.headers.items()), query="delete=", body=body
    )
    result = s3.fromstring(told)
    said = {
        entry.findtext("{*}Key"): entry.findtext("{*}Code") or entry.tag.rpartition("}")[2]
        for entry in result
        if entry.find("{*}Key") is not None
    }
    return [status, said, sorted(s3._buckets["bucket"]["objects"])]


if __name__ == "__main__":
    s3._buckets["bucket"] = s3._buckets.get("bucket") or {"objects": {}}
    iam._roles["role"] = {
        "RoleName": "role",
        "AssumeRolePolicyDocument": "{}",
        "InlinePolicies": {"p": json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})},
    }
    session = {
        "Arn": "arn:aws:sts::000000000000:assumed-role/role/session",
        "UserId": "role:session",
        "SecretAccessKey": SESSION.secret_key,
        "SessionToken": SESSION.token,
        "AccountId": "000000000000",
        "PrincipalType": "AssumedRole",
    }
    sts.register_session(SESSION.access_key, session)
    before = asked("our/a", "their/a")
    delete_objects_rights.apply()
    json.dump([before, [asked("our/a", "their/a"), asked("our/b"), asked("their/b")]], sys.stdout)
