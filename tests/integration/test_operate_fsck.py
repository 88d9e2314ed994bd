"""An operator's fsck, rebuild and quota on the embedded cloud, each on an organisation of its own
that is broken by hand."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from local.cloud import Cloud
from operate.__main__ import parser
from operate.deployment import Deployment
from spool.aws.items import from_item, to_item
from tests.integration.frontend import Frontend, decoded, photo

KNOWN = 2  # assets that are live

LOST = {"rev", "versions"}
"""What a rebuild doesn't bring back of what the API shows: see docs/operations.md."""


class Operator:
    """Runs commands on one organisation and reads what they print."""

    def __init__(self, cloud: Cloud, org: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.org = org
        self.deployment = Deployment(cloud.outputs, cloud.client, name="under test", local=True)
        self._capsys = capsys

    def run(self, command: str, *arguments: str) -> tuple[int, list[str]]:
        """Its exit code and lines."""
        options = parser().parse_args([command, *arguments])
        self._capsys.readouterr()
        code = options.run(self.deployment, options)
        return code, self._capsys.readouterr().out.splitlines()

    def fsck(self, *arguments: str) -> tuple[int, list[tuple[str, str]]]:
        """What is wrong, the system being at rest."""
        code, lines = self.run("fsck", "--org", self.org, "--grace", "0", "--json", *arguments)
        found = [json.loads(line) for line in lines]
        return code, [(one["check"], one["subject"]) for one in found if not one["kept"]]

    def until_clean(self) -> None:
        """Deletions and versions are settled by events."""
        deadline = time.monotonic() + 60
        while (found := self.fsck()) != (0, []):
            assert time.monotonic() < deadline, found
            time.sleep(1)


class Table:
    """The organisation's items, behind the functions' backs."""

    def __init__(self, cloud: Cloud, org: str) -> None:
        self.org = org
        self._client, self._name = cloud.client("dynamodb"), cloud.outputs["TableName"]

    def items(self) -> list[dict[str, Any]]:
        pages = self._client.get_paginator("scan").paginate(TableName=self._name)
        items = (from_item(item) for page in pages for item in page["Items"])
        mine = f"ASSET#{self.org}#", f"ORG#{self.org}"
        return [item for item in items if item["pk"].startswith(mine)]

    def set(self, pk: str, sk: str, name: str, value: Any) -> None:
        self._client.update_item(
            TableName=self._name,
            Key=to_item({"pk": pk, "sk": sk}),
            UpdateExpression="SET #n = :v",
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues=to_item({":v": value}),
        )

    def remove(self, pk: str, sk: str) -> None:
        self._client.delete_item(TableName=self._name, Key=to_item({"pk": pk, "sk": sk}))

    def wipe(self) -> None:
        for item in self.items():
            self.remove(item["pk"], item["sk"])


@pytest.fixture
def org() -> str:
    return f"archive-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def archivist(cloud: Cloud, org: str) -> Iterator[Frontend]:
    frontend = Frontend.member(cloud, org=org)
    yield frontend
    frontend.http.close()


@pytest.fixture
def assets(archivist: Frontend) -> dict[str, dict[str, Any]]:
    """One replaced, one private, one deleted."""
    replaced = archivist.ready(photo())
    archivist.upload(photo(700, 500), mediaId=replaced["id"])
    archivist.wait(replaced["id"], version=2)
    private = archivist.ready(photo(320, 200), private=True)
    gone = archivist.ready(photo(100, 100))
    assert archivist.request("DELETE", f"/assets/{gone['id']}").is_success
    return {
        "replaced": archivist.asset(replaced["id"]),
        "private": archivist.asset(private["id"]),
        "gone": archivist.asset(gone["id"]),
    }


@pytest.fixture
def operator(
    cloud: Cloud, org: str, assets: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> Operator:
    operator = Operator(cloud, org, capsys)
    operator.until_clean()
    return operator


@pytest.fixture
def table(cloud: Cloud, org: str) -> Table:
    return Table(cloud, org)


def test_a_system_at_rest_is_clean(operator: Operator) -> None:
    code, lines = operator.run("fsck", "--org", operator.org)

    assert code == 0
    assert lines[-1] == "0 wrong, 0 kept"


def test_counters_that_are_wrong_are_named_and_mended(operator: Operator, table: Table) -> None:
    table.set(f"ORG#{operator.org}", "USAGE", "bytes", 1)

    assert operator.fsck() == (1, [("usage", operator.org)])
    assert operator.fsck("--mend") == (0, [])


def test_a_version_that_is_lost_in_the_catalogue_is_named_and_added(
    operator: Operator, table: Table, assets: dict[str, dict[str, Any]]
) -> None:
    media_id = assets["replaced"]["id"]
    [older] = [
        item
        for item in table.items()
        if item["pk"].endswith(media_id) and item["sk"].startswith("VERSION#")
        if item["number"] == 1
    ]
    table.remove(older["pk"], older["sk"])

    code, found = operator.fsck()
    assert (code, {check for check, _ in found}) == (1, {"stored-bytes", "unnamed-version"})

    code, lines = operator.run("rebuild", "--org", operator.org, "--yes")
    assert code == 0
    assert lines[0] == f"added  {operator.org}/tests/{media_id} version {older['id']}"
    # The deleted one stays deleted: the table says so.
    assert operator.fsck() == (0, [])


def test_objects_that_nobody_knows_are_named(operator: Operator, cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), cloud.outputs["OriginalsBucket"]
    key = f"originals/{operator.org}/stray.jpg"
    s3.put_object(Bucket=bucket, Key=key, Body=b"stray")
    begun = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    time.sleep(1.1)  # S3's times have whole seconds

    code, found = operator.fsck()

    assert code == 1
    assert found == [("outside-scheme", key), ("unreserved-upload", f"{key} upload {begun}")]
    s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=begun)
    for version in s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]:
        s3.delete_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])


def test_a_quota_is_shown_and_set(operator: Operator, archivist: Frontend) -> None:
    code, lines = operator.run("quota", operator.org, "--bytes", "1GiB", "--assets", "100")

    assert (code, lines[-1]) == (0, f"{operator.org} has {KNOWN} assets of at most 100")
    usage = archivist.request("GET", "/usage").json()
    assert (usage["bytes"]["limit"], usage["assets"]["limit"]) == (1 << 30, 100)
    assert operator.run("quota", operator.org, "--bytes", "much")[0] == 2


def test_a_wiped_table_is_rebuilt_and_serves_as_before(
    operator: Operator,
    table: Table,
    archivist: Frontend,
    assets: dict[str, dict[str, Any]],
) -> None:
    before = {name: archivist.asset(assets[name]["id"]) for name in ("replaced", "private")}
    usage = archivist.request("GET", "/usage").json()
    table.wipe()
    assert archivist.request("GET", "/assets").json()["items"] == []

    _, said = operator.run("rebuild", "--org", operator.org)
    assert said[-1] == "Nothing was written: --yes does it."
    assert len(said) == 3
    assert table.items() == []
    code, lines = operator.run("rebuild", "--org", operator.org, "--yes")

    assert code == 0, lines
    operator.until_clean()
    for name, asset in before.items():
        after = archivist.asset(asset["id"])
        assert _kept(after) == _kept(asset), name
        assert after["rev"] > asset["rev"]
    picture = before["replaced"]
    assert decoded(archivist.img(picture, w=96)).width == 96
    assert archivist.http.get(picture["processed"]["preview"]).status_code == 200
    assert archivist.request(
        "POST", f"/assets/{before['private']['id']}/access", json={}
    ).is_success
    gone = archivist.request("GET", f"/assets/{assets['gone']['id']}")
    assert gone.status_code == 404
    assert archivist.request("GET", "/usage").json()["bytes"]["stored"] == usage["bytes"]["stored"]


def test_what_was_left_failed_is_processed_when_it_is_asked_for(
    operator: Operator, table: Table, archivist: Frontend
) -> None:
    asset = archivist.ready(photo(200, 200))
    _forget_renditions(operator, asset)
    table.remove(f"ASSET#{operator.org}#{asset['id']}", "ASSET")

    code, lines = operator.run("rebuild", "--org", operator.org, "--yes", "--process")

    assert (code, lines[1]) == (0, f"queued  {operator.org}/tests/{asset['id']}")
    again = archivist.until(asset["id"], lambda found: found["error"] is None)
    assert (again["status"], again["private"]) == ("ready", True)
    operator.until_clean()


def _forget_renditions(operator: Operator, asset: dict[str, Any]) -> None:
    s3, bucket = operator.deployment.client("s3"), operator.deployment.outputs["RenditionsBucket"]
    prefix = f"renditions/{operator.org}/tests/{asset['id']}/"
    for found in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]:
        s3.delete_object(Bucket=bucket, Key=found["Key"])


def _kept(asset: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asset.items() if name not in LOST}
