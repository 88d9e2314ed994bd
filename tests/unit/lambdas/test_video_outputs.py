"""The video branch behind the encoder: from its files in the bucket to a ready asset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from spool.aws.catalogue import DynamoCatalogue
from spool.errors import EncoderFault, Superseded
from spool.events import Run
from spool.keys import OriginalKey
from spool.model import Asset, Status, utc_now
from tests.unit.conftest import ORIGINALS, RENDITIONS, TABLE
from tests.unit.lambdas.conftest import Functions
from tests.unit.lambdas.test_pipeline import created, started
from tests.unit.services.test_collection import encoded
from tests.unit.video.cmaf import clip

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "originals/default/proj/media_1-a clip.mp4"
CLIP = clip(320, 180, 3)
INSPECTION = {"family": "video", "contentType": "video/mp4", "bytes": 8, "warnings": []}
PROBED = {
    "width": 320,
    "height": 180,
    "duration": 3.0,
    "container": "mp4",
    "bitRate": 123456,
    "recordedAt": "2025-01-15T10:00:00Z",
    "video": {"codec": "h264", "frameRate": 25.0, "profile": "High"},
    "audio": {"codec": "aac", "channels": 2},
    "exif": {"make": "Camera"},
    "privateExif": {"latitude": 48.858},
    "warnings": [],
}


def transcoded(functions: Functions, s3: S3Client) -> dict[str, Any]:
    """The state after the encoder's job: a processing asset, its metadata, and the job's files."""
    version = s3.put_object(Bucket=ORIGINALS, Key=KEY, Body=b"original")["VersionId"]
    functions.invoke("on_object_created", {"Records": [created(KEY, version)]})
    [state] = started(functions)
    run = Run.from_dict(state)
    catalogue = DynamoCatalogue(table=TABLE, clock=utc_now)
    catalogue.store_metadata(run.ref, run.tag, PROBED)
    for name, data in encoded(CLIP).items():
        of = run.ref.rendition if name.startswith("stream/") else run.ref.capture
        s3.put_object(Bucket=RENDITIONS, Key=of(run.tag, name), Body=data)
    queued = stored()
    catalogue.update(queued, changed(queued, status=Status.PROCESSING))
    return {**state, "inspection": INSPECTION, "source": CLIP.source.to_dict()}


def changed(asset: Asset, **values: Any) -> Asset:
    return Asset.from_record({**asset.to_record(), **values, "rev": asset.rev + 1})


def stored() -> Asset:
    asset = DynamoCatalogue(table=TABLE, clock=utc_now).get("default", "media_1")
    assert asset is not None
    return asset


def publish(functions: Functions, state: Mapping[str, Any]) -> None:
    """Both states behind the encoder, and the manifest of what they made."""
    renditions = [
        *functions.invoke("collect_outputs", state)["renditions"],
        *functions.invoke("video_stills", state)["renditions"],
    ]
    done = functions.invoke("write_manifest", {**state, "renditions": renditions})
    assert done == {"status": "ready"}


def test_a_transcoded_video_becomes_a_ready_asset(functions: Functions, s3: S3Client) -> None:
    state = transcoded(functions, s3)

    publish(functions, state)

    asset = stored()
    assert asset.status is Status.READY
    assert (asset.duration, asset.container, asset.bit_rate) == (3, "mp4", 123456)
    assert asset.video == {"codec": "h264", "frameRate": 25, "profile": "High"}
    assert asset.audio == {"codec": "aac", "channels": 2}
    assert (asset.frames, asset.has_alpha) == (None, None)
    assert asset.blurhash
    assert len(asset.palette) > 1
    assert asset.dominant_color == asset.palette[0]
    assert asset.processed.keys() == {
        *("onDemandResize", "img", "manifest", "hls", "dash", "master", "preview", "poster"),
        *("thumbnail", "thumb_small", "thumb_medium", "thumb_large", "lqip", "thumbnails"),
    }


def test_every_url_of_a_video_leads_to_what_is_stored(functions: Functions, s3: S3Client) -> None:
    state = transcoded(functions, s3)

    publish(functions, state)

    urls = {k: v for k, v in stored().processed.items() if k not in {"onDemandResize", "img"}}
    for name, url in urls.items():
        key = url.removeprefix("https://cdn.example/")
        head = s3.head_object(Bucket=RENDITIONS, Key=key)
        made_by_us = name not in {"hls", "dash"}
        assert ("immutable" in head.get("CacheControl", "")) is made_by_us
    assert urls["hls"].endswith("/stream/video.m3u8")
    assert urls["dash"].endswith("/stream/video.mpd")
    assert urls["thumbnails"].endswith("/thumbnails.vtt")
    assert urls["preview"] == urls["master"]  # a small video has one rung, stored once


def test_the_manifest_lists_sheets_and_tells_no_secrets(functions: Functions, s3: S3Client) -> None:
    state = transcoded(functions, s3)

    publish(functions, state)

    key = f"renditions/default/proj/media_1/{state['tag']}/manifest.json"
    body = s3.get_object(Bucket=RENDITIONS, Key=key)["Body"].read()
    manifest = json.loads(body)
    names = [rendition["name"] for rendition in manifest["renditions"]]
    assert {"sprites/sprite_0001.jpg", "stream/video.m3u8", "master.mp4"} < set(names)
    assert len(set(names)) == len(names)
    assert manifest["video"]["codec"] == "h264"
    assert b"48.858" not in body


def test_img_shows_a_videos_poster(functions: Functions, s3: S3Client) -> None:
    state = transcoded(functions, s3)
    publish(functions, state)

    ref = OriginalKey.parse(KEY).ref
    for name, kept in (("w-96_q-80.webp", "w-96_q-80.webp"), ("w-640_q-80.webp", "q-80.webp")):
        path = f"/{ref.variant(state['tag'], name)}"
        status, served, headers = functions.http("img_resize", "GET", rawPath=path)
        assert (status, headers["content-type"]) == (200, "image/webp")
        assert served
        stored = s3.list_objects_v2(Bucket="variants", Prefix="quick/")["Contents"]
        assert any(one["Key"].endswith(f"/{kept}") for one in stored)


def test_a_segment_that_is_missing_stops_the_run(functions: Functions, s3: S3Client) -> None:
    state = transcoded(functions, s3)
    run = Run.from_dict(state)
    lost = run.ref.rendition(run.tag, "stream/video_180p_000000001.cmfv")
    s3.delete_object(Bucket=RENDITIONS, Key=lost)

    with pytest.raises(EncoderFault, match="video_180p_000000001"):
        functions.invoke("collect_outputs", state)


def test_a_version_that_was_replaced_meanwhile_is_superseded(
    functions: Functions, s3: S3Client
) -> None:
    state = transcoded(functions, s3)
    s3.put_object(Bucket=ORIGINALS, Key=KEY, Body=b"another")

    with pytest.raises(Superseded):
        functions.invoke("collect_outputs", state)
