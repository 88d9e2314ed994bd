"""What the embedded cloud promises: one address, IAM on, CloudFront's manners, clean ends."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from botocore.exceptions import ClientError

from local.cloud import Cloud
from local.ports import claim
from local.settings import ROOT
from tests.integration.frontend import Frontend, photo

FOREVER = "public, max-age=31536000, immutable"
STRANGER = "https://evil.example"
CURIOUS = "import boto3\ndef handler(event, context): boto3.client('s3').list_buckets()"
BODY = b"0123456789" * 100


@pytest.fixture(scope="module")
def rendition(cloud: Cloud) -> str:
    """The path of an object in the renditions bucket, with a name that must be encoded."""
    key = "renditions/default/tests/media_edge/0123456789ab/a b+c (å).txt"
    cloud.client("s3").put_object(
        Bucket=cloud.outputs["RenditionsBucket"],
        Key=key,
        Body=BODY,
        ContentType="text/plain",
        CacheControl=FOREVER,
    )
    return f"/{quote(key)}"


@pytest.fixture(scope="module")
def edge(cloud: Cloud) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=cloud.edge_url) as client:
        yield client


def test_a_private_object_is_served_through_the_edge_only(
    cloud: Cloud, edge: httpx.Client, rendition: str
) -> None:
    bucket = cloud.outputs["RenditionsBucket"]

    assert edge.get(rendition).content == BODY
    assert httpx.get(f"{cloud.emulator_url}/{bucket}{rendition}").status_code == 403


def test_the_second_request_is_a_hit_with_its_age(edge: httpx.Client, rendition: str) -> None:
    edge.get(rendition)
    answer = edge.get(rendition, headers={"accept-encoding": "identity"})

    assert answer.headers["x-cache"] == "Hit from cloudfront"
    assert int(answer.headers["age"]) >= 0
    assert answer.headers["cache-control"] == FOREVER


def test_a_range_is_served(edge: httpx.Client, rendition: str) -> None:
    part = edge.get(rendition, headers={"range": "bytes=990-"})
    beyond = edge.get(rendition, headers={"range": "bytes=1000-"})

    assert (part.status_code, part.content) == (206, BODY[990:])
    assert part.headers["content-range"] == "bytes 990-999/1000"
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */1000")


def test_head_says_what_get_would_send(edge: httpx.Client, rendition: str) -> None:
    answer = edge.head(rendition)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "1000"
    assert answer.headers["content-type"] == "text/plain"


def test_what_is_there_already_is_not_sent_again(edge: httpx.Client, rendition: str) -> None:
    etag = edge.get(rendition).headers["etag"]
    answer = edge.get(rendition, headers={"if-none-match": etag})

    assert (answer.status_code, answer.content) == (304, b"")


def is_open_to(origin: str, answer: httpx.Response) -> bool:
    """Whether a browser lets scripts of this origin read it. What S3 said to another origin may be
    kept with an object: it opens nothing."""
    return answer.headers.get("access-control-allow-origin") in {"*", origin}


def test_a_page_of_an_allowed_origin_may_read(
    cloud: Cloud, edge: httpx.Client, rendition: str
) -> None:
    allowed = edge.get(rendition, headers={"origin": cloud.edge_url})
    strange = edge.get(rendition, headers={"origin": STRANGER})

    assert allowed.headers["access-control-allow-origin"] == cloud.edge_url
    assert not is_open_to(STRANGER, strange)


def test_security_headers_are_there(edge: httpx.Client, rendition: str) -> None:
    assert edge.get(rendition).headers["x-content-type-options"] == "nosniff"


def test_a_missing_object_is_an_error_that_is_not_kept_for_long(edge: httpx.Client) -> None:
    answer = edge.get("/renditions/default/tests/media_edge/0123456789ab/nothing")

    assert answer.status_code == 404
    assert answer.headers["x-cache"] == "Error from cloudfront"
    assert FOREVER not in answer.headers.get("cache-control", "")


def test_a_rendition_can_not_be_changed_through_the_edge(
    edge: httpx.Client, rendition: str
) -> None:
    assert edge.put(rendition, content=b"x").status_code == 403


def test_a_function_url_refuses_who_is_not_the_edge(cloud: Cloud) -> None:
    [function] = [
        function["FunctionName"]
        for function in cloud.client("lambda").list_functions()["Functions"]
        if "imgresize" in function["FunctionName"]
    ]
    [config] = cloud.client("lambda").list_function_url_configs(FunctionName=function)[
        "FunctionUrlConfigs"
    ]
    host = httpx.URL(config["FunctionUrl"]).host
    answer = httpx.get(f"{cloud.emulator_url}/img/x", headers={"host": host})

    assert answer.status_code == 403


def test_a_function_may_do_only_what_its_role_says(cloud: Cloud) -> None:
    """Functions run with their role's credentials, and the emulator enforces IAM."""
    client = cloud.client("lambda")
    role = _role_without_permissions(cloud)
    client.create_function(
        FunctionName="curious",
        Runtime="python3.12",
        Handler="curious.handler",
        Role=role,
        Code={"ZipFile": _package(CURIOUS)},
    )
    answer = client.invoke(FunctionName="curious")
    error = json.loads(answer["Payload"].read())

    assert error["errorType"] == "AccessDenied"
    assert "is not authorized to perform: s3:ListAllMyBuckets" in error["errorMessage"]


def _role_without_permissions(cloud: Cloud) -> str:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = cloud.client("iam").create_role(
        RoleName="curious", AssumeRolePolicyDocument=json.dumps(trust)
    )
    return str(role["Role"]["Arn"])


def _package(code: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("curious.py", code)
    return archive.getvalue()


def test_an_upload_page_may_put_to_the_bucket(cloud: Cloud) -> None:
    bucket = cloud.outputs["OriginalsBucket"]
    answer = httpx.options(
        f"{cloud.emulator_url}/{bucket}/originals/x",
        headers={"origin": cloud.edge_url, "access-control-request-method": "PUT"},
    )

    assert answer.headers["access-control-allow-origin"] == cloud.edge_url


def test_versions_and_sequencers_travel_with_the_event(cloud: Cloud, frontend: Frontend) -> None:
    asset = frontend.ready(photo(64, 64))
    [version] = cloud.client("s3").list_object_versions(
        Bucket=cloud.outputs["OriginalsBucket"], Prefix=asset["originalKey"]
    )["Versions"]

    assert asset["versionId"] == version["VersionId"]


def test_a_bucket_that_denies_plain_http_takes_the_loopback(cloud: Cloud) -> None:
    policy = cloud.client("s3").get_bucket_policy(Bucket=cloud.outputs["OriginalsBucket"])

    assert "aws:SecureTransport" in policy["Policy"]
    with pytest.raises(ClientError, match="404"):
        cloud.client("s3").head_object(Bucket=cloud.outputs["OriginalsBucket"], Key="nothing")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_make_up_announces_itself_and_leaves_no_process_behind(
    ending: signal.Signals, tmp_path: Path
) -> None:
    port, emulator_port = claim(0, ""), claim(0, "")
    command = [sys.executable, "-m", "local", "up", "--port", str(port)]
    command += ["--emulator-port", str(emulator_port), "--state", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as up:
        outputs = _announced(tmp_path / "outputs.json", up)
        for line in (
            outputs["auth"]["curl"],
            f"{sys.executable} -m local token --state {tmp_path}",
        ):
            token = subprocess.check_output(["bash", "-c", line], cwd=ROOT, text=True).strip()
            headers = {"authorization": f"Bearer {token}"}
            answer = httpx.get(f"{outputs['api']}/assets", headers=headers, timeout=30)
            assert answer.status_code == 200, answer.text
        children = _descendants(up.pid)
        up.send_signal(ending)
        printed, _ = up.communicate(timeout=30)

    assert f"http://localhost:{port}" in printed
    assert len(children) >= 2  # the emulator and a function
    if ending is not signal.SIGKILL:
        assert up.returncode == 0
        assert not (tmp_path / "outputs.json").exists()
    deadline = time.monotonic() + 10
    while any(map(_runs, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_runs, children))


def _announced(path: Path, up: subprocess.Popen[str]) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert up.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    outputs: dict[str, Any] = json.loads(path.read_text())
    assert outputs.keys() == {"edge", "api", "emulator", "websocket", "auth", "stacks"}
    return outputs


def _descendants(pid: int) -> set[int]:
    """Processes that `pid` started, and theirs."""
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    parents = {
        int(child): int(parent) for child, parent in map(str.split, listing.stdout.splitlines())
    }
    found: set[int] = set()
    while more := {c for c, parent in parents.items() if parent in found | {pid}} - found:
        found |= more
    return found


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_script_of_an_allowed_page_may_read_media(edge: httpx.Client, rendition: str) -> None:
    """Also with a header that the browser asks about first; any number of pages may be allowed."""
    other = str(edge.base_url).rstrip("/").replace("localhost", "127.0.0.1")
    for origin in (str(edge.base_url).rstrip("/"), other):
        asked = {"access-control-request-method": "GET", "access-control-request-headers": "range"}
        preflight = edge.options(rendition, headers={"origin": origin, **asked})
        assert preflight.is_success
        assert preflight.headers["access-control-allow-origin"] in {origin, "*"}
        assert "GET" in preflight.headers["access-control-allow-methods"]
        answer = edge.get(rendition, headers={"origin": origin})
        assert answer.headers["access-control-allow-origin"] in {origin, "*"}

    assert not is_open_to(STRANGER, edge.get(rendition, headers={"origin": STRANGER}))
