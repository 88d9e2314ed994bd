"""Signed parameters of /img: what our examples sign is served, and nothing else is."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.sign_img_url import signed_path
from local.settings import NODE, ROOT
from tests.unit.edge_functions import runtime
from tests.unit.edge_functions.runtime import Node, outcome, viewer_request

CODE = runtime.code("img_request", signed=True)
PATH = "/img/originals/org_1/site/media_1-größe (1)+2 & 100%.jpg"
KEY_ID, KEY = "2025-01", "s3cret of the first"
LATER = 4_102_444_800  # the year 2100
FORBIDDEN = {"status": 403, "code": "FORBIDDEN"}
VARIANT = {"path": "/variants/org_1/site/media_1/current/w-640_q-80.webp"}


@pytest.fixture(autouse=True, scope="module")
def _keys(node: Node) -> None:
    node.keys({f"img-key-{KEY_ID}": KEY, "img-key-next": "the second", "img-key-empty": ""})


def sign(query: dict[str, str], path: str = PATH, **changed: Any) -> str:
    terms: dict[str, Any] = {"key_id": KEY_ID, "key": KEY, "expires": LATER, **changed}
    return signed_path(path, query, **terms)


def results(node: Node, urls: list[str]) -> list[dict[str, Any]]:
    events = [viewer_request(*url.partition("?")[::2]) for url in urls]
    return [outcome(result) for result in node.results(CODE, events)]


def test_a_signed_url_is_served(node: Node) -> None:
    assert results(node, [sign({"w": "640", "f": "webp"})]) == [VARIANT]


def test_both_keys_of_a_rotation_are_good(node: Node) -> None:
    urls = [sign({"w": "640", "f": "webp"}, key_id="next", key="the second")]
    assert results(node, urls) == [VARIANT]


def test_parameters_may_come_in_any_order_and_with_others(node: Node) -> None:
    path, _, query = sign({"w": "640", "f": "webp", "dl": "a&b = ü.jpg"}).partition("?")
    turned = "&".join(["utm_source=mail", *reversed(query.split("&"))])
    assert results(node, [f"{path}?{turned}"]) == [VARIANT]


def test_the_javascript_example_signs_alike(node: Node) -> None:
    query = {"w": "640", "dl": "Tom & Jerry + ü.jpg", "f": "webp", "v": "0123456789ab"}
    script = (
        "import { signedPath } from './examples/sign_img_url.mjs';"
        f"console.log(signedPath({json.dumps(PATH)}, {json.dumps(query)}, "
        f"{json.dumps({'keyId': KEY_ID, 'key': KEY, 'expires': LATER})}));"
    )
    command = [str(NODE), "--input-type=module", "--eval", script]
    made = subprocess.check_output(command, text=True, cwd=ROOT).strip()
    assert made.partition("&s=")[2] == sign(query).partition("&s=")[2]
    variant = VARIANT["path"].replace("current", "0123456789ab")
    assert results(node, [made]) == [{"path": variant}]


def test_the_python_example_signs_from_the_command_line(node: Node) -> None:
    command = [sys.executable, str(ROOT / "examples" / "sign_img_url.py")]
    made = subprocess.check_output(
        [*command, PATH, "w=640", "f=webp"],
        text=True,
        env={"IMG_KEY_ID": KEY_ID, "IMG_KEY": KEY},
    )
    assert results(node, [made.strip()]) == [VARIANT]


def changed(url: str, old: str, new: str) -> str:
    assert old in url
    return url.replace(old, new)


SIGNED = sign({"w": "640", "f": "webp", "v": "0123456789ab"})
FORGED = {
    "nothing is signed": SIGNED.partition("?")[0],
    "no signature": SIGNED.partition("&s=")[0],
    "an empty signature": SIGNED.partition("&s=")[0] + "&s=",
    "half a signature": SIGNED[:-20],
    "a signature and more": SIGNED + "A",
    "another's signature": sign({"w": "640", "f": "webp", "v": "0123456789ab"}, key="guess"),
    "another width": changed(SIGNED, "w=640", "w=750"),
    "another format": changed(SIGNED, "f=webp", "f=avif"),
    "no format": changed(SIGNED, "f=webp&", ""),
    "one more option": changed(SIGNED, "&s=", "&blur=5&s="),
    "another version": changed(SIGNED, "0123456789ab", "0123456789ac"),
    "a later end": changed(SIGNED, f"e={LATER}", f"e={LATER + 1}"),
    "no end": changed(SIGNED, f"e={LATER}&", ""),
    "a strange end": changed(SIGNED, f"e={LATER}", "e=1e99"),
    "another picture": changed(SIGNED, "media_1", "media_2"),
    "another organisation": changed(SIGNED, "org_1", "org_2"),
    "another file name": changed(SIGNED, "100%25", "101%25"),
    "a repeated option": SIGNED.replace("?", "?w=96&", 1),
    "a key that is not there": changed(SIGNED, f"k={KEY_ID}", "k=nobody"),
    "a key that is empty": sign({"w": "640"}, key_id="empty", key=""),
    "another key": changed(SIGNED, f"k={KEY_ID}", "k=next"),
    "a key with a path": changed(SIGNED, f"k={KEY_ID}", "k=..%2Fx"),
    "a property of every object as a key": changed(SIGNED, f"k={KEY_ID}", "k=__proto__"),
    "the past": sign({"w": "640"}, expires=int(time.time()) - 1),
}


@pytest.mark.parametrize("url", FORGED.values(), ids=FORGED)
def test_what_was_not_signed_so_is_refused(node: Node, url: str) -> None:
    assert results(node, [url]) == [FORBIDDEN]


def test_a_signature_ends(node: Node) -> None:
    url = sign({"w": "640", "f": "webp"}, expires=int(time.time()) + 1)
    assert results(node, [url]) == [VARIANT]
    time.sleep(1.1)
    assert results(node, [url]) == [FORBIDDEN]


def test_a_value_does_not_pass_for_more_parameters(node: Node) -> None:
    """Else who may name the download could change the rest: `dl=a` and `dpr=4` for `dl=a&dpr=4`."""
    url = sign({"dl": "a&dpr=4", "w": "640", "f": "webp"})
    assert results(node, [url]) == [VARIANT]
    assert results(node, [changed(url, "dl=a%26dpr%3D4", "dl=a&dpr=4")]) == [FORBIDDEN]


def test_private_paths_have_signatures_of_their_own(node: Node) -> None:
    path = "/p/img/originals/org_1/site/media_1-a.jpg?f=webp&w=640"
    assert results(node, [path]) == [{"path": "/p" + VARIANT["path"]}]


def test_what_is_signed_must_still_make_sense(node: Node) -> None:
    assert results(node, [sign({"w": "0"})]) == [{"status": 400, "code": "INVALID_REQUEST"}]
    assert results(node, ["/img/x?k=a&e=1&s=b"]) == [{"status": 404, "code": "NOT_FOUND"}]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text("AZaz09-_=%.", min_size=1, max_size=50), min_size=20, max_size=60))
def test_no_signature_is_guessed(node: Node, guesses: list[str]) -> None:
    start = SIGNED.partition("&s=")[0]
    for result in results(node, [f"{start}&s={guess}" for guess in guesses]):
        assert result["status"] in {400, 403}
