"""What a frontend does, by the browser's own rules: CORS, formats, decoding."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from local.settings import HOST
from tests.integration.frontend import Frontend, photo

UPLOAD = """async ([api, token, bytes, wish]) => {
    const body = new Uint8Array(bytes);
    const presigned = await fetch(`${api}/uploads/presign`, {
        method: "POST",
        headers: {"content-type": "application/json", authorization: `Bearer ${token}`},
        body: JSON.stringify({projectId: "browser", contentType: "image/jpeg", ...wish}),
    });
    const ticket = await presigned.json();
    if (!presigned.ok) return ticket;
    const {presignedUrls: [url], headers} = ticket;
    const put = await fetch(url, {method: "PUT", body, headers});
    return {...ticket, status: put.status, etag: put.headers.get("etag")};
}"""

PUT = """([url, headers]) =>
    fetch(url, {method: "PUT", body: "abc", headers}).then(() => "taken", () => "refused")"""

SHOWN = """async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    document.body.append(image);
    return [image.naturalWidth, image.naturalHeight];
}"""


def upload(page: Page, frontend: Frontend, data: bytes, **wish: object) -> dict[str, Any]:
    """From the page, by script: presign, then one PUT; the ticket with `status` and `etag`."""
    body = {"filename": "photo from a page.jpg", **wish}
    return dict(page.evaluate(UPLOAD, [frontend.api, frontend.token, list(data), body]))


def test_a_page_uploads_and_shows_what_was_made(page: Page, frontend: Frontend) -> None:
    data = photo(400, 300)

    ticket = upload(page, frontend, data, size=len(data))

    assert ticket["status"] == 200
    asset = frontend.wait(ticket["mediaId"])
    assert page.evaluate(SHOWN, asset["processed"]["thumbnail"]) == [300, 300]
    assert page.evaluate(SHOWN, f"/img/{asset['originalKey']}?w=240") == [240, 180]


def test_a_page_may_read_the_etag_that_completion_wants(page: Page, frontend: Frontend) -> None:
    ticket = upload(page, frontend, photo(400, 300), parts=1)

    assert ticket["etag"]
    done = frontend.request(
        "POST",
        f"/uploads/{ticket['uploadId']}/complete",
        json={"key": ticket["key"], "parts": [{"partNumber": 1, "etag": ticket["etag"]}]},
    )
    assert done.is_success, done.text


def test_a_browser_that_can_gets_avif(page: Page, frontend: Frontend) -> None:
    asset = frontend.ready(photo(400, 300))

    with page.expect_response("**/img/**") as shown:
        page.evaluate(SHOWN, f"/img/{asset['originalKey']}?w=120&v={asset['tag']}")

    assert shown.value.header_value("content-type") == "image/avif"
    assert shown.value.header_value("cache-control") == "public, max-age=60"  # a quick encode


@pytest.fixture
def stranger() -> Iterator[str]:
    """The address of a page that was not named among the allowed origins."""

    class Blank(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer((HOST, 0), Blank) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{HOST}:{server.server_port}"
        server.shutdown()


def test_a_page_of_another_origin_may_not_upload(
    browser: Browser, frontend: Frontend, stranger: str
) -> None:
    ticket = frontend.presign(size=3)

    with browser.new_page() as page:
        page.goto(stranger)
        outcome = page.evaluate(PUT, [ticket["presignedUrls"][0], ticket["headers"]])

    assert outcome == "refused"
    assert frontend.asset(ticket["mediaId"])["status"] == "uploading"


def test_an_svg_original_is_only_ever_shown_as_pixels(page: Page, frontend: Frontend) -> None:
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="32">'
        b'<rect width="64" height="32" fill="teal"/></svg>'
    )
    asset = frontend.ready(svg, filename="logo.svg", contentType="image/svg+xml")

    assert page.evaluate(SHOWN, asset["processed"]["preview"]) == [64, 32]
    types = {
        frontend.http.get(url).headers["content-type"]
        for url in asset["processed"].values()
        if isinstance(url, str)
    }
    assert "image/svg+xml" not in types
