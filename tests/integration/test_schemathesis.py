"""Everything that the document allows is asked of the API, and much that it doesn't."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from local.cloud import Cloud
from tests.integration.contract import DOCUMENT
from tests.integration.frontend import Frontend, photo

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "ignored_auth",
)


def run(
    cloud: Cloud,
    folder: Path,
    *options: str,
    seconds: int,
    token: str | None = None,
    parameters: Mapping[str, str] | None = None,
) -> None:
    """All operations, within about so many seconds; `parameters` have these values everywhere."""
    config = folder / "schemathesis.toml"
    lines = [f'"{name}" = {json.dumps(value)}' for name, value in (parameters or {}).items()]
    config.write_text("\n".join(["[parameters]", *lines]))
    result = subprocess.run(
        [
            str(Path(sysconfig.get_path("scripts")) / "schemathesis"),
            "--config-file",
            str(config),
            *("run", str(DOCUMENT), "--url", cloud.api_url, "--no-color", "--warnings", "off"),
            *("--checks", ",".join(CHECKS), "--continue-on-failure", "--request-timeout", "60"),
            *("--phases", "coverage,fuzzing", "--max-time", str(seconds), "--seed", "1"),
            *(() if token is None else ("--header", f"Authorization: Bearer {token}")),
            *options,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=seconds + 120,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]


@pytest.fixture
def member(cloud: Cloud) -> Iterator[Frontend]:
    """An admin of an organisation of its own."""
    member = Frontend.member(cloud, org="fuzz")
    yield member
    member.http.close()


def test_nothing_that_a_member_sends_is_answered_in_an_undocumented_way(
    cloud: Cloud, member: Frontend, tmp_path: Path
) -> None:
    run(cloud, tmp_path, "--max-examples", "10", seconds=40, token=member.token)


def test_nothing_that_a_stranger_sends_is_answered_in_an_undocumented_way(
    cloud: Cloud, tmp_path: Path
) -> None:
    run(cloud, tmp_path, "--max-examples", "3", seconds=10)


def test_what_is_really_there_is_answered_as_documented(
    cloud: Cloud, member: Frontend, tmp_path: Path
) -> None:
    """With the ids of things that exist, of which only the asset must not go before the rest."""
    asset = member.ready(photo(200, 150))
    ticket = member.presign(parts=2)
    path, remark = f"/assets/{asset['id']}/comments", {"text": "Brighter, please."}
    comment = member.request("POST", path, json=remark)
    there = {
        "path.id": asset["id"],
        "path.versionId": asset["versionId"],
        "path.commentId": comment.json()["id"],
        "path.uploadId": ticket["uploadId"],
        "query.key": ticket["key"],
    }

    run(
        cloud,
        tmp_path,
        *("--exclude-operation-id", "deleteAsset", "--max-examples", "5"),
        seconds=20,
        token=member.token,
        parameters=there,
    )
