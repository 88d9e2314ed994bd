from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

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
        ({"w": 300}, (320, 240)),
        ({"h": 120}, (213, 160)),
        ({"w": 100, "dpr": 2}, (240, 180)),
        ({"w": 320, "h": 320}, (320, 240)),
        ({"w": 300, "h": 300, "fit": "cover"}, (320, 320)),
        ({"w": 300, "h": 300, "fit": "contain"}, (320, 320)),
        ({"w": 300, "h": 300, "fit": "fill"}, (320, 320)),
        ({"w": 1200, "h": 630, "fit": "cover"}, (1280, 672)),
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
    answer = frontend.img(asset, headers, w=90, **query)

    assert answer.headers["content-type"] == content_type
    assert decoded(answer).size == (96, 72)
    assert ("accept" in answer.headers.get("vary", "").lower()) is (
        "auto" in query.get("f", "auto")
    )


def test_a_picture_that_has_not_changed_is_not_sent_again(
    frontend: Frontend, asset: dict[str, Any]
) -> None:
    answer = frontend.img(asset, v=asset["tag"], w=200, f="webp")

    again = frontend.img(
        asset, {"if-none-match": answer.headers["etag"]}, v=asset["tag"], w=200, f="webp"
    )
    assert again.status_code == 304
    assert again.content == b""


def test_the_head_of_a_picture_tells_its_length(frontend: Frontend, asset: dict[str, Any]) -> None:
    url = f"{asset['processed']['img']}&w=640&f=jpeg"
    for _ in range(2):  # made, and from the cache
        head = frontend.http.head(url)
        got = frontend.http.get(url)
        assert (head.status_code, head.content) == (200, b"")
        assert int(head.headers["content-length"]) == len(got.content)
        assert head.headers["etag"] == got.headers["etag"]


def test_a_part_of_a_picture(frontend: Frontend, asset: dict[str, Any]) -> None:
    query = {"v": asset["tag"], "w": 640, "f": "png"}
    whole = frontend.img(asset, **query).content

    part = frontend.img(asset, {"range": "bytes=10-19"}, **query)
    beyond = frontend.img(asset, {"range": f"bytes={len(whole)}-"}, **query)

    assert (part.status_code, part.content) == (206, whole[10:20])
    assert beyond.status_code == 416


def test_a_url_without_a_tag_follows_the_newest_version(frontend: Frontend) -> None:
    first = frontend.ready(photo(400, 300))
    tagged = frontend.img(first, v=first["tag"], w=48, f="webp")
    untagged = frontend.img(first, w=48, f="webp")
    assert untagged.headers["cache-control"] == "public, max-age=60, s-maxage=300"

    frontend.upload(photo(300, 400), mediaId=first["id"])
    frontend.wait(first["id"], version=2)

    def is_new() -> bool:
        return decoded(frontend.img(first, w=48, f="webp")).size == (48, 64)

    frontend.eventually(is_new, "the new picture", patience=5)
    assert decoded(tagged).size == (48, 36)
    assert decoded(frontend.img(first, v=first["tag"], w=48, f="webp")).size == (48, 36)


def test_the_second_request_is_a_cache_hit(frontend: Frontend, asset: dict[str, Any]) -> None:
    misses = frontend.img(asset, CHROME, v=asset["tag"], w=750)
    hits = frontend.img(
        asset, {**CHROME, "accept-encoding": "br"}, v=asset["tag"], w=749, utm_source="x", q=79
    )

    assert misses.headers["x-cache"].startswith("Miss")
    assert hits.headers["x-cache"].startswith("Hit")
    assert hits.content == misses.content


def test_what_lambda_can_not_return_is_stored_and_redirected_to(frontend: Frontend) -> None:
    noise = Image.effect_noise((2200, 2200), 120).convert("RGB")
    data = BytesIO()
    noise.save(data, "JPEG", quality=90)
    asset = frontend.ready(data.getvalue())

    answer = frontend.img(asset, v=asset["tag"], w=2560, f="png")

    assert answer.status_code == 302
    assert "no-store" in answer.headers["cache-control"]
    location = answer.url.join(answer.headers["location"])
    assert decoded(frontend.http.get(location)).size == (2200, 2200)


def test_an_animation_stays_one(frontend: Frontend) -> None:
    frames = [Image.new("RGB", (120, 80), color) for color in ("red", "green", "blue")]
    data = BytesIO()
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:], duration=80, loop=0)
    asset = frontend.ready(data.getvalue(), filename="a.gif", contentType="image/gif")

    assert asset["frames"] == 3
    with Image.open(BytesIO(frontend.img(asset, w=96, f="webp").content)) as animation:
        assert animation.size == (96, 64)
        assert getattr(animation, "n_frames", 1) == 3
    second = decoded(frontend.img(asset, w=96, f="png", frame=2)).convert("RGB")
    assert getattr(second, "n_frames", 1) == 1
    red, green, blue = second.getpixel((48, 32))  # type: ignore[misc]
    assert green > 100 > max(red, blue)


def test_transparency_is_kept_or_white(frontend: Frontend) -> None:
    image = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    data = BytesIO()
    image.save(data, "PNG")
    asset = frontend.ready(data.getvalue(), filename="a.png", contentType="image/png")

    assert decoded(frontend.img(asset, w=48, f="webp")).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]
    assert decoded(frontend.img(asset, OLD_SAFARI, w=48)).format == "PNG"
    assert decoded(frontend.img(asset, w=48, f="jpeg")).getpixel((5, 5)) == (255, 255, 255)


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
        {"bg": "red"},
        {"blur": "-1"},
        {"g": "left"},
        {"frame": "0"},
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
