"""Deletion of everything, asked for or found in S3, with IAM on."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from local.cloud import Cloud
from tests.clips import clip
from tests.integration.bucket import Bucket
from tests.integration.frontend import Frontend, photo
from tests.integration.records import ASSET, Records

PATIENCE = 60.0


class Remains:
    """Of an asset of the project `tests`, anywhere."""

    def __init__(self, cloud: Cloud, frontend: Frontend) -> None:
        self.originals, self.renditions, self.variants = (
            Bucket(cloud, f"{name}Bucket") for name in ("Originals", "Renditions", "Variants")
        )
        self._records, self._frontend = Records(cloud), frontend

    def of(self, media_id: str) -> list[str]:
        """What is left beside the record that says so; transcodings' records expire."""
        path = f"default/tests/{media_id}"
        found = self.originals.versions(f"originals/{path}-")
        for bucket, places in (
            (self.renditions, ("renditions", "p/renditions", "captures")),
            (self.variants, ("variants", "p/variants", "quick", "p/quick")),
        ):
            found += [key for place in places for key in bucket.keys(f"{place}/{path}/")]
        sorts = self._records.sorts(media_id)
        return found + [s for s in sorts if s != ASSET and not s.startswith("TRANSCODE#")]

    def until_none(self, media_id: str) -> None:
        wait(lambda: not self.of(media_id), lambda: self.of(media_id))
        assert self._frontend.asset(media_id)["status"] == "deleted"


def wait(condition: Callable[[], bool], said: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, said()
        time.sleep(0.2)


@pytest.fixture
def remains(cloud: Cloud, frontend: Frontend) -> Remains:
    return Remains(cloud, frontend)


def usage(frontend: Frontend) -> tuple[int, int]:
    said = frontend.request("GET", "/usage").json()
    return said["bytes"]["stored"], said["assets"]["count"]


def test_of_a_deleted_asset_nothing_is_left_but_that_it_was(
    frontend: Frontend, remains: Remains
) -> None:
    before = usage(frontend)
    asset = frontend.ready(photo(300, 200))
    frontend.upload(photo(200, 300), mediaId=asset["id"])
    second = frontend.wait(asset["id"], version=2)
    assert frontend.img(second, w=96).is_success
    path = f"/assets/{asset['id']}"
    assert frontend.request("POST", f"{path}/comments", json={"text": "Nice."}).is_success
    assert len(remains.of(asset["id"])) > 10

    first = frontend.request("DELETE", path)
    again = frontend.request("DELETE", path)

    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json()
    record = again.json()
    assert (record["sha256"], record["exif"], record["processed"]) == (None, {}, {})
    assert usage(frontend) == before
    remains.until_none(asset["id"])
    wait(
        lambda: frontend.http.get(second["processed"]["preview"]).status_code == 404,
        lambda: "the CDN still has it",
    )
    assert frontend.request("GET", f"{path}/comments").status_code == 404


def test_a_deletion_during_a_run_leaves_nothing_of_what_that_makes(
    frontend: Frontend, remains: Remains
) -> None:
    media_id = frontend.upload(photo(1200, 900))
    assert frontend.request("DELETE", f"/assets/{media_id}").status_code == 202

    remains.until_none(media_id)


def test_a_deletion_of_a_film_that_is_transcoded_ends_its_run(
    frontend: Frontend, remains: Remains
) -> None:
    media_id = frontend.upload(clip(320, 180, 3), filename="a.mp4", contentType="video/mp4")
    frontend.until_transcoding(media_id, patience=60)
    assert frontend.request("DELETE", f"/assets/{media_id}").status_code == 202

    job = f"/jobs/{media_id}.1.1"
    wait(
        lambda: frontend.request("GET", job).json()["status"] == "superseded",
        lambda: "the job goes on",
    )
    key = f"originals/default/tests/{media_id}-"
    wait(lambda: not remains.originals.versions(key), lambda: "the original is there")


def test_an_upload_that_comes_after_the_deletion_is_not_kept(
    frontend: Frontend, remains: Remains
) -> None:
    data = photo(60, 40)
    ticket = frontend.presign(size=len(data))
    assert frontend.request("DELETE", f"/assets/{ticket['mediaId']}").status_code == 202
    assert frontend.put(ticket, data).is_success

    remains.until_none(ticket["mediaId"])


def test_who_removes_the_object_in_s3_deletes_the_asset(
    frontend: Frontend, remains: Remains
) -> None:
    asset = frontend.ready(photo(60, 40))
    remains.originals.remove(asset["originalKey"])

    remains.until_none(asset["id"])


def test_who_removes_the_only_version_in_s3_deletes_the_asset(
    frontend: Frontend, remains: Remains
) -> None:
    asset = frontend.ready(photo(60, 40))
    remains.originals.remove(asset["originalKey"], asset["versionId"])

    remains.until_none(asset["id"])


def test_who_removes_the_newest_version_in_s3_gets_the_one_before(
    frontend: Frontend, remains: Remains
) -> None:
    first = frontend.ready(photo(60, 40))
    frontend.upload(photo(40, 60), mediaId=first["id"])
    second = frontend.wait(first["id"], version=2)
    remains.originals.remove(first["originalKey"], second["versionId"])

    third = frontend.wait(first["id"], version=3)

    assert (third["status"], third["sha256"]) == ("ready", first["sha256"])
    versions = frontend.request("GET", f"/assets/{first['id']}/versions").json()["items"]
    assert [version["versionNumber"] for version in versions] == [3, 1]


def test_who_removes_an_older_version_in_s3_changes_only_what_is_counted(
    frontend: Frontend, remains: Remains
) -> None:
    first = frontend.ready(photo(60, 40))
    frontend.upload(photo(40, 60), mediaId=first["id"])
    second = frontend.wait(first["id"], version=2)
    remains.originals.remove(first["originalKey"], first["versionId"])

    path = f"/assets/{first['id']}/versions"
    wait(
        lambda: len(frontend.request("GET", path).json()["items"]) == 1,
        lambda: "it is still listed",
    )
    assert frontend.asset(first["id"])["tag"] == second["tag"]
