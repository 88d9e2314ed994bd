from __future__ import annotations

import hashlib
import json
from io import BytesIO

import pytest
from PIL import Image

from spool.errors import AssetErrorCode, Superseded
from spool.events import RenditionSummary
from spool.formats import Family
from spool.model import AssetError, Status
from spool.services.failures import Failure
from tests.unit.services.pipeline import CDN, Pipeline, picture
from tests.unit.services.test_lifecycle import KEY

BASE = "org/proj/media_1"
FAILURE = Failure(AssetErrorCode.CORRUPT, "It is damaged.", permanent=True)


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline()


def geotagged() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.5), 3: "E", 4: (2.0, 17.0, 40.2)})
    return picture(exif=exif)


def test_a_ready_asset_says_what_was_found_and_where_it_is(pipeline: Pipeline) -> None:
    data = picture(size=(400, 300))
    run = pipeline.upload(data)

    pipeline.process(run)

    asset = pipeline.catalogue.assets["org", "media_1"]
    assert (asset.status, asset.tag, asset.rev) == (Status.READY, run.tag, 3)
    assert (asset.width, asset.height, asset.frames, asset.has_alpha) == (400, 300, 1, False)
    assert (asset.bytes, asset.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert asset.blurhash
    assert asset.processed["onDemandResize"] is True
    assert asset.processed["img"] == f"{CDN}/img/{KEY}?v={run.tag}"
    assert asset.processed["thumb_small"] == f"{CDN}/renditions/{BASE}/{run.tag}/thumb_small.webp"
    assert {"lqip", "thumbnail", "preview", "optimized", "manifest"} <= asset.processed.keys()
    assert not any(name.startswith("mip") for name in asset.processed)


def test_every_url_leads_to_what_is_stored(pipeline: Pipeline) -> None:
    run = pipeline.upload(picture(), key="originals/org/proj/media_1-a b+c (å) 100%.jpg")

    pipeline.process(run)

    asset = pipeline.catalogue.assets["org", "media_1"]
    urls = {
        str(url) for name, url in asset.processed.items() if name not in {"onDemandResize", "img"}
    }
    stored = {f"{CDN}/{key}" for key, _ in pipeline.renditions.objects if "/mip_" not in key}
    assert urls == stored
    assert asset.processed["img"] == (
        f"{CDN}/img/originals/org/proj/media_1-a%20b%2Bc%20%28%C3%A5%29%20100%25.jpg?v={run.tag}"
    )


def test_renditions_are_pictures_of_the_size_that_the_manifest_says(pipeline: Pipeline) -> None:
    run = pipeline.upload(picture(size=(1500, 600)))

    pipeline.process(run)

    manifest = json.loads(
        pipeline.renditions.get(f"renditions/{BASE}/{run.tag}/manifest.json").read()
    )
    assert {"mip_1280.jpg", "thumbnail.webp"} <= {r["name"] for r in manifest["renditions"]}
    for rendition in manifest["renditions"]:
        stored = pipeline.renditions.get(f"renditions/{BASE}/{run.tag}/{rendition['name']}")
        assert stored.size == rendition["bytes"]
        assert stored.content_type == rendition["contentType"]
        with Image.open(BytesIO(stored.read())) as image:
            assert image.size == (rendition["width"], rendition["height"])


def test_where_a_photo_was_taken_stays_in_the_catalogue(pipeline: Pipeline) -> None:
    run = pipeline.upload(geotagged())

    pipeline.process(run)

    manifest = pipeline.renditions.get(f"renditions/{BASE}/{run.tag}/manifest.json").read()
    assert "48.858" in json.dumps(pipeline.catalogue.assets["org", "media_1"].private_exif)
    assert b"Camera" in manifest
    assert b"48.858" not in manifest
    assert b"privateExif" not in manifest


def test_publishing_again_changes_nothing(pipeline: Pipeline) -> None:
    run = pipeline.upload(picture())
    pipeline.process(run)
    before = pipeline.catalogue.assets["org", "media_1"]
    inspection = {"family": "image", "contentType": "image/jpeg", "bytes": 1, "warnings": []}

    pipeline.publisher.publish(run, inspection, [])  # type: ignore[arg-type]

    assert pipeline.catalogue.assets["org", "media_1"] == before


def test_an_overtaken_run_publishes_nothing(pipeline: Pipeline) -> None:
    old = pipeline.upload(picture(), version=1)
    inspection = pipeline.inspector.inspect(old)
    pipeline.extractor.extract(old, inspection)
    pipeline.upload(picture(), version=2)

    with pytest.raises(Superseded):
        pipeline.publisher.publish(old, inspection, [])
    with pytest.raises(Superseded):
        pipeline.publisher.fail(old, FAILURE, "image_variants")
    assert pipeline.renditions.objects == {}
    assert pipeline.catalogue.assets["org", "media_1"].status is Status.QUEUED


def test_a_failed_replacement_leaves_the_picture_that_was_there(pipeline: Pipeline) -> None:
    first = pipeline.upload(picture(), version=1)
    pipeline.process(first)
    before = pipeline.catalogue.assets["org", "media_1"]
    second = pipeline.upload(b"<html>", version=2)

    pipeline.publisher.fail(second, FAILURE, "inspect_original")

    after = pipeline.catalogue.assets["org", "media_1"]
    assert after.status is Status.FAILED
    assert after.error == AssetError(
        AssetErrorCode.CORRUPT, "It is damaged.", "inspect_original", "2025-01-15T10:00:05.000Z"
    )
    assert (after.tag, after.processed, after.width) == (
        before.tag,
        before.processed,
        before.width,
    )
    assert after.version_id == "v2"


def test_failing_again_keeps_the_first_reason(pipeline: Pipeline) -> None:
    run = pipeline.upload(picture())
    first = pipeline.publisher.fail(run, FAILURE, "inspect_original")

    assert pipeline.publisher.fail(run, FAILURE, "image_variants") == first


def test_a_picture_that_a_video_replaces_leaves_nothing_of_itself(pipeline: Pipeline) -> None:
    pipeline.process(pipeline.upload(geotagged(), version=1))
    second = pipeline.upload(picture(), version=2)
    inspection = pipeline.inspector.inspect(second)
    probed = {"width": 64, "height": 36, "duration": 2.5, "palette": ["#000000"], "warnings": []}
    pipeline.catalogue.store_metadata(second.ref, second.tag, probed)

    pipeline.publisher.publish(second, {**inspection, "family": Family.VIDEO}, [])

    asset = pipeline.catalogue.assets["org", "media_1"]
    assert (asset.type, asset.duration, asset.palette) == (Family.VIDEO, 2.5, ("#000000",))
    assert (asset.frames, asset.has_alpha, asset.sha256, asset.blurhash) == (None,) * 4
    assert (asset.exif, asset.private_exif) == ({}, {})


def test_a_videos_urls_bear_the_names_that_players_know(pipeline: Pipeline) -> None:
    run = pipeline.upload(picture())
    inspection = pipeline.inspector.inspect(run)
    pipeline.extractor.extract(run, inspection)
    names = ["stream/video.m3u8", "stream/video.mpd", "master.mp4", "preview.mp4", "poster.jpg"]
    names += ["mip_1280.jpg", "lqip.webp", "sprites/sprite_0001.jpg", "thumbnails.vtt"]
    made = [RenditionSummary(name=n, contentType="", bytes=1, width=1, height=1) for n in names]

    pipeline.publisher.publish(run, inspection, made)

    base = f"{CDN}/renditions/{BASE}/{run.tag}"
    processed = pipeline.catalogue.assets["org", "media_1"].processed
    assert {
        name: url for name, url in processed.items() if name not in {"onDemandResize", "img"}
    } == {
        "hls": f"{base}/stream/video.m3u8",
        "dash": f"{base}/stream/video.mpd",
        "master": f"{base}/master.mp4",
        "preview": f"{base}/preview.mp4",
        "poster": f"{base}/poster.jpg",
        "lqip": f"{base}/lqip.webp",
        "thumbnails": f"{base}/thumbnails.vtt",
        "manifest": f"{base}/manifest.json",
    }
