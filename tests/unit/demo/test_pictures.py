"""Fetching what was made, and noticing what is wrong with it."""

from __future__ import annotations

import base64
from io import BytesIO

import httpx
import pytest
from PIL import Image

from local.demo.pictures import Picture, look_at
from local.demo.wanted import PAGE, browser_name, formats, inside, still_size, variant, variants
from tests.unit.demo.stand_in import IMG_PATH, StandIn, ready_asset


def pictures(http: httpx.Client) -> dict[str, Picture]:
    return {p.wanted.name: p for p in look_at(ready_asset(), http)}


def test_everything_that_a_ready_asset_promises_is_looked_at(http: httpx.Client) -> None:
    seen = pictures(http)
    assert [p.problem for p in seen.values() if p.problem] == []
    assert seen["thumbnail"].size == (200, 200)
    assert seen["320 px avif"].size == (320, 160)
    assert seen["320 px avif"].format == "avif"
    assert seen["1280 px jpeg"].size == (400, 200), "never enlarged"
    assert seen[PAGE].format == "avif"
    assert seen[browser_name("Safari 14")].format == "webp"
    assert seen[browser_name("curl")].format == "jpeg"
    assert len(seen) == 7 + 3 + 2 + 3


def test_the_first_request_is_told_from_the_next(http: httpx.Client) -> None:
    seen = pictures(http)["1280 px webp"]
    assert (seen.first.cache, seen.first.encode_ms) == ("Miss", 12.5)
    assert (seen.again.cache, seen.again.encode_ms) == ("Hit", None)
    assert min(seen.first.ms, seen.again.ms) > 0


@pytest.mark.parametrize("cache", [{}, {"x-cache": "Miss from cloudfront"}])
def test_an_edge_that_keeps_nothing_is_a_problem(
    http: httpx.Client, spool: StandIn, cache: dict[str, str]
) -> None:
    answer = httpx.Response(200, content=picture_of((320, 160), "AVIF"), headers=cache)
    spool.answers[IMG_PATH] = lambda _: answer
    assert "is not kept at the edge" in (pictures(http)["320 px avif"].problem or "")


@pytest.mark.parametrize(
    ("changes", "compared", "got"),
    [
        ({}, ("avif", "webp", "jpeg"), ["avif", "webp", "jpeg"]),
        ({"hasAlpha": True}, ("avif", "webp", "jpeg", "png"), ["avif", "webp", "png"]),
        ({"frames": 9, "hasAlpha": True}, ("webp", "gif"), ["webp", "webp", "gif"]),
    ],
)
def test_what_browsers_should_get_is_known(
    changes: dict[str, object], compared: tuple[str, ...], got: list[str]
) -> None:
    asset = ready_asset(**changes)
    assert formats(asset) == compared
    assert [wanted.format for wanted in variants(asset)][-3:] == got
    first = [wanted.format for wanted in variants(asset)][: len(compared)]
    assert first == list(compared), "before anything else makes the same of a small picture"


def test_placeholders_are_kept_inline(http: httpx.Client) -> None:
    uri = pictures(http)["lqip"].data_uri or ""
    kind, _, content = uri.partition(",")
    assert kind == "data:image/webp;base64"
    assert Image.open(BytesIO(base64.b64decode(content))).size == (32, 16)


def test_variants_follow_from_the_address_in_the_record() -> None:
    url = variant(ready_asset(), 640, "avif").url
    assert url == f"{ready_asset()['processed']['img']}&w=640&f=avif"


def picture_of(size: tuple[int, int], format_: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", size).save(out, format_)
    return out.getvalue()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (httpx.Response(404), "answered 404"),
        (httpx.Response(200, text="<html>"), "is no image"),
        (httpx.Response(200, content=picture_of((40, 20), "AVIF")), "is 40×20, not 320×160"),
        (httpx.Response(200, content=picture_of((320, 160), "PNG")), "is png, not avif"),
        (httpx.Response(200, content=picture_of((320, 160), "AVIF")[:-9]), "is no image"),
    ],
)
def test_a_wrong_answer_is_a_problem(
    http: httpx.Client, spool: StandIn, answer: httpx.Response, problem: str
) -> None:
    spool.answers[IMG_PATH] = lambda _: answer
    assert problem in (pictures(http)["320 px avif"].problem or "")


def test_a_missing_rendition_is_a_problem(http: httpx.Client) -> None:
    asset = ready_asset(processed={"onDemandResize": True})
    seen = {p.wanted.name: p.problem for p in look_at(asset, http)}
    assert seen["preview"] == "is not in the record"


def test_an_edge_that_is_gone_is_a_problem(http: httpx.Client, spool: StandIn) -> None:
    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    spool.answers[IMG_PATH] = unreachable
    assert pictures(http)["640 px avif"].problem == "did not answer: refused"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1920, 1080), (1280, 720)),
        ((1080, 1920), (720, 1280)),
        ((161, 121), (160, 120)),
        ((1706, 960), (1280, 720)),
    ],
)
def test_a_video_is_shown_by_a_poster_of_even_sides(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    asset = {"type": "video", "width": size[0], "height": size[1]}
    assert still_size(asset) == expected
    assert still_size({**asset, "type": "image"}) == size


@pytest.mark.parametrize(
    ("size", "box", "expected"),
    [
        ((4000, 3000), (1920, 1080), (1440, 1080)),
        ((100, 50), (1920, 1080), (100, 50)),
        ((5000, 2), (320, 1 << 20), (320, 1)),
    ],
)
def test_inside_keeps_the_ratio_and_never_enlarges(
    size: tuple[int, int], box: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert inside(size, box) == expected
