"""Files that must not pass, each through the whole pipeline: code, sentence, and nothing lost."""

from __future__ import annotations

import json
import struct
import time
import zlib
from datetime import UTC, datetime, timedelta
from io import BytesIO

import httpx
import pytest
from PIL import Image

from local.cloud import Cloud
from tests.integration.frontend import Frontend, decoded, media_id, photo


def png_header(width: int, height: int) -> bytes:
    """A PNG of that size with next to no data: a decompression bomb's head."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def gif_bomb(frames: int) -> bytes:
    """Many full-size frames in few bytes: width x height passes, times the frames it does not."""
    out = BytesIO()
    canvas = [Image.new("P", (3000, 3000), color % 2) for color in range(frames)]
    canvas[0].save(out, "GIF", save_all=True, append_images=canvas[1:], optimize=False)
    return out.getvalue()


SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'
BILLION = (
    '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
    + SVG.format("<text>&i;</text>")
)

BAD = {
    "empty": (b"", "a.jpg", "EMPTY_FILE"),
    "html": (b"<html><script>alert(1)</script></html>", "a.jpg", "TYPE_MISMATCH"),
    "executable": (b"MZ" + bytes(300), "a.jpg", "TYPE_MISMATCH"),
    "playlist": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "a.png", "TYPE_MISMATCH"),
    "truncated": (photo(800, 600)[:6000], "a.jpg", "CORRUPT"),
    "corrupt": (b"\xff\xd8\xff\xe0" + bytes(1000), "a.jpg", "CORRUPT"),
    "bomb": (png_header(65_535, 65_535), "a.png", "PIXEL_LIMIT"),
    "frames": (gif_bomb(12), "a.gif", "PIXEL_LIMIT"),
    "entities": (BILLION.encode(), "a.svg", "RESOURCE_LIMIT"),
    "script": (SVG.format("<script>alert(1)</script>").encode(), "a.svg", "UNSAFE_CONTENT"),
    "external": (
        SVG.format('<image href="http://169.254.169.254/latest"/>').encode(),
        "a.svg",
        "UNSAFE_CONTENT",
    ),
}


@pytest.mark.parametrize(("data", "filename", "code"), BAD.values(), ids=BAD)
def test_a_bad_file_fails_with_its_code_and_is_kept(
    frontend: Frontend, cloud: Cloud, data: bytes, filename: str, code: str
) -> None:
    kind = {"jpg": "jpeg", "svg": "svg+xml"}.get(filename[2:], filename[2:])
    ticket = frontend.presign(filename=filename, contentType=f"image/{kind}")
    assert frontend.put(ticket, data).is_success

    asset = frontend.wait(ticket["mediaId"])

    assert asset["status"] == "failed"
    assert asset["error"]["code"] == code, asset["error"]
    assert asset["error"]["message"].endswith(".")
    assert asset["error"]["stage"] in {"inspect_original", "metadata_extract", "image_variants"}
    assert asset["processed"] == {}
    original = cloud.client("s3").get_object(
        Bucket=cloud.outputs["OriginalsBucket"], Key=ticket["key"]
    )
    assert original["Body"].read() == data


def test_a_bad_file_is_no_failed_execution(frontend: Frontend, cloud: Cloud) -> None:
    asset = frontend.wait(frontend.upload(b"<html>"))

    states = cloud.client("stepfunctions")
    executions = states.list_executions(stateMachineArn=cloud.outputs["StateMachineArn"])
    for execution in executions["executions"]:
        described = states.describe_execution(executionArn=execution["executionArn"])
        if json.loads(described["input"])["mediaId"] == asset["id"]:
            assert described["status"] == "SUCCEEDED"
            return
    raise AssertionError("its execution is not there")


def test_a_picture_of_one_pixel_is_fine(frontend: Frontend) -> None:
    asset = frontend.ready(photo(1, 1))

    assert (asset["width"], asset["height"]) == (1, 1)
    assert decoded(frontend.img(asset, w=100, f="webp")).size == (1, 1)


def test_an_image_under_another_images_name_is_what_it_is(frontend: Frontend) -> None:
    asset = frontend.ready(photo(fmt="PNG"), filename="really-a-png.jpg")

    assert asset["contentType"] == "image/png"
    assert any("image/png" in warning for warning in asset["warnings"])


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"filename": "x" * 300 + ".jpg"}, 400, "INVALID_REQUEST"),
        ({"filename": "../../etc/passwd"}, 400, "INVALID_REQUEST"),
        ({"filename": ""}, 400, "INVALID_REQUEST"),
        ({"filename": "a\x00b.jpg"}, 400, "INVALID_REQUEST"),
        ({"projectId": "no/slashes"}, 400, "INVALID_REQUEST"),
        ({"mediaId": "no-hyphens"}, 400, "INVALID_REQUEST"),
        ({"size": 0}, 400, "INVALID_REQUEST"),
        ({"size": 1, "parts": 1}, 400, "INVALID_REQUEST"),
        ({"parts": 10_001}, 400, "INVALID_REQUEST"),
        ({"unknown": 1}, 400, "INVALID_REQUEST"),
        ({"contentType": "application/x-msdownload"}, 415, "UNSUPPORTED_TYPE"),
        ({"size": 10**12}, 413, "SIZE_LIMIT"),
    ],
)
def test_a_bad_presign_is_refused(
    frontend: Frontend, wish: dict[str, object], status: int, code: str
) -> None:
    body = {"filename": "a.jpg", "contentType": "image/jpeg", "projectId": "tests", **wish}

    answer = frontend.request("POST", "/uploads/presign", json=body)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"{" * 100_000])
def test_a_body_that_is_no_request_is_refused(frontend: Frontend, body: bytes) -> None:
    answer = frontend.request(
        "POST", "/uploads/presign", content=body, headers={"content-type": "application/json"}
    )

    assert answer.status_code in {400, 413}
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_was_not_signed_is_not_taken(frontend: Frontend) -> None:
    data = photo(64, 64)
    ticket = frontend.presign(size=len(data))
    url, headers = ticket["presignedUrls"][0], ticket["headers"]

    longer = frontend.http.put(url, content=data + b"x", headers=headers)
    html = frontend.http.put(url, content=data, headers={**headers, "content-type": "text/html"})
    elsewhere = frontend.http.put(
        url.replace(ticket["mediaId"], "media_other"), content=data, headers=headers
    )

    assert [answer.status_code for answer in (longer, html, elsewhere)] == [403, 403, 403]
    assert frontend.put(ticket, data).is_success


def test_an_expired_url_is_refused(frontend: Frontend, cloud: Cloud) -> None:
    url = cloud.client("s3").generate_presigned_url(
        "put_object",
        Params={"Bucket": cloud.outputs["OriginalsBucket"], "Key": "originals/default/tests/a-b"},
        ExpiresIn=1,
    )
    time.sleep(2)

    answer = frontend.http.put(url, content=b"late")

    assert answer.status_code == 403
    assert "expired" in answer.text


def test_a_presigned_url_expires_after_a_quarter_of_an_hour(frontend: Frontend) -> None:
    ticket = frontend.presign(size=10)

    assert httpx.URL(ticket["presignedUrls"][0]).params["X-Amz-Expires"] == "900"
    left = datetime.fromisoformat(ticket["expiresAt"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)


def test_parts_above_the_limit_are_aborted(frontend: Frontend) -> None:
    ticket = frontend.presign(parts=3)
    upload, query = f"/uploads/{ticket['uploadId']}", {"key": ticket["key"]}
    parts = frontend.put_parts({**ticket, "partSize": 36 << 20}, bytes(3 * (36 << 20)))

    answer = frontend.request("POST", f"{upload}/complete", json={**query, "parts": parts})

    assert (answer.status_code, answer.json()["code"]) == (413, "SIZE_LIMIT")
    assert frontend.request("GET", f"{upload}/parts", params=query).status_code == 404


def test_an_original_is_not_overwritten_by_its_own_url(frontend: Frontend) -> None:
    data = photo(64, 64)
    ticket = frontend.presign(size=len(data))
    assert frontend.put(ticket, data).is_success

    assert frontend.put(ticket, data).status_code == 412


def test_wrong_parts_are_refused(frontend: Frontend) -> None:
    ticket = frontend.presign(parts=2)
    upload = f"/uploads/{ticket['uploadId']}/complete"
    wrong = [{"partNumber": 1, "etag": '"0123456789abcdef0123456789abcdef"'}]

    answer = frontend.request("POST", upload, json={"key": ticket["key"], "parts": wrong})

    assert (answer.status_code, answer.json()["code"]) == (422, "PART_MISMATCH")


def test_an_unknown_upload_is_not_found(frontend: Frontend) -> None:
    ticket = frontend.presign(parts=1)

    answer = frontend.request(
        "GET", "/uploads/nothing-like-it/parts", params={"key": ticket["key"]}
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_an_upload_given_up_is_gone(frontend: Frontend) -> None:
    ticket = frontend.presign(parts=1)
    upload = f"/uploads/{ticket['uploadId']}"

    given_up = frontend.request("DELETE", upload, params={"key": ticket["key"]})

    assert given_up.is_success
    after = frontend.request("GET", f"{upload}/parts", params={"key": ticket["key"]})
    assert after.status_code == 404


def test_fresh_part_urls_work(frontend: Frontend) -> None:
    data = photo(300, 300)
    ticket = frontend.presign(parts=1)
    upload = f"/uploads/{ticket['uploadId']}"

    fresh = frontend.request(
        "POST", f"{upload}/urls", json={"key": ticket["key"], "partNumbers": [1]}
    )
    assert fresh.is_success, fresh.text
    url = fresh.json()["presignedUrls"][0]
    etag = frontend.http.put(url, content=data).headers["etag"]
    parts = [{"partNumber": 1, "etag": etag}]
    done = frontend.request(
        "POST", f"{upload}/complete", json={"key": ticket["key"], "parts": parts}
    )

    assert done.is_success, done.text
    assert frontend.wait(ticket["mediaId"])["status"] == "ready"


def test_an_unknown_asset_is_not_found(frontend: Frontend) -> None:
    answer = frontend.request("GET", f"/assets/{media_id()}")

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "x"}, {"cursor": "forged"}, {"status": "lost"}, {"type": "smell"}],
)
def test_a_bad_list_query_is_refused(frontend: Frontend, query: dict[str, str]) -> None:
    answer = frontend.request("GET", "/assets", params=query)

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_REQUEST")
