from __future__ import annotations

import json
from io import BytesIO
from urllib.parse import urlsplit

import imagehash
import numpy as np
from PIL import Image

from local.cloud import Cloud
from tests.integration.frontend import Frontend, decoded, media_id, photo
from tests.integration.intake import Intake
from tests.integration.news import Newsreader

ORIENTATION, TURNED_RIGHT = 0x0112, 6
MEBIBYTE = 1 << 20


def exif(**gps: float) -> Image.Exif:
    data = Image.Exif()
    data[ORIENTATION] = TURNED_RIGHT
    data[0x010F] = "Camera & Sons"
    data[0xA431] = "SERIAL-1234"
    data.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.5), 3: "E", 4: (2.0, 17.0, 40.2)})
    return data


def test_an_upload_becomes_a_ready_asset(frontend: Frontend) -> None:
    data = photo(1600, 1200, quality=92, exif=exif())

    asset = frontend.ready(data, filename="hero (1)+å 100x100.jpg")

    assert asset["status"] == "ready"
    assert (asset["width"], asset["height"]) == (1200, 1600)
    assert (asset["type"], asset["contentType"]) == ("image", "image/jpeg")
    assert asset["bytes"] == len(data)
    assert asset["filename"] == "hero (1)+å 100x100.jpg"
    assert asset["blurhash"]
    assert asset["palette"]
    assert asset["scan"] == {"status": "not_scanned"}
    assert asset["versionNumber"] == 1
    assert asset["error"] is None
    with Image.open(BytesIO(data)) as original:
        upright = imagehash.phash(original.transpose(Image.Transpose.ROTATE_270))
    assert imagehash.hex_to_hash(asset["perceptualHash"]) - upright <= 2


def test_every_rendition_is_served_upright_and_immutable(frontend: Frontend) -> None:
    asset = frontend.ready(photo(1600, 1200, exif=exif()))

    urls = {name: url for name, url in asset["processed"].items() if name != "onDemandResize"}
    assert {"lqip", "thumbnail", "preview"} <= set(urls)
    for name, url in urls.items():
        assert urlsplit(url).scheme, f"{name} is not an absolute URL"
        answer = frontend.http.get(url)
        assert answer.status_code == 200, (name, answer.status_code)
        quick = name == "img"  # a small encode follows, when it is asked for again
        kept = "max-age=60" if quick else "max-age=31536000, immutable"
        assert answer.headers["cache-control"] == f"public, {kept}"
        if answer.headers["content-type"].startswith("image/"):
            image = decoded(answer)
            assert image.height >= image.width, name
            assert not image.getexif(), name


def test_where_a_photo_was_taken_stays_in_the_catalogue(frontend: Frontend, cloud: Cloud) -> None:
    asset = frontend.ready(photo(exif=exif()))

    stored = cloud.client("dynamodb").get_item(
        TableName=cloud.outputs["TableName"],
        Key={"pk": {"S": f"ASSET#default#{asset['id']}"}, "sk": {"S": "ASSET"}},
    )["Item"]
    manifest = frontend.http.get(
        f"{frontend.edge}/renditions/default/tests/{asset['id']}/{asset['tag']}/manifest.json"
    )
    assert "48.85819" in json.dumps(stored["privateExif"])
    assert "SERIAL-1234" in json.dumps(stored["privateExif"])
    assert manifest.json()["tag"] == asset["tag"]
    for public in (json.dumps(asset), manifest.text):
        assert "Camera & Sons" in public
        for secret in ("48.85819", "SERIAL-1234", "privateExif", "gps"):
            assert secret not in public


def test_a_large_file_goes_up_in_parts(frontend: Frontend) -> None:
    noise = np.random.default_rng(7).integers(0, 256, (2600, 3400, 3), dtype=np.uint8)
    data = BytesIO()
    Image.fromarray(noise).save(data, "JPEG", quality=97, subsampling=0)
    assert len(data.getvalue()) > 16 * MEBIBYTE

    ticket = frontend.presign(size=len(data.getvalue()))
    parts = frontend.put_parts(ticket, data.getvalue())
    upload = f"/uploads/{ticket['uploadId']}"
    listed = frontend.request("GET", f"{upload}/parts", params={"key": ticket["key"]})
    finished, again = (
        frontend.request("POST", f"{upload}/complete", json={"key": ticket["key"], "parts": parts})
        for _ in range(2)
    )

    assert [part["partNumber"] for part in listed.json()["items"]] == list(range(1, len(parts) + 1))
    assert finished.is_success, finished.text
    assert again.json() == finished.json()
    assert frontend.wait(ticket["mediaId"])["status"] == "ready"


def test_a_replacement_becomes_the_next_version(frontend: Frontend) -> None:
    first = frontend.ready(photo(640, 480))

    frontend.upload(photo(480, 640), mediaId=first["id"], filename="renamed.jpg")
    second = frontend.wait(first["id"], version=2)

    assert second["status"] == "ready"
    assert (second["width"], second["height"]) == (480, 640)
    assert second["filename"] == "renamed.jpg"
    assert second["originalKey"] == first["originalKey"]
    assert second["tag"] != first["tag"]
    assert frontend.http.get(first["processed"]["preview"]).status_code == 200


def test_a_failed_replacement_leaves_the_picture_that_was_there(frontend: Frontend) -> None:
    first = frontend.ready(photo())

    frontend.upload(b"<html>", mediaId=first["id"])
    second = frontend.wait(first["id"], version=2)

    assert second["status"] == "failed"
    assert second["error"]["code"] == "TYPE_MISMATCH"
    assert second["tag"] == first["tag"]
    assert frontend.img(second, w=64, f="webp").status_code == 200


def test_every_status_is_announced_once_it_is_stored(
    frontend: Frontend, newsreader: Newsreader
) -> None:
    asset = frontend.ready(photo())

    news = newsreader.until(asset["id"], "ready")

    assert [item["status"] for item in news] == ["uploading", "queued", "processing", "ready"]
    revisions = [item["rev"] for item in news]
    assert revisions == sorted(set(revisions))
    assert revisions[-1] == asset["rev"]


def test_assets_are_listed_newest_first_by_page(frontend: Frontend) -> None:
    project = f"p_{media_id()}"
    ids = [frontend.upload(photo(64, 64), projectId=project) for _ in range(3)]
    for one in ids:
        frontend.wait(one)

    def page(**query: str) -> dict[str, object]:
        answer = frontend.request("GET", "/assets", params={"projectId": project, **query})
        assert answer.is_success, answer.text
        return dict(answer.json())

    first = page(limit="2", status="ready")
    second = page(limit="2", status="ready", cursor=str(first["cursor"]))
    seen = [item["id"] for part in (first, second) for item in part["items"]]  # type: ignore[attr-defined]
    assert seen == ids[::-1]
    assert second["cursor"] is None


def test_one_correlation_id_runs_through_every_log(frontend: Frontend, cloud: Cloud) -> None:
    asset = frontend.ready(photo(64, 64))
    [run] = Intake(cloud).executions(asset["id"])

    logs = cloud.client("logs")
    services = set()
    for group in logs.describe_log_groups()["logGroups"]:
        events = logs.filter_log_events(
            logGroupName=group["logGroupName"], filterPattern=f'"{run["correlationId"]}"'
        )["events"]
        services |= {json.loads(event["message"])["service"] for event in events}
    assert services == {
        "presign_upload",
        "on_object_created",
        "inspect_original",
        "metadata_extract",
        "image_variants",
        "write_manifest",
    }
