"""Private content: for bearers of CloudFront's signatures, and for nobody else."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from local.cloud import Cloud
from tests.clips import clip
from tests.integration.frontend import Frontend, decoded, photo


@pytest.fixture(scope="module")
def asset(frontend: Frontend) -> dict[str, Any]:
    return frontend.ready(photo(800, 600), private=True)


@pytest.fixture(scope="module")
def access(frontend: Frontend, asset: dict[str, Any]) -> dict[str, Any]:
    return granted(frontend, asset)


def granted(frontend: Frontend, asset: dict[str, Any], **wish: Any) -> dict[str, Any]:
    answer = frontend.request("POST", f"/assets/{asset['id']}/access", json=wish)
    assert answer.is_success, answer.text
    return dict(answer.json())


@pytest.fixture
def stranger() -> Iterator[httpx.Client]:
    """Somebody without any cookie."""
    with httpx.Client() as client:
        yield client


def test_nothing_of_a_private_asset_is_had_without_a_signature(
    asset: dict[str, Any], stranger: httpx.Client
) -> None:
    assert asset["private"] is True
    assert asset["tag"].startswith("p")
    for url in (url for url in asset["processed"].values() if isinstance(url, str)):
        assert "/p/" in url
        assert stranger.get(url).status_code == 403


def test_public_paths_do_not_lead_to_it(
    frontend: Frontend, asset: dict[str, Any], stranger: httpx.Client
) -> None:
    """Neither with its tag nor without, nor by the keys that the buckets have."""
    ref = f"default/tests/{asset['id']}"
    paths = [
        f"/img/{asset['originalKey']}?w=96",
        f"/img/{asset['originalKey']}?w=96&v={asset['tag']}",
        f"/img/{asset['originalKey']}?w=96&v={asset['tag'][1:]}",
        f"/renditions/{ref}/{asset['tag']}/preview.webp",
        f"/variants/{ref}/{asset['tag']}/w-96_q-80.webp",
        f"/img/../p/img/{asset['originalKey']}?w=96",
        f"/renditions/../p/renditions/{ref}/{asset['tag']}/preview.webp",
        f"/captures/{ref}/{asset['tag']}/frame.jpg",
        f"/downloads/default/{asset['id']}.zip",
    ]
    for path in paths:
        answer = stranger.get(frontend.edge + path)
        assert answer.status_code in {400, 403, 404}, path
        assert not answer.headers.get("content-type", "").startswith("image/"), path


def test_signed_urls_lead_to_it(access: dict[str, Any], stranger: httpx.Client) -> None:
    for name in ("preview", "manifest", "optimized"):
        assert stranger.get(access["urls"][name]).status_code == 200
    sized = stranger.get(f"{access['urls']['img']}&w=240&f=webp")
    assert decoded(sized).size == (240, 180)
    assert sized.headers["cache-control"].startswith("private")


def test_cookies_lead_to_it(
    frontend: Frontend, asset: dict[str, Any], stranger: httpx.Client
) -> None:
    path = f"{frontend.api}/assets/{asset['id']}/access"
    answer = stranger.post(path, json={}, headers=frontend.authorization)
    cookies = [SimpleCookie(line) for line in answer.headers.get_list("set-cookie")]
    morsels = [morsel for cookie in cookies for morsel in cookie.values()]
    assert all(morsel["secure"] and morsel["httponly"] for morsel in morsels)
    assert all(morsel["path"].startswith("/p/") for morsel in morsels)

    url = asset["processed"]["preview"]
    path = urlsplit(url).path
    sent = "; ".join(f"{m.key}={m.coded_value}" for m in morsels if path.startswith(m["path"]))
    with httpx.Client() as bearer:
        assert bearer.get(url, headers={"cookie": sent}).status_code == 200
        assert bearer.get(url).status_code == 403


def test_a_signature_is_for_its_asset_alone(
    frontend: Frontend, access: dict[str, Any], stranger: httpx.Client
) -> None:
    """Not for another's files, another's playlists, or another path of the same name."""
    other = frontend.ready(photo(80, 60), private=True)
    query = urlsplit(access["urls"]["preview"]).query

    for name in ("preview", "manifest", "img"):
        url = other["processed"][name].split("?")[0]
        assert stranger.get(f"{url}?{query}").status_code == 403


def test_a_forged_signature_opens_nothing(access: dict[str, Any], stranger: httpx.Client) -> None:
    url = access["urls"]["preview"]
    parameters = dict(parse_qsl(urlsplit(url).query))
    policy = json.loads(base64.b64decode(parameters["Policy"].translate(_STANDARD)))
    policy["Statement"][0]["Resource"] = "*"
    wider = base64.b64encode(json.dumps(policy).encode()).decode().translate(_CLOUDFRONT)

    forged = [
        {**parameters, "Policy": wider},
        {**parameters, "Signature": parameters["Signature"][:-8] + "AAAAAAA_"},
        {**parameters, "Key-Pair-Id": "K2JCJMDEHXQW5F"},
        {name: value for name, value in parameters.items() if name != "Signature"},
    ]
    for query in forged:
        assert stranger.get(url.partition("?")[0], params=query).status_code == 403


_STANDARD, _CLOUDFRONT = str.maketrans("-_~", "+=/"), str.maketrans("+=/", "-_~")


def test_access_ends(frontend: Frontend, cloud: Cloud, asset: dict[str, Any]) -> None:
    """A policy that was good a moment ago; the clock of the edge is the machine's."""
    soon = granted(frontend, asset, seconds=60)
    parameters = dict(parse_qsl(urlsplit(soon["urls"]["preview"]).query))
    policy = json.loads(base64.b64decode(parameters["Policy"].translate(_STANDARD)))
    ends = policy["Statement"][0]["Condition"]["DateLessThan"]["AWS:EpochTime"]
    assert 0 < ends - time.time() <= 60
    for seconds in (59, 10**6):
        answer = frontend.request(
            "POST", f"/assets/{asset['id']}/access", json={"seconds": seconds}
        )
        assert answer.status_code == 400


def test_what_is_public_needs_no_access(frontend: Frontend) -> None:
    public = frontend.ready(photo(60, 40))

    answer = frontend.request("POST", f"/assets/{public['id']}/access", json={})
    assert answer.status_code == 409
    private = public["processed"]["img"].replace("/img/", "/p/img/")
    assert frontend.http.get(private).status_code == 403


def test_a_public_asset_becomes_private_and_public_again(
    frontend: Frontend, stranger: httpx.Client
) -> None:
    asset = frontend.ready(photo(400, 300))
    public = [
        f"{asset['processed']['img']}&w=96&f=webp",
        f"{asset['processed']['img'].split('?')[0]}?w=96&f=webp",
        asset["processed"]["preview"],
    ]
    for url in public:
        assert stranger.get(url).status_code == 200

    changed = frontend.request("PATCH", f"/assets/{asset['id']}", json={"private": True})
    assert changed.status_code == 200, changed.text

    def is_shut() -> bool:
        return {stranger.get(url).status_code for url in public} == {404}

    frontend.eventually(is_shut, "shut", patience=10)
    hidden = frontend.until(asset["id"], lambda it: bool(it["tag"].startswith("p")))
    assert hidden["processed"]["preview"].startswith(f"{frontend.edge}/p/renditions/")
    assert stranger.get(hidden["processed"]["preview"]).status_code == 403
    access = granted(frontend, hidden)
    assert decoded(stranger.get(access["urls"]["preview"])).size == (400, 300)
    assert stranger.get(access["urls"]["manifest"]).json()["tag"] == hidden["tag"]

    frontend.request("PATCH", f"/assets/{asset['id']}", json={"private": False})
    shown = frontend.until(asset["id"], lambda it: not it["tag"].startswith("p"))
    assert decoded(stranger.get(f"{shown['processed']['img']}&w=96&f=webp")).size == (96, 72)
    assert stranger.get(shown["processed"]["preview"]).status_code == 200
    frontend.eventually(lambda: stranger.get(public[1]).status_code == 200, "the same URL again")
    assert {stranger.get(url).status_code for url in (public[0], public[2])} == {404}
    frontend.eventually(
        lambda: stranger.get(access["urls"]["preview"]).status_code == 404, "moved", patience=10
    )


def test_an_asset_in_the_making_keeps_its_privacy(frontend: Frontend) -> None:
    ticket = frontend.presign(size=100)

    answer = frontend.request("PATCH", f"/assets/{ticket['mediaId']}", json={"private": True})

    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")


@pytest.fixture(scope="module")
def film(frontend: Frontend) -> dict[str, Any]:
    data = clip(seconds=4, width=320, height=180)
    name = {"filename": "film.mp4", "contentType": "video/mp4"}
    return frontend.ready(data, private=True, **name)


def test_a_private_film_plays_by_rewritten_playlists(
    frontend: Frontend, film: dict[str, Any], stranger: httpx.Client
) -> None:
    """Every address in them is whole and signed."""
    urls = granted(frontend, film)["urls"]

    master = stranger.get(urls["hls"])
    assert master.status_code == 200, master.text
    (variant, *_) = (line for line in master.text.splitlines() if line.startswith("http"))
    media = stranger.get(variant)
    segments = [line for line in media.text.splitlines() if line.startswith("http")]
    assert segments
    assert {stranger.get(segment).status_code for segment in segments} == {200}
    assert stranger.get(segments[0].partition("?")[0]).status_code == 403
    manifest = stranger.get(urls["dash"])
    assert "Signature=" in manifest.text or "signature=" in manifest.text


def test_a_playlist_is_not_had_without_a_signature(
    frontend: Frontend, film: dict[str, Any], access: dict[str, Any], stranger: httpx.Client
) -> None:
    path = f"{frontend.api}/assets/{film['id']}/stream/video.m3u8"
    elsewhere = urlsplit(access["urls"]["preview"]).query

    for url in (path, f"{path}?{elsewhere}"):
        answer = stranger.get(url)
        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
