"""Uploads by a real client, examples/uppy, over a network that comes and goes."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, Route

from local.cloud import Cloud
from local.settings import ROOT
from tests.clips import clip
from tests.integration.bucket import Bucket
from tests.integration.frontend import Frontend, photo

MIB = 1 << 20
PART = 8 * MIB
EXAMPLE = ROOT / "examples" / "uppy"
ESBUILD = ROOT / "node_modules" / ".bin" / "esbuild"
PATIENCE = 60_000

SECOND_PART_EXPIRES = """() => {
    const fetch = window.fetch;
    window.fetch = async (url, options) => {
        const answer = await fetch(url, options);
        if (!url.endsWith("/presign")) return answer;
        const ticket = await answer.json();
        ticket.presignedUrls[1] = await expired(ticket);
        return Response.json(ticket);
    };
}"""

FIRST_COMPLETION_IS_LOST = """() => {
    const fetch = window.fetch;
    window.fetch = async (url, options) => {
        const answer = await fetch(url, options);
        if (!url.endsWith("/complete")) return answer;
        window.fetch = fetch;
        throw new TypeError("Failed to fetch");
    };
}"""


@dataclass
class Uploading:
    """The example's page, and what it asked S3 and the API for."""

    page: Page
    asked: list[Request] = field(default_factory=list)
    answered: list[Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._note_request)
        self.page.on("response", self._note_response)

    def _note_request(self, request: Request) -> None:
        self.asked.append(request)

    def _note_response(self, response: Response) -> None:
        self.answered.append(response)

    def choose(self, path: Path) -> dict[str, Any]:
        """Presign's answer."""
        with self.page.expect_response("**/uploads/presign") as presigned:
            self.page.set_input_files("[name=files]", path)
        return dict(presigned.value.json())

    def until(self, percent: int) -> None:
        self.page.wait_for_function(
            "percent => document.querySelector('progress').value > percent", arg=percent
        )

    def until_it_says(self, status: str) -> None:
        self.page.wait_for_function(
            "status => document.querySelector('output').value === status",
            arg=status,
            timeout=PATIENCE,
        )

    def slow_down(self, speed: int = 40 * MIB) -> None:
        """To so many bytes per second, so that an upload has a middle."""
        conditions = {"offline": False, "latency": 0, "downloadThroughput": -1}
        self.page.context.new_cdp_session(self.page).send(
            "Network.emulateNetworkConditions", {**conditions, "uploadThroughput": speed}
        )

    def began(self) -> Counter[int]:
        """How often each part's PUT was begun."""
        return Counter(n for request in self.asked for n in _part(request))

    def stored(self) -> Counter[int]:
        """How often S3 said that it has the part."""
        return Counter(n for answer in self.answered if answer.ok for n in _part(answer.request))

    def calls(self, method: str, path: str) -> int:
        return sum(
            request.method == method and re.search(path, request.url) is not None
            for request in self.asked
        )


def _part(request: Request) -> list[int]:
    found = re.search(r"[?&]partNumber=(\d+)", request.url)
    return [int(found[1])] if found and request.method == "PUT" else []


@pytest.fixture(scope="module")
def originals(cloud: Cloud) -> Bucket:
    return Bucket(cloud, "OriginalsBucket")


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    """The example's files by their paths, its script bundled for a page."""
    command: list[str | Path] = [
        ESBUILD,
        EXAMPLE / "page.js",
        "--bundle",
        "--format=esm",
        "--log-level=warning",
    ]
    bundled = subprocess.run(command, check=True, capture_output=True, text=True)
    return {
        "/": (EXAMPLE / "index.html").read_text(),
        "/style.css": (EXAMPLE / "style.css").read_text(),
        "/page.js": bundled.stdout,
    }


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One user's browser: its pages share what they remember."""
    with browser.new_context(permissions=["local-network-access"]) as context:
        yield context


@pytest.fixture
def visit(
    context: BrowserContext, cloud: Cloud, frontend: Frontend, site: dict[str, str]
) -> Callable[[], Uploading]:
    """Opens the example in another page, signed in."""

    def serve(route: Route) -> None:
        path = urlsplit(route.request.url).path
        route.fulfill(body=site[path], content_type=guess_type(path)[0] or "text/html")

    def visit() -> Uploading:
        page = context.new_page()
        page.route(f"{cloud.edge_url}/**", serve)
        page.goto(cloud.edge_url)
        page.unroute_all()  # with routes Playwright would answer CORS preflights itself
        page.fill("[name=token]", frontend.token)
        return Uploading(page)

    return visit


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """A film of that many bytes: a short one, then a box of noise that players skip."""

    def film(size: int) -> Path:
        path = tmp_path_factory.mktemp("films") / "film.mp4"
        data = clip(160, 90, seconds=1)
        room = size - len(data)
        path.write_bytes(data + room.to_bytes(4, "big") + b"free" + os.urandom(room - 8))
        return path

    return film


def is_stored(originals: Bucket, key: str, path: Path) -> bool:
    stored = hashlib.sha256(originals.get(key)).digest()
    return stored == hashlib.sha256(path.read_bytes()).digest()


def test_an_upload_goes_on_where_the_network_was_lost(
    context: BrowserContext,
    visit: Callable[[], Uploading],
    film: Callable[[int], Path],
    originals: Bucket,
    frontend: Frontend,
) -> None:
    path, uploading = film(100 * MIB), visit()
    uploading.slow_down()
    ticket = uploading.choose(path)
    uploading.until(percent=60)

    context.set_offline(True)
    uploading.until_it_says("paused")
    before, begun = uploading.stored(), uploading.began()
    context.set_offline(False)
    uploading.until_it_says("uploaded")

    assert 0 < len(before) < 13
    again = uploading.began() - begun
    assert set(again) <= set(range(1, 14)) - set(before), "what had arrived was sent again"
    assert max(uploading.stored().values()) == 1
    assert originals.uploads(ticket["key"]) == []
    assert is_stored(originals, ticket["key"], path)
    asset = frontend.wait(ticket["mediaId"], patience=60)
    assert (asset["status"], asset["bytes"]) == ("ready", 100 * MIB), asset["error"]


def test_who_closed_the_page_offline_goes_on_in_another(
    context: BrowserContext,
    visit: Callable[[], Uploading],
    film: Callable[[int], Path],
    originals: Bucket,
) -> None:
    path, first = film(100 * MIB), visit()
    first.slow_down()
    ticket = first.choose(path)
    first.until(percent=60)
    context.set_offline(True)
    first.until_it_says("paused")
    first.page.close()
    context.set_offline(False)

    second = visit()
    second.page.set_input_files("[name=files]", path)
    second.until_it_says("uploaded")

    assert 0 < len(first.stored()) < 13
    assert not set(first.stored()) & set(second.began())
    assert second.calls("POST", "/uploads/presign") == 0
    assert is_stored(originals, ticket["key"], path)


def test_an_upload_that_is_cancelled_leaves_nothing_behind(
    visit: Callable[[], Uploading], film: Callable[[int], Path], originals: Bucket
) -> None:
    path, uploading = film(5 * PART), visit()
    uploading.slow_down(10 * MIB)
    ticket = uploading.choose(path)
    uploading.until(percent=10)
    assert originals.uploads(ticket["key"]) == [ticket["key"]]

    with uploading.page.expect_response(lambda it: it.request.method == "DELETE") as gone:
        uploading.page.click("[value=cancel]")

    assert gone.value.status == 204
    assert originals.uploads(ticket["key"]) == originals.keys(ticket["key"]) == []
    assert uploading.page.locator("li").count() == 0
    assert uploading.page.evaluate("localStorage.length") == 0

    again = uploading.choose(path)
    uploading.until_it_says("uploaded")
    assert again["mediaId"] != ticket["mediaId"]
    assert is_stored(originals, again["key"], path)


def test_a_part_whose_url_has_expired_is_sent_to_a_fresh_one(
    visit: Callable[[], Uploading], film: Callable[[int], Path], originals: Bucket, cloud: Cloud
) -> None:
    path, uploading = film(3 * PART), visit()

    def expired(ticket: dict[str, Any]) -> str:
        part = {"Key": ticket["key"], "UploadId": ticket["uploadId"], "PartNumber": 2}
        url = cloud.client("s3").generate_presigned_url(
            "upload_part", {"Bucket": ticket["bucket"], **part}, ExpiresIn=1
        )
        time.sleep(2)
        return str(url)

    uploading.page.expose_function("expired", expired)
    uploading.page.evaluate(SECOND_PART_EXPIRES)
    ticket = uploading.choose(path)
    uploading.until_it_says("uploaded")

    assert uploading.began() == {1: 1, 2: 2, 3: 1}
    assert uploading.calls("POST", f"/uploads/{ticket['uploadId']}/urls") == 1
    assert is_stored(originals, ticket["key"], path)


def test_a_completion_whose_answer_was_lost_is_asked_for_again(
    visit: Callable[[], Uploading], film: Callable[[int], Path], originals: Bucket
) -> None:
    path, uploading = film(3 * PART), visit()

    uploading.page.evaluate(FIRST_COMPLETION_IS_LOST)
    ticket = uploading.choose(path)
    uploading.page.click("[value=retry]:visible")
    uploading.until_it_says("uploaded")

    assert uploading.began() == {1: 1, 2: 1, 3: 1}
    assert uploading.calls("POST", "/uploads/presign") == 1
    assert is_stored(originals, ticket["key"], path)


def test_a_small_file_begins_anew_when_the_network_is_back(
    context: BrowserContext,
    visit: Callable[[], Uploading],
    film: Callable[[int], Path],
    originals: Bucket,
) -> None:
    path, uploading = film(12 * MIB), visit()
    uploading.slow_down(8 * MIB)
    ticket = uploading.choose(path)
    uploading.until(percent=20)

    context.set_offline(True)
    uploading.until_it_says("paused")
    context.set_offline(False)
    uploading.until_it_says("uploaded")

    assert ticket["uploadId"] is None
    assert uploading.calls("POST", "/uploads/presign") == 1
    assert is_stored(originals, ticket["key"], path)


def test_a_small_file_is_uploaded_by_one_put(
    visit: Callable[[], Uploading], tmp_path: Path, originals: Bucket, frontend: Frontend
) -> None:
    path, uploading = tmp_path / "small photo.jpg", visit()
    path.write_bytes(photo(400, 300))

    ticket = uploading.choose(path)
    uploading.until_it_says("uploaded")

    assert ticket["uploadId"] is None
    assert is_stored(originals, ticket["key"], path)
    assert frontend.wait(ticket["mediaId"])["status"] == "ready"
