"""The CloudFront Functions, run by Node as CloudFront would call them."""

from __future__ import annotations

import json
import re
import subprocess
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

EDGE = Path(__file__).parents[3] / "edge"
NODE = Path(sysconfig.get_path("scripts")) / "node"
MOST_BYTES = 10_240  # CloudFront's quota for a function's code

CALL = """
const [file, event] = process.argv.slice(1);
const source = require('fs').readFileSync(file, 'utf8');
const handler = new Function(source + '; return handler')();
console.log(JSON.stringify(handler(JSON.parse(event))));
"""

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
SAFARI_14 = "image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"


def viewer_request(
    function: str, uri: str, query: Mapping[str, str] | None = None, accept: str | None = None
) -> dict[str, Any]:
    """What `function` makes of a request."""
    request = {
        "method": "GET",
        "uri": uri,
        "querystring": {name: {"value": value} for name, value in (query or {}).items()},
        "headers": {"accept": {"value": accept}} if accept else {},
        "cookies": {},
    }
    return called(function, {"request": request})


def called(function: str, event: Mapping[str, Any]) -> dict[str, Any]:
    whole = json.dumps({"version": "1.0", **event})
    command = [str(NODE), "--eval", CALL, str(EDGE / f"{function}.js"), whole]
    result: dict[str, Any] = json.loads(subprocess.check_output(command))
    return result


def options(query: Mapping[str, str], accept: str | None = None) -> dict[str, str]:
    request = viewer_request("img_request", "/img/originals/a/b/c-d.jpg", query, accept)
    return {name: option["value"] for name, option in request["querystring"].items()}


@pytest.mark.parametrize(
    ("accept", "best"),
    [(CHROME, "avif"), (SAFARI_14, "webp"), ("image/*,*/*", "legacy"), (None, "legacy")],
)
@pytest.mark.parametrize("query", [{}, {"f": "auto"}])
def test_the_browser_gets_the_best_format_it_takes(
    query: dict[str, str], accept: str | None, best: str
) -> None:
    assert options(query, accept)["f"] == best


def test_a_format_that_was_asked_for_is_kept() -> None:
    assert options({"f": "jpeg"}, CHROME)["f"] == "jpeg"


def test_equal_requests_share_one_cache_entry() -> None:
    one = options({"w": "640", "utm_source": "mail", "q": "80", "v": "0123456789ab"}, CHROME)
    other = options({"v": "0123456789ab", "f": "avif", "q": "80", "w": "640"}, SAFARI_14)
    assert list(one.items()) == list(other.items())
    assert one == {"v": "0123456789ab", "w": "640", "q": "80", "f": "avif"}


def test_plain_img_paths_and_other_headers_are_left_alone() -> None:
    uri = "/img/originals/org/p/m-a_b-1.jpg"
    request = viewer_request("img_request", uri, accept=CHROME)
    assert request["uri"] == uri
    assert request["headers"] == {"accept": {"value": CHROME}}


@pytest.mark.parametrize(
    ("asked", "passed"),
    [
        ("/api/assets", "/assets"),
        ("/api/assets/api/x", "/assets/api/x"),
        ("/api/", "/"),
        ("/api", "/"),
        ("/apiary", "/apiary"),
    ],
)
def test_the_api_does_not_see_its_prefix(asked: str, passed: str) -> None:
    assert viewer_request("api_request", asked)["uri"] == passed


def test_the_api_sees_the_query_as_sent() -> None:
    request = viewer_request("api_request", "/api/assets", {"status": "ready", "cursor": "abc"})
    assert request["querystring"] == {"status": {"value": "ready"}, "cursor": {"value": "abc"}}


@pytest.mark.parametrize("file", sorted(EDGE.glob("*.js")), ids=lambda path: path.name)
def test_a_function_fits_cloudfronts_quota(file: Path) -> None:
    assert file.stat().st_size < MOST_BYTES


@pytest.mark.parametrize(
    "filename",
    ["plain-1.jpg", "a b+(1)!.jpg", "größe ~ 100%25.jpg", "写真'*.png", "a@b=c,d&e.webp"],
)
def test_a_key_reaches_the_resizer_in_a_path_that_any_signature_leaves_alone(filename: str) -> None:
    key = f"originals/default/site/media_1-{filename}"
    for sent in (quote(key), quote(key, safe="/!'()*+@=,&~")):
        uri = viewer_request("img_request", f"/img/{sent}")["uri"]
        assert re.fullmatch(r"[A-Za-z0-9/._~-]+", uri)
        assert unquote(uri.replace("~", "%")) == f"/img/{key}"


def test_a_path_that_is_not_utf_8_goes_on_as_it_came() -> None:
    assert viewer_request("img_request", "/img/%E0%A4")["uri"] == "/img/%E0%A4"


def media_response(status: int, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that a viewer gets of `/renditions/*`."""
    given = {name: {"value": value} for name, value in headers.items()}
    event = {"request": {}, "response": {"statusCode": status, "headers": given}}
    made = called("media_response", event)["headers"]
    return {name: header["value"] for name, header in made.items()}


@pytest.mark.parametrize("status", [200, 206])
def test_what_mediaconvert_stored_may_be_kept_for_ever(status: int) -> None:
    headers = media_response(status, {"content-type": "video/mp4"})
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["content-type"] == "video/mp4"


def test_what_says_how_long_it_may_be_kept_is_left_alone() -> None:
    assert media_response(200, {"cache-control": "no-store"}) == {"cache-control": "no-store"}


@pytest.mark.parametrize("status", [304, 400, 403, 404, 416, 503])
def test_an_error_is_not_kept_for_a_year(status: int) -> None:
    assert media_response(status, {}) == {}
