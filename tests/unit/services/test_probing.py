from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from spool.errors import DurationLimit, NotFound, Superseded
from spool.events import Inspection, Run
from spool.formats import Family
from spool.model import Status
from spool.services.probing import Prober
from spool.video.limits import VideoLimits
from tests.clips import clip
from tests.unit.services.pipeline import Pipeline

KEY = "originals/org/proj/media_1-clip.mp4"


class VideoPipeline(Pipeline):
    def __init__(self, duration: int = 60) -> None:
        super().__init__()
        limits = VideoLimits(pixels=1_000_000, duration=duration)
        self.prober = Prober(catalogue=self.catalogue, originals=self.originals, limits=limits)

    def inspected(self, data: bytes, limit: int = 2_000_000) -> tuple[Run, Inspection]:
        self.inspector = replace(self.inspector, bytes_limits={Family.VIDEO: limit})
        run = self.upload(data, "video/mp4", key=KEY)
        return run, self.inspector.inspect(run)

    def metadata(self, run: Run) -> Mapping[str, Any]:
        return self.catalogue.load_metadata(run.ref, run.tag)


def test_what_a_video_holds_is_recorded_beside_the_asset() -> None:
    pipeline, data = VideoPipeline(), clip(160, 90, 2)
    run, inspection = pipeline.inspected(data)

    source = pipeline.prober.probe(run, inspection)

    assert (source.width, source.height, source.audio_channels) == (160, 90, 1)
    metadata = pipeline.metadata(run)
    assert metadata["sha256"] == hashlib.sha256(data).hexdigest()
    assert metadata["video"]["codec"] == "h264"
    assert metadata["audio"]["codec"] == "aac"
    assert (metadata["container"], metadata["duration"]) == ("mp4", pytest.approx(2))


def test_the_record_is_what_publication_takes() -> None:
    pipeline = VideoPipeline()
    run, inspection = pipeline.inspected(clip(160, 90, 2))
    pipeline.prober.probe(run, inspection)

    asset = pipeline.publisher.publish(run, inspection, [])

    assert (asset.status, asset.type) == (Status.READY, "video")
    assert (asset.width, asset.height) == (160, 90)
    assert asset.duration == pytest.approx(2)
    assert asset.video["frameRate"] == 25
    assert asset.bit_rate is not None


def test_a_video_is_never_held_whole() -> None:
    """Neither its ranges nor its chunks are more than a small part of a large file."""
    pipeline = VideoPipeline()
    data = clip(160, 90, 2) + b"\0\0\0\0free" + bytes(24 << 20)
    run, inspection = pipeline.inspected(data, limit=32 << 20)
    tracemalloc.start()
    try:
        pipeline.prober.probe(run, inspection)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert pipeline.metadata(run)["sha256"] == hashlib.sha256(data).hexdigest()
    assert peak < 16 << 20


def test_a_version_that_is_gone_is_a_deleted_asset() -> None:
    pipeline = VideoPipeline()
    run, inspection = pipeline.inspected(clip(160, 90, 2))
    pipeline.originals.objects.clear()

    with pytest.raises(Superseded):
        pipeline.prober.probe(run, inspection)
    assert pipeline.catalogue.assets["org", "media_1"].status is Status.DELETED


def test_a_video_that_is_refused_leaves_no_metadata() -> None:
    pipeline = VideoPipeline(duration=1)
    run, inspection = pipeline.inspected(clip(160, 90, 2))

    with pytest.raises(DurationLimit):
        pipeline.prober.probe(run, inspection)
    with pytest.raises(NotFound):
        pipeline.metadata(run)
