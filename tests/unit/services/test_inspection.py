from __future__ import annotations

import pytest

from spool.errors import (
    EmptyFile,
    MediaError,
    PixelLimit,
    SizeLimit,
    Superseded,
    TypeMismatch,
    UnsupportedType,
)
from spool.model import Status
from tests.unit.services.pipeline import Pipeline, picture
from tests.unit.services.test_lifecycle import KEY

JPEG_HEAD = b"\xff\xd8\xff\xe0"
MP4_HEAD = b"\0\0\0\x18ftypisom\0\0\2\0isommp41"
NAMELESS = "originals/org/proj/media_1-upload"


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline()


def test_an_image_is_known_by_its_bytes(pipeline: Pipeline) -> None:
    data = picture()

    inspection = pipeline.inspector.inspect(pipeline.upload(data))

    assert inspection == {
        "family": "image",
        "contentType": "image/jpeg",
        "bytes": len(data),
        "warnings": [],
    }
    assert pipeline.catalogue.assets["org", "media_1"].status is Status.PROCESSING


def test_it_can_be_repeated(pipeline: Pipeline) -> None:
    run = pipeline.upload(picture())

    assert pipeline.inspector.inspect(run) == pipeline.inspector.inspect(run)
    assert pipeline.catalogue.assets["org", "media_1"].rev == 2


def test_an_image_under_another_images_name_is_processed_with_a_warning(
    pipeline: Pipeline,
) -> None:
    inspection = pipeline.inspector.inspect(pipeline.upload(picture("PNG"), "image/jpeg"))

    assert inspection["contentType"] == "image/png"
    assert inspection["warnings"] == ["The file was declared as image/jpeg, but holds image/png."]


def test_an_undeclared_image_is_no_doubt(pipeline: Pipeline) -> None:
    run = pipeline.upload(picture("PNG"), "binary/octet-stream", key=NAMELESS)

    assert pipeline.inspector.inspect(run)["warnings"] == []


@pytest.mark.parametrize(
    ("data", "content_type", "key", "error"),
    [
        (b"", "image/jpeg", KEY, EmptyFile),
        (b"<html>", "image/jpeg", KEY, TypeMismatch),
        (b"<html>", "binary/octet-stream", KEY, TypeMismatch),
        (b"<html>", "binary/octet-stream", NAMELESS, UnsupportedType),
        (JPEG_HEAD + bytes(1_000_000), "image/jpeg", KEY, SizeLimit),
        (MP4_HEAD + bytes(2_000_000), "video/mp4", KEY, SizeLimit),
        (b"#EXTM3U\nfile:///etc/passwd", "video/mp4", KEY, TypeMismatch),
        (b"ffconcat version 1.0\nfile /etc/passwd", "video/mp4", KEY, TypeMismatch),
        (picture("PNG", (1_001, 1_000)), "image/png", KEY, PixelLimit),
    ],
)
def test_a_bad_file_is_refused(
    pipeline: Pipeline, data: bytes, content_type: str, key: str, error: type[MediaError]
) -> None:
    run = pipeline.upload(data, content_type, key=key)

    with pytest.raises(error):
        pipeline.inspector.inspect(run)


def test_a_file_above_the_limit_is_not_even_read(pipeline: Pipeline) -> None:
    run = pipeline.upload(bytes(2_000_001))

    with pytest.raises(SizeLimit, match="2,000,001 bytes"):
        pipeline.inspector.inspect(run)
    assert pipeline.originals.reads == []


def test_of_a_video_only_the_beginning_is_read(pipeline: Pipeline) -> None:
    data = MP4_HEAD + bytes(1_500_000)

    inspection = pipeline.inspector.inspect(pipeline.upload(data, "video/mp4"))

    assert inspection == {
        "family": "video",
        "contentType": "video/mp4",
        "bytes": len(data),
        "warnings": [],
    }
    assert len(pipeline.originals.reads) == 1


def test_a_video_under_another_name_is_a_video(pipeline: Pipeline) -> None:
    inspection = pipeline.inspector.inspect(pipeline.upload(MP4_HEAD, "image/jpeg"))

    assert inspection["contentType"] == "video/mp4"
    assert inspection["warnings"] == ["The file was declared as image/jpeg, but holds video/mp4."]


def test_a_playlist_is_called_one(pipeline: Pipeline) -> None:
    run = pipeline.upload(b"#EXTM3U\n#EXTINF:1,\nhttp://169.254.169.254/\n", "video/mp4")

    with pytest.raises(TypeMismatch, match=r"declared as video/mp4, but is a playlist\."):
        pipeline.inspector.inspect(run)


def test_a_version_that_is_gone_is_a_deleted_asset(pipeline: Pipeline) -> None:
    run = pipeline.upload(picture())
    pipeline.originals.objects.clear()

    with pytest.raises(Superseded):
        pipeline.inspector.inspect(run)
    assert pipeline.catalogue.assets["org", "media_1"].status is Status.DELETED


def test_what_has_just_arrived_is_not_deleted_with_the_version_before(pipeline: Pipeline) -> None:
    """Of which nobody has heard yet."""
    run = pipeline.upload(picture())
    pipeline.originals.objects.clear()
    pipeline.originals.objects[run.key, "v2"] = picture(), "image/jpeg"

    with pytest.raises(Superseded):
        pipeline.inspector.inspect(run)
    assert pipeline.catalogue.assets["org", "media_1"].status is Status.PROCESSING


def test_an_overtaken_run_touches_nothing(pipeline: Pipeline) -> None:
    old = pipeline.upload(picture(), version=1)
    pipeline.upload(picture(), version=2)
    pipeline.originals.objects.clear()

    with pytest.raises(Superseded):
        pipeline.inspector.inspect(old)
    assert pipeline.catalogue.assets["org", "media_1"].status is Status.QUEUED
