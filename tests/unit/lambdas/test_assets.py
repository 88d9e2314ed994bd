"""Assets that are deleted or made private, from the request to the last object."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from spool.aws import clients
from spool.aws.catalogue import DynamoCatalogue
from spool.errors import Transient
from spool.keys import AssetRef
from spool.model import Asset, utc_now
from tests.unit.aws.test_catalogue import asset
from tests.unit.conftest import ORIGINALS, RENDITIONS, TABLE, VARIANTS
from tests.unit.lambdas.conftest import Functions

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "originals/default/proj/m1-a.jpg"
TAG = "0123456789ab"
REF = AssetRef("default", "proj", "m1")
IDS = {"orgId": "default", "projectId": "proj", "id": "m1"}
NEWS = {"detail": {**IDS, "status": "ready"}}


@pytest.fixture
def purges(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """What CloudFront is asked for."""
    asked: list[Mapping[str, Any]] = []

    def create(**request: Any) -> None:
        asked.append(request["InvalidationBatch"])

    monkeypatch.setattr(clients.cloudfront(), "create_invalidation", create)
    return asked


@pytest.fixture
def looks(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, Any]]:
    """Delays in seconds and bodies of what goes to the queue, which takes it."""
    sent: list[tuple[int, Any]] = []
    sqs = clients.sqs()
    send = sqs.send_message

    def noted(**message: Any) -> Any:
        sent.append((message["DelaySeconds"], json.loads(message["MessageBody"])))
        return send(**message)

    monkeypatch.setattr(sqs, "send_message", noted)
    return sent


@pytest.fixture
def stored(functions: Functions, s3: S3Client) -> Functions:
    """A ready asset with a rendition and a variant."""
    catalogue().insert(asset(1, org_id="default", original_key=KEY, tag=TAG, version_number=1))
    renditions = [{"name": "lqip.webp"}]
    manifest = json.dumps({"tag": TAG, "private": False, "renditions": renditions}).encode()
    for bucket, name, body in (
        (RENDITIONS, REF.rendition(TAG, "manifest.json"), manifest),
        (RENDITIONS, REF.rendition(TAG, "lqip.webp"), b"lqip"),
        (VARIANTS, REF.variant(TAG, "w-48.webp"), b"variant"),
        (VARIANTS, REF.quick_variant(TAG, "w-96.webp"), b"quick"),
    ):
        s3.put_object(Bucket=bucket, Key=name, Body=body, ContentType="image/webp")
    return functions


def catalogue() -> DynamoCatalogue:
    return DynamoCatalogue(table=TABLE, clock=utc_now)


def current() -> Asset:
    found = catalogue().get("default", "m1")
    assert found is not None
    return found


def request(functions: Functions, method: str, media_id: str = "m1", **event: Any) -> Any:
    status, body, _ = functions.http(
        "manage_assets", f"{method} /assets/{{id}}", pathParameters={"id": media_id}, **event
    )
    return status, body


def record(body: object, receives: int = 1) -> dict[str, Any]:
    return {
        "messageId": "message-1",
        "receiptHandle": "receipt-1",
        "attributes": {"ApproximateReceiveCount": str(receives)},
        "body": json.dumps(body),
    }


def keys(s3: S3Client) -> set[str]:
    return {
        one["Key"]
        for bucket in (RENDITIONS, VARIANTS)
        for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    }


def test_a_deleted_asset_leaves_nothing_behind(
    stored: Functions, s3: S3Client, purges: list[Mapping[str, Any]]
) -> None:
    status, deleted = request(stored, "DELETE")
    assert (status, deleted["status"]) == (202, "deleted")
    assert request(stored, "DELETE") == (200, deleted)

    taken = stored.invoke("reconcile_delivery", {"Records": [record(NEWS)]})

    assert taken == {"batchItemFailures": []}
    assert keys(s3) == set()
    assert [one["Paths"]["Items"] for one in purges] == [["#default/proj/m1"]]


def test_a_deletion_takes_the_same_few_requests_and_one_purge_however_much_there_is(
    stored: Functions,
    s3: S3Client,
    purges: list[Mapping[str, Any]],
    looks: list[tuple[int, Any]],
) -> None:
    for number in range(500):
        s3.put_object(Bucket=VARIANTS, Key=REF.variant(TAG, f"w-{number}.webp"), Body=b"v")
    for _ in range(3):
        s3.put_object(Bucket=ORIGINALS, Key=KEY, Body=b"original")
    catalogue().store_metadata(REF, TAG, {"private": "GPS"})
    request(stored, "DELETE")

    with requests() as made:
        stored.invoke("reconcile_delivery", {"Records": [record(NEWS)]})
    assert keys(s3) == set()
    assert "Versions" not in s3.list_object_versions(Bucket=ORIGINALS)
    kept = clients.dynamodb().scan(TableName=TABLE)["Items"]
    assert [item["sk"]["S"] for item in kept if "#m1" in item["pk"]["S"]] == ["ASSET"]
    assert made["s3"] <= 11
    assert made["dynamodb"] <= 3

    for _ in range(2):  # the later looks
        with requests() as made:
            stored.invoke("reconcile_delivery", {"Records": [record(looks[-1][1])]})
        assert made["s3"] <= 8
    assert len(looks) == 2
    assert len(purges) == 1


@contextmanager
def requests() -> Iterator[Counter[str]]:
    """How many are made, by service."""
    made: Counter[str] = Counter()

    def note(model: Any, **_: Any) -> None:
        made[model.service_model.service_name] += 1

    events = [client().meta.events for client in (clients.s3, clients.dynamodb)]
    for one in events:
        one.register("before-call", note, unique_id="requests")
    try:
        yield made
    finally:
        for one in events:
            one.unregister("before-call", unique_id="requests")


def test_an_asset_becomes_private_with_all_that_was_made_of_it(
    stored: Functions, s3: S3Client, purges: list[Mapping[str, Any]]
) -> None:
    status, wanted = request(stored, "PATCH", body='{"private": true}')
    assert (status, wanted["private"], wanted["tag"]) == (200, True, TAG)
    assert request(stored, "PATCH", body='{"private": false}')[1]["code"] == "CONFLICT"

    taken = stored.invoke("reconcile_delivery", {"Records": [record(NEWS)]})

    assert taken == {"batchItemFailures": []}
    tag = current().tag
    assert tag is not None
    assert keys(s3) == {REF.rendition(tag, "manifest.json"), REF.rendition(tag, "lqip.webp")}
    assert all(key.startswith("p/renditions/") for key in keys(s3))
    lqip = s3.get_object(Bucket=RENDITIONS, Key=REF.rendition(tag, "lqip.webp"))
    assert (lqip["Body"].read(), lqip["ContentType"]) == (b"lqip", "image/webp")
    base = "https://cdn.example/p"
    assert current().processed == {
        "onDemandResize": True,
        "img": f"{base}/img/originals/default/proj/m1-a.jpg?v={tag}",
        "lqip": f"{base}/renditions/default/proj/m1/{tag}/lqip.webp",
        "manifest": f"{base}/renditions/default/proj/m1/{tag}/manifest.json",
    }
    references = [one["CallerReference"] for one in purges]
    assert len(set(references)) == len(references) == 2


def test_a_later_look_is_asked_for_and_ends_there(
    stored: Functions, purges: list[Mapping[str, Any]], looks: list[tuple[int, Any]]
) -> None:
    request(stored, "DELETE")
    body: Any = NEWS
    for delays in ([60], [60, 840], [60, 840]):
        taken = stored.invoke("reconcile_delivery", {"Records": [record(body)]})
        assert taken == {"batchItemFailures": []}
        assert [delay for delay, _ in looks] == delays
        body = looks[-1][1]

    assert len(purges) == 1


def test_a_busy_cdn_is_asked_again_soon_and_other_messages_go_on(
    stored: Functions, s3: S3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(**_: Any) -> None:
        raise Transient("TooManyInvalidationsInProgress")

    monkeypatch.setattr(clients.cloudfront(), "create_invalidation", busy)
    hidden: list[tuple[str, int]] = []
    monkeypatch.setattr(
        clients.sqs(),
        "change_message_visibility",
        lambda **asked: hidden.append((asked["ReceiptHandle"], asked["VisibilityTimeout"])),
    )
    request(stored, "DELETE")
    unknown = {"detail": {**IDS, "id": "m9"}}
    records = [record(NEWS, receives) for receives in (1, 2, 5)]
    records += [{**record(unknown), "messageId": "message-2"}]
    records += [{**record("nonsense"), "messageId": "message-3"}]

    taken = stored.invoke("reconcile_delivery", {"Records": records})

    failed = [one["itemIdentifier"] for one in taken["batchItemFailures"]]
    assert failed == ["message-1"] * 3 + ["message-3"]
    assert hidden == [("receipt-1", 30), ("receipt-1", 120), ("receipt-1", 900)]
    assert keys(s3) == set()


@pytest.mark.parametrize(
    "body",
    ["", "{}", '{"private": 1}', '{"private": "true"}', '{"private": true, "tag": "x"}', "[]"],
)
def test_a_patch_says_private_or_not_and_nothing_else(stored: Functions, body: str) -> None:
    status, problem = request(stored, "PATCH", body=body)

    assert (status, problem["code"]) == (400, "INVALID_REQUEST")
    assert current().rev == 1


@pytest.mark.parametrize("method", ["DELETE", "PATCH"])
def test_an_unknown_asset_can_not_be_managed(stored: Functions, method: str) -> None:
    for unknown in ("m9", "x" * 3000, "m1#x"):
        status, problem = request(stored, method, unknown, body='{"private": true}')
        assert (status, problem["code"]) == (404, "NOT_FOUND")
