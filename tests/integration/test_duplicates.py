"""Files that are there already, and pictures that look alike, in organisations of their own."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from local.cloud import Cloud
from tests.integration.frontend import Frontend, photo


@pytest.fixture
def archive(cloud: Cloud) -> Iterator[Frontend]:
    """One who has nothing yet."""
    with Frontend.member(cloud, org=f"archive-{uuid.uuid4().hex[:8]}") as archive:
        yield archive


def drawing(colour: tuple[int, int, int]) -> Image.Image:
    """Bytes that no other test has; to the hash one drawing is like another."""
    image = Image.open(BytesIO(photo(640, 480, "PNG")))
    ground = Image.new("RGB", image.size, colour)
    return Image.composite(image, ground, Image.radial_gradient("L").resize(image.size))


def encoded(image: Image.Image, fmt: str = "PNG", **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, fmt, **options)
    return out.getvalue()


def checksum(asset: Mapping[str, Any]) -> dict[str, str]:
    value = base64.b64encode(bytes.fromhex(asset["sha256"])).decode()
    return {"algorithm": "sha256", "value": value}


def duplicates(frontend: Frontend, asset: Mapping[str, Any], **query: Any) -> dict[str, Any]:
    answer = frontend.request("GET", f"/assets/{asset['id']}/duplicates", params=query)
    assert answer.is_success, answer.text
    return dict(answer.json())


def matches(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(one["asset"]["id"], one["match"]) for one in found["items"]]


def test_the_same_bytes_are_exact_and_another_size_and_format_is_near(archive: Frontend) -> None:
    picture = drawing((250, 240, 120))
    png, smaller = encoded(picture), encoded(picture.resize((320, 240)), "JPEG", quality=60)
    first = archive.ready(png, contentType="image/png")
    second = archive.ready(png, contentType="image/png", projectId="another")
    near = archive.ready(smaller)

    found = duplicates(archive, first)

    assert matches(found) == [(second["id"], "exact"), (near["id"], "near")]
    looks = [int(asset["perceptualHash"], 16) for asset in (first, second, near)]
    distances = [(looks[0] ^ look).bit_count() for look in looks[1:]]
    assert [one["distance"] for one in found["items"]] == distances
    assert (found["truncated"], found["indexed"]) == (False, True)
    assert found["items"][1]["asset"] == archive.asset(near["id"])
    assert {media_id for media_id, _ in matches(duplicates(archive, near))} == {
        first["id"],
        second["id"],
    }

    one = duplicates(archive, first, limit=1)
    assert (matches(one), one["truncated"]) == ([(second["id"], "exact")], True)

    archive.request("DELETE", f"/assets/{second['id']}")
    assert matches(duplicates(archive, first)) == [(near["id"], "near")]
    gone = archive.request("GET", f"/assets/{second['id']}/duplicates")
    assert (gone.status_code, gone.json()["code"]) == (404, "NOT_FOUND")


def test_a_flat_picture_is_like_its_own_bytes_alone(archive: Frontend) -> None:
    white = encoded(Image.new("RGB", (320, 240), "white"))
    grey = encoded(Image.new("RGB", (320, 240), "grey"))
    first, second, _ = (
        archive.ready(data, contentType="image/png") for data in (white, white, grey)
    )

    found = duplicates(archive, first)

    assert matches(found) == [(second["id"], "exact")]
    assert (found["indexed"], found["truncated"]) == (False, False)


def test_what_is_there_is_not_uploaded_again(archive: Frontend, frontend: Frontend) -> None:
    held = archive.ready(encoded(drawing((20, 90, 60))), contentType="image/png")
    wish = {"checksum": checksum(held), "size": held["bytes"]}
    usage = archive.request("GET", "/usage").json()

    ticket = archive.presign(**wish)

    assert (ticket["mediaId"], ticket["key"]) == (held["id"], held["originalKey"])
    assert (ticket["presignedUrls"], ticket["uploadId"]) == ([], None)
    assert ticket["duplicateOf"] == archive.asset(held["id"])
    assert archive.request("GET", "/usage").json() == usage
    in_parts = archive.presign(checksum=checksum(held), parts=3)
    assert in_parts["duplicateOf"]["id"] == held["id"]
    assert archive.presign(mediaId=held["id"], **wish)["duplicateOf"]["id"] == held["id"]

    for other in ({"projectId": "another"}, {"allowDuplicate": True}):
        uploaded = archive.presign(**wish, **other)
        assert (uploaded["duplicateOf"], len(uploaded["presignedUrls"])) == (None, 1)
    assert frontend.presign(**wish)["duplicateOf"] is None

    archive.request("DELETE", f"/assets/{held['id']}")
    assert archive.presign(**wish)["duplicateOf"] is None


def test_a_new_version_is_found_by_its_own_content(archive: Frontend) -> None:
    pictures = [encoded(drawing(colour)) for colour in ((90, 20, 160), (160, 20, 20))]
    asset = archive.ready(pictures[0], contentType="image/png")
    before = checksum(asset)

    archive.upload(pictures[1], mediaId=asset["id"], contentType="image/png")
    after = archive.wait(asset["id"], version=2)

    assert archive.presign(checksum=before)["duplicateOf"] is None
    assert archive.presign(checksum=checksum(after))["duplicateOf"]["id"] == asset["id"]
