"""A cloud with other settings: signed parameters, another ladder, a third mip, a topic."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from examples.sign_img_url import signed_path
from local.cloud import Cloud
from tests import documented_events
from tests.integration.frontend import Frontend, decoded, photo
from tests.integration.topics import Subscriber

KEYS = {"2026a": "a secret of the backend", "2026b": "its successor"}
SETTINGS = {
    "imgSignatures": True,
    "imgWidths": [100, 200, 2560],
    "largeMip": True,
    "eventsTopic": True,
}


@pytest.fixture(scope="module")
def signing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    state = tmp_path_factory.mktemp("signing")
    with Cloud.start(port=0, emulator_port=0, state=state, settings=SETTINGS) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def shop(signing: Cloud) -> Iterator[Frontend]:
    frontend = Frontend(signing)
    yield frontend
    frontend.http.close()


@pytest.fixture(scope="module")
def asset(shop: Frontend) -> dict[str, Any]:
    return shop.ready(photo(4200, 600), filename="a b+c (å).jpg")


def put_key(cloud: Cloud, name: str) -> None:
    store, arn = cloud.client("cloudfront-keyvaluestore"), cloud.outputs["ImageKeysArn"]
    etag = store.describe_key_value_store(KvsARN=arn)["ETag"]
    store.put_key(KvsARN=arn, IfMatch=etag, Key=f"img-key-{name}", Value=KEYS[name])


def signed(
    shop: Frontend, asset: Mapping[str, Any], name: str, *, seconds: int = 600, **query: str
) -> httpx.Response:
    """The answer to a URL that the backend has signed."""
    path = signed_path(
        f"/img/{asset['originalKey']}",
        {"v": asset["tag"], **query},
        key_id=name,
        key=KEYS[name],
        expires=int(time.time()) + seconds,
    )
    return shop.http.get(shop.edge + path)


@pytest.fixture(scope="module")
def keys(signing: Cloud, shop: Frontend, asset: dict[str, Any]) -> None:
    """Both, while one follows the other. Before, there is none, and so no signature is good."""
    assert signed(shop, asset, "2026a", w="100").status_code == 403
    for name in KEYS:
        put_key(signing, name)
        shop.eventually(
            lambda name=name: signed(shop, asset, name, w="100").status_code == 200,  # type: ignore[misc]
            "known to the edge",
        )


@pytest.mark.usefixtures("keys")
def test_only_what_was_signed_is_made(shop: Frontend, asset: dict[str, Any]) -> None:
    answer = signed(shop, asset, "2026a", w="101", f="webp")
    assert decoded(answer).size == (200, 29)
    assert signed(shop, asset, "2026a", seconds=-1, w="100").status_code == 403
    assert shop.img(asset, v=asset["tag"], w=100).status_code == 403
    for change in ("w=101", "w=200", "f=webp&", "v=000000000000"):
        name, _, value = change.partition("=")
        tampered = answer.request.url.copy_set_param(name, f"{value}0")
        assert shop.http.get(tampered).status_code == 403


@pytest.mark.usefixtures("keys")
def test_larger_pictures_have_a_third_mip(shop: Frontend, asset: dict[str, Any]) -> None:
    manifest = shop.http.get(asset["processed"]["manifest"]).json()
    mips = [r["name"] for r in manifest["renditions"] if r["name"].startswith("mip_")]

    assert set(mips) == {"mip_3840.jpg", "mip_2560.jpg", "mip_1280.jpg"}
    assert decoded(signed(shop, asset, "2026b", w="2600", f="jpeg")).width == 3840


def test_private_pictures_are_signed_by_cloudfront_alone(shop: Frontend) -> None:
    asset = shop.ready(photo(300, 200), private=True)

    urls = shop.request("POST", f"/assets/{asset['id']}/access", json={}).json()["urls"]

    assert decoded(shop.http.get(f"{urls['img']}&w=100&f=webp")).size == (100, 67)


def test_a_subscriber_of_the_topic_gets_the_events_that_it_wants(
    signing: Cloud, shop: Frontend
) -> None:
    """By the filter policy that the documents give: of one project, what is ready or failed."""
    _, documented = documented_events.examples_of_filters()
    wants = Subscriber(signing, filter_policy=documented)
    other, ready = (shop.ready(photo(300, 200), projectId=name) for name in ("press", "site"))
    failed = shop.wait(shop.upload(b"<html>", projectId="site"))

    heard = wants.until(failed["id"])

    for event in heard:
        documented_events.check(event)
    assert [(event["detail"]["id"], event["detail"]["status"]) for event in heard] == [
        (ready["id"], "ready"),
        (failed["id"], "failed"),
    ]
    assert other["status"] == "ready"


def test_without_a_filter_a_message_of_the_topic_is_any_event(
    signing: Cloud, shop: Frontend
) -> None:
    everything = Subscriber(signing, raw=False)
    asset = shop.ready(photo(300, 200))
    assert shop.request("PATCH", f"/assets/{asset['id']}", json={"private": True}).is_success

    heard = everything.until(asset["id"], "Asset Access Changed")

    for event in heard:
        documented_events.check(event)
    statuses = [e["detail"]["status"] for e in heard if e["detail"]["id"] == asset["id"]]
    assert statuses[:5] == ["uploading", "queued", "processing", "ready", "ready"]
