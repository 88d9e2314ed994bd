"""The life of a variant: made quickly, counted, made small, expired with its asset."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from local.cloud import Cloud
from tests.integration.frontend import Frontend, decoded, photo

FOREVER = "public, max-age=31536000, immutable"
WEBP = {"accept": "image/webp"}


@pytest.fixture
def asset(frontend: Frontend) -> dict[str, Any]:
    return frontend.ready(photo(1600, 1200))


def stored(cloud: Cloud, asset: dict[str, Any], place: str = "variants") -> list[str]:
    """Names of what the variants bucket holds for the asset."""
    prefix = f"{place}/default/tests/{asset['id']}/"
    listed = cloud.client("s3").list_objects_v2(
        Bucket=cloud.outputs["VariantsBucket"], Prefix=prefix
    )
    return [item["Key"].rpartition("/")[2] for item in listed.get("Contents", [])]


def forget(cloud: Cloud, asset: dict[str, Any]) -> None:
    """What a minute does to a quick encode: the edge has to ask again."""
    cloud.client("cloudfront").create_invalidation(
        DistributionId=cloud.outputs["DistributionId"],
        InvalidationBatch={
            "Paths": {"Quantity": 1, "Items": [f"#default/tests/{asset['id']}"]},
            "CallerReference": uuid.uuid4().hex,
        },
    )


def fetched_anew(cloud: Cloud, frontend: Frontend, asset: dict[str, Any], **query: Any) -> Any:
    """The answer to a request that the edge's cache doesn't answer."""
    answers = []

    def missed() -> bool:
        answers.append(frontend.img(asset, v=asset["tag"], **query))
        return bool(answers[-1].headers["x-cache"].startswith("Miss"))

    forget(cloud, asset)
    frontend.eventually(missed, "a miss")
    return answers[-1]


def test_what_is_asked_for_again_is_made_small_and_stays(
    frontend: Frontend, cloud: Cloud, asset: dict[str, Any]
) -> None:
    query = {"w": 1280, "f": "webp"}
    quick = frontend.img(asset, v=asset["tag"], **query)
    assert quick.headers["cache-control"] == "public, max-age=60"
    assert stored(cloud, asset) == []
    assert stored(cloud, asset, "quick") == ["w-1280_q-80.webp"]

    def is_promoted() -> bool:
        fetched_anew(cloud, frontend, asset, **query)
        return bool(stored(cloud, asset))

    frontend.eventually(is_promoted, "promoted")

    def is_small() -> bool:
        return bool(
            fetched_anew(cloud, frontend, asset, **query).headers["cache-control"] == FOREVER
        )

    frontend.eventually(is_small, "small")
    small = fetched_anew(cloud, frontend, asset, **query)
    assert len(small.content) < len(quick.content)
    assert decoded(small).size == decoded(quick).size == (1280, 960)
    assert "server-timing" in small.headers
    assert "encode" not in small.headers["server-timing"]  # S3 answered, not the resizer


def test_a_hundred_at_once_are_one_encode(
    frontend: Frontend, cloud: Cloud, asset: dict[str, Any]
) -> None:
    query = {"v": asset["tag"], "w": 960, "f": "webp"}
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: frontend.img(asset, **query), range(100)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    verdicts = [answer.headers["x-cache"] for answer in answers]
    assert sum(verdict.startswith("Miss") for verdict in verdicts) == 1
    assert stored(cloud, asset, "quick") == ["w-960_q-80.webp"]


def test_what_differs_in_nothing_that_counts_is_one_variant(
    frontend: Frontend, cloud: Cloud, asset: dict[str, Any]
) -> None:
    for number in range(60):
        query = {"w": 241 + number, "q": 75 + number % 10, "utm": number, "dpr": "1.0"}
        assert frontend.img(asset, WEBP, v=asset["tag"], **query).status_code == 200

    assert stored(cloud, asset, "quick") == ["w-320_q-80.webp"]


def test_a_picture_has_only_so_many_variants(
    frontend: Frontend, cloud: Cloud, asset: dict[str, Any]
) -> None:
    """The counter is set close to the limit; plain widths are made all the same."""
    limit = 500
    demand = cloud.client("dynamodb")
    (table,) = (t for t in demand.list_tables()["TableNames"] if "Demand" in t)
    frontend.img(asset, v=asset["tag"], w=96, f="webp", blur=5)
    (counter,) = (
        item
        for item in demand.scan(TableName=table)["Items"]
        if asset["id"] in item["pk"]["S"] and "admitted" in item
    )
    demand.update_item(
        TableName=table,
        Key={"pk": counter["pk"]},
        UpdateExpression="SET admitted = :most",
        ExpressionAttributeValues={":most": {"N": str(limit - 1)}},
    )

    answers = [frontend.img(asset, v=asset["tag"], w=96, f="webp", blur=n) for n in (10, 20, 50)]
    plain = frontend.img(asset, v=asset["tag"], w=96, f="webp")

    assert [answer.status_code for answer in answers] == [200, 403, 403]
    assert answers[-1].json()["code"] == "QUOTA_EXCEEDED"
    assert "immutable" not in answers[-1].headers["cache-control"]
    assert plain.status_code == 200


def test_crops_and_colours_are_as_asked_for(frontend: Frontend, asset: dict[str, Any]) -> None:
    """The picture is red at its top left and blue at its bottom right."""

    def shown(**query: Any) -> Image.Image:
        return decoded(frontend.img(asset, v=asset["tag"], f="png", **query)).convert("RGB")

    west = shown(w=96, h=288, fit="cover", g="west")
    east = shown(w=96, h=288, fit="cover", g="0.95,0.5")
    assert hue(west, 10, 10) == "red"
    assert hue(east, 60, 220) == "blue"
    padded = shown(w=96, h=192, fit="contain", bg="0f0")
    assert padded.size == (96, 192)
    assert padded.getpixel((48, 5)) == (0, 255, 0)


def hue(image: Image.Image, x: int, y: int) -> str:
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return ("red", "green", "blue")[pixel.index(max(pixel))]


def test_a_deleted_asset_is_gone_everywhere(
    frontend: Frontend, cloud: Cloud, asset: dict[str, Any]
) -> None:
    """Pictures, renditions and manifest, those in the edge's cache too."""
    shown = [f"{asset['processed']['img']}&w=640&f=webp", asset["processed"]["img"].split("?")[0]]
    urls = [*shown, *(u for n, u in asset["processed"].items() if n in {"preview", "manifest"})]
    for url in urls:
        assert frontend.http.get(url).status_code == 200
        assert frontend.http.get(url).headers["x-cache"].startswith("Hit")

    answer = frontend.request("DELETE", f"/assets/{asset['id']}")

    assert answer.status_code == 202
    assert answer.json()["status"] == "deleted"
    frontend.eventually(
        lambda: {frontend.http.get(url).status_code for url in urls} == {404}, "gone", patience=10
    )
    assert stored(cloud, asset) == stored(cloud, asset, "quick") == []
    again = frontend.request("DELETE", f"/assets/{asset['id']}")
    assert again.json()["status"] == "deleted"


def test_the_resizer_tells_when_the_bucket_can_not_be_read(
    frontend: Frontend, cloud: Cloud, asset: dict[str, Any]
) -> None:
    """Without s3:ListBucket a missing variant is a 403: the resizer answers all the same."""
    s3, bucket = cloud.client("s3"), cloud.outputs["VariantsBucket"]
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    try:
        s3.delete_bucket_policy(Bucket=bucket)
        answer = frontend.img(asset, v=asset["tag"], w=1440, f="jpeg")
    finally:
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert decoded(answer).size == (1440, 1080)


def test_a_broken_picture_in_the_bucket_of_mips_is_no_fault_of_ours_to_retry(
    frontend: Frontend, cloud: Cloud, asset: dict[str, Any]
) -> None:
    key = f"renditions/default/tests/{asset['id']}/{asset['tag']}/mip_1280.jpg"
    broken = BytesIO()
    Image.effect_noise((64, 64), 80).save(broken, "JPEG")
    cloud.client("s3").put_object(
        Bucket=cloud.outputs["RenditionsBucket"], Key=key, Body=broken.getvalue()[:200]
    )

    answer = frontend.img(asset, v=asset["tag"], w=240, f="webp")

    assert answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
