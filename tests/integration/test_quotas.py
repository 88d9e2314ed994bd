"""What organisations hold and may hold, uploads that end badly, and versions."""

from __future__ import annotations

import base64
import hashlib
import random
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from local.cloud import Cloud
from tests.integration.frontend import Frontend, photo
from tests.integration.functions import Functions
from tests.integration.news import Newsreader
from tests.integration.records import expire_upload

MIB = 1 << 20
OPERATIONS = 1_000


class Tenant:
    """An organisation of its own, with limits of its own."""

    def __init__(self, cloud: Cloud, org: str) -> None:
        self.org, self.frontend = org, Frontend.member(cloud, org=org)
        self._dynamodb, self._table = cloud.client("dynamodb"), cloud.outputs["TableName"]

    def limit(self, *, size: int, assets: int = 1_000) -> None:
        item = {"pk": {"S": f"ORG#{self.org}"}, "sk": {"S": "LIMITS"}}
        limits = {"bytes": {"N": str(size)}, "assets": {"N": str(assets)}}
        self._dynamodb.put_item(TableName=self._table, Item={**item, **limits})

    @property
    def usage(self) -> dict[str, Any]:
        return dict(self.frontend.request("GET", "/usage").json())

    @property
    def held(self) -> tuple[int, int, int]:
        """Bytes stored, bytes reserved, assets."""
        usage = self.usage
        return usage["bytes"]["stored"], usage["bytes"]["reserved"], usage["assets"]["count"]

    def presigned(self, **wish: Any) -> httpx.Response:
        body = {"filename": "a.jpg", "contentType": "image/jpeg", "projectId": "tests", **wish}
        return self.frontend.request("POST", "/uploads/presign", json=body)

    def sums(self) -> tuple[int, int, int]:
        """`held`, as the asset items have it."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="begins_with(pk, :pk) AND sk = :sk AND #status <> :deleted",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={
                ":pk": {"S": f"ASSET#{self.org}#"},
                ":sk": {"S": "ASSET"},
                ":deleted": {"S": "deleted"},
            },
        )
        items = [item for page in pages for item in page["Items"]]
        stored = sum(int(item["storedBytes"]["N"]) for item in items)
        reserved = sum(
            int(upload["M"]["bytes"]["N"]) for item in items for upload in item["uploads"]["L"]
        )
        return stored, reserved, len(items)

    def complete(self, ticket: dict[str, Any], **body: Any) -> httpx.Response:
        path = f"/uploads/{ticket['uploadId']}/complete"
        return self.frontend.request("POST", path, json={"key": ticket["key"], **body})

    def abort(self, ticket: dict[str, Any]) -> httpx.Response:
        path, query = f"/uploads/{ticket['uploadId']}", {"key": ticket["key"]}
        return self.frontend.request("DELETE", path, params=query)


@pytest.fixture
def tenant(cloud: Cloud) -> Iterator[Tenant]:
    tenant = Tenant(cloud, f"org-{uuid.uuid4().hex[:8]}")
    yield tenant
    tenant.frontend.http.close()


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code")


def test_who_has_no_room_gets_no_url_until_there_is(tenant: Tenant) -> None:
    tenant.limit(size=50 * MIB)
    ticket = tenant.presigned(size=40 * MIB).json()
    assert tenant.held == (0, 40 * MIB, 1)

    assert refusal(tenant.presigned(size=11 * MIB)) == (403, "QUOTA_EXCEEDED")
    assert refusal(tenant.presigned()) == (403, "QUOTA_EXCEEDED")  # may be as large as any

    assert tenant.abort(ticket).status_code == 204
    assert tenant.held == (0, 0, 0)
    assert tenant.frontend.asset(ticket["mediaId"])["status"] == "deleted"
    assert tenant.presigned(size=50 * MIB).is_success


def test_so_many_assets_and_no_more(tenant: Tenant) -> None:
    tenant.limit(size=50 * MIB, assets=1)
    asset = tenant.frontend.ready(photo(40, 30))

    assert refusal(tenant.presigned(size=1)) == (403, "QUOTA_EXCEEDED")
    assert tenant.presigned(size=1, mediaId=asset["id"]).is_success  # a version is no asset more

    assert tenant.frontend.request("DELETE", f"/assets/{asset['id']}").status_code == 202
    assert tenant.held == (0, 0, 0)
    assert tenant.presigned(size=1).is_success


def test_what_arrives_takes_the_place_of_what_was_reserved(tenant: Tenant) -> None:
    data = photo(60, 40)

    asset = tenant.frontend.ready(data)

    assert tenant.held == (len(data), 0, 1)
    (day,) = tenant.usage["days"]
    assert (day["versions"], day["addedBytes"], day["addedAssets"]) == (1, len(data), 1)
    assert asset["bytes"] == len(data)


def test_a_reservation_whose_upload_never_comes_is_given_back(cloud: Cloud, tenant: Tenant) -> None:
    single = tenant.presigned(size=MIB).json()
    parts = tenant.presigned(size=20 * MIB).json()
    for ticket in (single, parts):
        expire_upload(cloud, tenant.org, ticket["mediaId"])

    Functions(cloud).invoke("expire_uploads", {"id": "a-test"})

    assert tenant.held == (0, 0, 0)
    for ticket in (single, parts):
        assert tenant.frontend.asset(ticket["mediaId"])["status"] == "deleted"
    query = {"Bucket": parts["bucket"], "Prefix": parts["key"]}
    assert "Uploads" not in cloud.client("s3").list_multipart_uploads(**query)


def test_the_sweep_comes_every_few_minutes(cloud: Cloud) -> None:
    events = cloud.client("events")
    rules = [rule for rule in events.list_rules()["Rules"] if "ScheduleExpression" in rule]
    (rule,) = (rule for rule in rules if "ExpireUploads" in rule["Name"])
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]

    assert rule["ScheduleExpression"] == "rate(5 minutes)"
    assert "expireuploads" in target["Arn"].lower()
    assert target["Arn"].endswith(":live")


def test_parts_of_another_size_than_was_said_are_refused(tenant: Tenant) -> None:
    ticket = tenant.presigned(size=17 * MIB).json()
    parts = tenant.frontend.put_parts(ticket, bytes(16 * MIB))

    assert refusal(tenant.complete(ticket, parts=parts[:2])) == (422, "PART_MISMATCH")
    assert tenant.held == (0, 17 * MIB, 1)


def test_a_refused_completion_leaves_the_upload_as_it_is(tenant: Tenant) -> None:
    data = photo(80, 60)
    ticket = tenant.presigned(parts=1).json()
    (part,) = tenant.frontend.put_parts({**ticket, "partSize": MIB}, data)

    assert refusal(tenant.complete(ticket, parts=[])) == (400, "INVALID_REQUEST")
    wrong = {**part, "etag": '"00000000000000000000000000000000"'}
    assert refusal(tenant.complete(ticket, parts=[wrong])) == (422, "PART_MISMATCH")

    for _ in range(2):  # its answer may have been lost
        assert tenant.complete(ticket, parts=[part]).is_success
    assert tenant.frontend.wait(ticket["mediaId"])["status"] == "ready"
    assert tenant.held == (len(data), 0, 1)
    assert tenant.abort(ticket).status_code == 404
    assert tenant.held == (len(data), 0, 1)


def test_a_file_of_another_checksum_is_not_completed(tenant: Tenant) -> None:
    ticket = tenant.presigned(parts=1).json()
    parts = tenant.frontend.put_parts({**ticket, "partSize": MIB}, photo(80, 60))

    answer = tenant.complete(ticket, parts=parts, checksumCrc64nvme="AAAAAAAAAAA=")

    assert refusal(answer) == (422, "PART_MISMATCH")
    assert tenant.complete(ticket, parts=parts).is_success


def test_a_file_of_another_checksum_is_not_taken(tenant: Tenant) -> None:
    data = photo(80, 60)
    value = base64.b64encode(hashlib.sha256(data).digest()).decode()
    ticket = tenant.frontend.presign(
        size=len(data), checksum={"algorithm": "sha256", "value": value}
    )

    assert tenant.frontend.put(ticket, data[::-1]).status_code == 400
    assert tenant.frontend.put(ticket, data).is_success


def test_of_two_versions_that_race_both_are_kept(tenant: Tenant) -> None:
    asset = tenant.frontend.ready(photo(40, 30))
    pictures = [photo(50, 30), photo(60, 30)]
    tickets = [tenant.frontend.presign(size=len(p), mediaId=asset["id"]) for p in pictures]

    with ThreadPoolExecutor() as pool:
        put = list(pool.map(tenant.frontend.put, tickets, pictures))

    assert all(answer.is_success for answer in put)
    path = f"/assets/{asset['id']}/versions"

    def all_counted() -> bool:
        return tenant.held[1] == 0

    tenant.frontend.eventually(all_counted, "counted")
    versions = tenant.frontend.request("GET", path).json()["items"]
    assert sorted(version["versionNumber"] for version in versions) == [1, 2, 3]
    assert [version["newest"] for version in versions].count(True) == 1
    assert tenant.held == (sum(version["bytes"] for version in versions), 0, 1)


def test_an_older_version_is_restored_and_removed(tenant: Tenant) -> None:
    first, second = photo(40, 30), photo(64, 48)
    asset = tenant.frontend.ready(first)
    tenant.frontend.upload(second, mediaId=asset["id"])
    tenant.frontend.wait(asset["id"], version=2)
    path = f"/assets/{asset['id']}/versions"
    old = asset["versionId"]

    assert tenant.frontend.request("POST", f"{path}/{old}/restore").status_code == 202
    restored = tenant.frontend.wait(asset["id"], version=3)

    assert (restored["status"], restored["width"], restored["height"]) == ("ready", 40, 30)
    assert restored["tag"] != asset["tag"]
    assert tenant.held == (2 * len(first) + len(second), 0, 1)
    assert tenant.frontend.request("DELETE", f"{path}/{old}").status_code == 204
    assert tenant.frontend.request("DELETE", f"{path}/{old}").status_code == 404
    assert tenant.held == (len(first) + len(second), 0, 1)


def test_the_newest_version_stays(tenant: Tenant) -> None:
    asset = tenant.frontend.ready(photo(40, 30))
    path = f"/assets/{asset['id']}/versions/{asset['versionId']}"

    assert refusal(tenant.frontend.request("DELETE", path)) == (409, "CONFLICT")
    assert refusal(tenant.frontend.request("POST", f"{path}/restore")) == (409, "CONFLICT")


def test_counters_are_exact_after_a_thousand_interleaved_operations(
    tenant: Tenant, frontend: Frontend, newsreader: Newsreader
) -> None:
    """Presigns, aborts, deletions, usages and refusals, eight at a time, on a few assets."""
    tenant.limit(size=2_000 * MIB, assets=60)
    media_ids = [f"media_{n}" for n in range(12)]
    tickets: list[dict[str, Any]] = []

    def operate(seed: int) -> int:
        chosen = random.Random(seed)
        act = chosen.random()
        if act < 0.55:
            wish = {"mediaId": chosen.choice(media_ids)} if chosen.random() < 0.6 else {}
            answer = tenant.presigned(size=chosen.choice([MIB, 20 * MIB, 99 * MIB]), **wish)
            if answer.is_success and answer.json()["uploadId"]:
                tickets.append(answer.json())
        elif act < 0.8 and tickets:
            answer = tenant.abort(chosen.choice(tickets))
        elif act < 0.95 and tickets:
            media_id = chosen.choice(tickets)["mediaId"]
            answer = tenant.frontend.request("DELETE", f"/assets/{media_id}")
        else:
            answer = tenant.frontend.request("GET", "/usage")
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(operate, range(OPERATIONS)))

    assert len(statuses) == OPERATIONS
    assert max(statuses) < 500
    assert {200, 204, 403} <= set(statuses)
    assert tenant.held == tenant.sums()
    assert min(tenant.held) >= 0

    # All this is news, which the next test's would wait behind.
    newsreader.until(frontend.presign(size=1)["mediaId"], "uploading", patience=60)
