from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from local.cloud import Cloud
from tests.integration.frontend import Frontend, decoded, media_id, photo

CHROME = {"accept": "image/avif,image/webp,image/apng,image/*,*/*;q=0.8"}
OLD_SAFARI = {"accept": "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"}


@pytest.fixture(scope="module")
def asset(frontend: Frontend) -> dict[str, Any]:
    return frontend.ready(photo(1600, 1200), filename="a b+c (å) 100%.jpg")


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ({"w": 320}, (320, 240)),
        ({"h": 120}, (160, 120)),
        ({"w": 100, "dpr": 2}, (200, 150)),
        ({"w": 300, "h": 300}, (300, 225)),
        ({"w": 300, "h": 300, "fit": "cover"}, (300, 300)),
        ({"w": 300, "h": 300, "fit": "contain"}, (300, 300)),
        ({"w": 300, "h": 300, "fit": "fill"}, (300, 300)),
        ({"w": 2560}, (1600, 1200)),
        ({"w": 3200, "h": 3200, "fit": "cover"}, (1200, 1200)),
        ({}, (1600, 1200)),
    ],
)
def test_sizes(
    frontend: Frontend, asset: dict[str, Any], query: dict[str, Any], size: tuple[int, int]
) -> None:
    assert decoded(frontend.img(asset, f="webp", **query)).size == size


@pytest.mark.parametrize(
    ("headers", "query", "content_type"),
    [
        (CHROME, {}, "image/avif"),
        (CHROME, {"f": "auto"}, "image/avif"),
        ({"accept": "image/webp,*/*"}, {}, "image/webp"),
        (OLD_SAFARI, {}, "image/jpeg"),
        (CHROME, {"f": "jpeg"}, "image/jpeg"),
        (CHROME, {"f": "png"}, "image/png"),
        (OLD_SAFARI, {"f": "avif"}, "image/avif"),
    ],
)
def test_formats(
    frontend: Frontend,
    asset: dict[str, Any],
    headers: dict[str, str],
    query: dict[str, str],
    content_type: str,
) -> None:
    answer = frontend.img(asset, headers, w=64, **query)

    assert answer.headers["content-type"] == content_type
    assert decoded(answer).size == (64, 48)


def test_a_url_with_a_tag_is_immutable(frontend: Frontend, asset: dict[str, Any]) -> None:
    answer = frontend.img(asset, v=asset["tag"], w=200, f="webp")

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = frontend.img(
        asset, {"if-none-match": answer.headers["etag"]}, v=asset["tag"], w=200, f="webp"
    )
    assert again.status_code == 304
    assert again.content == b""


def test_a_url_without_a_tag_follows_the_newest_version(frontend: Frontend) -> None:
    first = frontend.ready(photo(400, 300))
    tagged = frontend.img(first, v=first["tag"], w=40, f="webp")
    untagged = frontend.img(first, w=41, f="webp")
    assert untagged.headers["cache-control"] == "public, max-age=60, s-maxage=300"

    frontend.upload(photo(300, 400), mediaId=first["id"])
    frontend.wait(first["id"], version=2)

    assert decoded(frontend.img(first, w=40, f="webp")).size == (40, 53)
    assert decoded(tagged).size == (40, 30)
    assert decoded(frontend.img(first, v=first["tag"], w=40, f="webp")).size == (40, 30)


def test_the_second_request_is_a_cache_hit(frontend: Frontend, asset: dict[str, Any]) -> None:
    misses = frontend.img(asset, CHROME, v=asset["tag"], w=111)
    hits = frontend.img(asset, {**CHROME, "accept-encoding": "br"}, v=asset["tag"], w=111)

    assert misses.headers["x-cache"].startswith("Miss")
    assert hits.headers["x-cache"].startswith("Hit")
    assert hits.content == misses.content


def test_a_variant_is_stored_and_not_made_again(
    frontend: Frontend, asset: dict[str, Any], cloud: Cloud
) -> None:
    made = frontend.img(asset, v=asset["tag"], w=123, f="webp")
    s3, bucket = cloud.client("s3"), cloud.outputs["VariantsBucket"]
    prefix = f"variants/default/tests/{asset['id']}/{asset['tag']}/"
    [stored] = [
        item["Key"]
        for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
        if "123" in item["Key"]
    ]
    assert s3.get_object(Bucket=bucket, Key=stored)["Body"].read() == made.content

    other = BytesIO()
    Image.new("RGB", (1, 1)).save(other, "WEBP")
    s3.put_object(Bucket=bucket, Key=stored, Body=other.getvalue(), ContentType="image/webp")

    # Another cache key of the same variant: the edge misses, the function finds what is stored.
    again = frontend.img(asset, v=asset["tag"], w=123, f="webp", q=80, fit="inside")
    assert again.content == other.getvalue()


def test_what_lambda_can_not_return_is_stored_and_redirected_to(frontend: Frontend) -> None:
    noise = Image.effect_noise((2200, 2200), 120).convert("RGB")
    data = BytesIO()
    noise.save(data, "JPEG", quality=90)
    asset = frontend.ready(data.getvalue())

    answer = frontend.img(asset, v=asset["tag"], w=2200, f="png")

    assert answer.status_code == 302
    assert "no-store" in answer.headers["cache-control"]
    location = answer.headers["location"]
    assert decoded(frontend.http.get(frontend.edge + location)).size == (2200, 2200)


def test_an_animation_stays_one(frontend: Frontend) -> None:
    frames = [Image.new("RGB", (120, 80), color) for color in ("red", "green", "blue")]
    data = BytesIO()
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:], duration=80, loop=0)
    asset = frontend.ready(data.getvalue(), filename="a.gif", contentType="image/gif")

    assert asset["frames"] == 3
    with Image.open(BytesIO(frontend.img(asset, w=60, f="webp").content)) as animation:
        assert animation.size == (60, 40)
        assert getattr(animation, "n_frames", 1) == 3


def test_transparency_is_kept_or_white(frontend: Frontend) -> None:
    image = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    data = BytesIO()
    image.save(data, "PNG")
    asset = frontend.ready(data.getvalue(), filename="a.png", contentType="image/png")

    assert decoded(frontend.img(asset, w=50, f="webp")).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]
    assert decoded(frontend.img(asset, OLD_SAFARI, w=50)).format == "PNG"
    assert decoded(frontend.img(asset, w=50, f="jpeg")).getpixel((5, 5)) == (255, 255, 255)


def problem(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert "immutable" not in answer.headers.get("cache-control", "")
    return answer.status_code, json.loads(answer.content)["code"]


@pytest.mark.parametrize(
    "query",
    [
        {"w": "0"},
        {"w": "x"},
        {"q": "101"},
        {"fit": "stretch"},
        {"f": "bmp"},
        {"dpr": "99"},
        {"v": "nope"},
    ],
)
def test_parameters_out_of_bounds_are_refused(
    frontend: Frontend, asset: dict[str, Any], query: dict[str, str]
) -> None:
    assert problem(frontend.img(asset, **query)) == (400, "INVALID_REQUEST")


def test_an_unknown_picture_is_not_found(frontend: Frontend) -> None:
    nothing = {"originalKey": f"originals/default/tests/{media_id()}-x.jpg"}

    assert problem(frontend.img(nothing, w=64)) == (404, "NOT_FOUND")
    assert problem(frontend.img(nothing, w=64, v="0123456789ab")) == (404, "NOT_FOUND")


def test_a_picture_in_the_making_is_not_ready(frontend: Frontend) -> None:
    ticket = frontend.presign(size=1000)

    answer = frontend.img({"originalKey": ticket["key"]}, w=64)

    assert problem(answer) == (404, "NOT_READY")
    assert answer.headers["cache-control"] == "max-age=1"


def test_a_key_outside_the_scheme_is_refused(frontend: Frontend) -> None:
    for key in ("originals/nothing", "renditions/a/b/c-d", "originals/a/b/c-../../x"):
        status, _ = problem(frontend.img({"originalKey": key}, w=64))
        assert status in {400, 404}
