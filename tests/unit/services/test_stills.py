"""Poster, thumbnails and sprites of the frames that an encoder captured."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from spool.errors import EncoderFault
from spool.formats import JPEG
from spool.imaging.metadata import extract
from spool.services.stills import StillMaker
from spool.video.source import VideoSource
from tests.unit.media import opened
from tests.unit.services.fakes import MemoryCatalogue, MemoryObjects
from tests.unit.services.test_collection import RUN, encoded, stored_name
from tests.unit.video.cmaf import Clip, clip

PROBED = {"width": 320, "height": 180, "duration": 4.5, "warnings": ["A doubt."], "exif": {"a": 1}}
DRIFTING = clip(320, 180, 4.5, sound=None)
BLACK_INTRO = clip(
    320, 180, 8, sound=None, picture="testsrc2=size={size}:rate={rate},fade=st=1.2:d=0.3"
)
WHITE_FLASH = clip(
    320,
    180,
    8,
    sound=None,
    picture="testsrc2=size={size}:rate={rate},drawbox=color=white:t=fill:enable='lt(t,1.5)'",
)
ALL_BLACK = clip(64, 64, 3, sound=None, picture="color=black:size={size}:rate={rate}")


class Bench:
    """The bucket after the encoder's job, and the catalogue after the probe."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self.catalogue, self.renditions = MemoryCatalogue(), MemoryObjects()
        self.catalogue.store_metadata(RUN.ref, RUN.tag, PROBED)
        for name, data in encoded(clip).items():
            self.renditions.put(stored_name(name), data, "image/jpeg")

    def make(self, source: VideoSource | None = None) -> dict[str, dict[str, object]]:
        maker = StillMaker(catalogue=self.catalogue, renditions=self.renditions)
        return {one["name"]: dict(one) for one in maker.make(RUN, source or self.clip.source)}

    def made(self, name: str) -> bytes:
        return self.renditions.get(RUN.ref.rendition(RUN.tag, name)).read()

    def poster(self) -> np.ndarray:
        return np.asarray(opened(self.made("poster.jpg")).convert("RGB")).astype(int)

    def capture(self, name: str) -> np.ndarray:
        data = self.renditions.get(RUN.ref.capture(RUN.tag, name)).read()
        return np.asarray(opened(data).convert("RGB")).astype(int)


def test_every_still_is_a_picture_of_the_size_that_is_said() -> None:
    bench = Bench(DRIFTING)

    summaries = bench.make()

    assert set(summaries) == {
        "poster.jpg",
        "mip_1280.jpg",
        "thumbnail.webp",
        "thumb_large.webp",
        "thumb_medium.webp",
        "thumb_small.webp",
        "lqip.webp",
        "sprites/sprite_0001.jpg",
        "thumbnails.vtt",
    }
    for name, summary in summaries.items():
        data = bench.made(name)
        assert summary["bytes"] == len(data)
        if name != "thumbnails.vtt":
            with Image.open(io.BytesIO(data)) as image:
                assert image.size == (summary["width"], summary["height"])
    assert summaries["poster.jpg"]["width"] == 320
    assert summaries["thumbnails.vtt"]["contentType"] == "text/vtt"
    with Image.open(io.BytesIO(bench.made("poster.jpg"))) as image:
        assert image.info.get("progressive")


def test_a_wide_poster_has_a_larger_copy_for_img() -> None:
    bench = Bench(clip(1920, 800, 1, rate="2", sound=None))

    summaries = bench.make()

    assert (summaries["mip_2560.jpg"]["width"], summaries["mip_2560.jpg"]["height"]) == (1728, 720)
    assert summaries["mip_1280.jpg"]["width"] == 1280


def test_the_poster_is_the_frame_at_one_second() -> None:
    bench = Bench(DRIFTING)

    bench.make()

    poster = bench.poster()
    assert np.abs(poster - bench.capture("frame_poster.0000001.jpg")).mean() < 4
    assert np.abs(poster - bench.capture("frame_poster.0000000.jpg")).mean() > 8


@pytest.mark.parametrize("intro", [BLACK_INTRO, WHITE_FLASH])
def test_an_intro_that_shows_nothing_is_no_poster(intro: Clip) -> None:
    bench = Bench(intro)

    bench.make()

    assert np.abs(bench.poster() - bench.capture("frame_sprite.0000002.jpg")).mean() < 4
    assert bench.poster().std() > 30


def test_a_video_of_black_has_a_black_poster() -> None:
    bench = Bench(ALL_BLACK)

    bench.make()

    assert bench.poster().max() < 20


def test_a_single_frame_is_its_own_poster_and_sprite() -> None:
    bench = Bench(clip(64, 64, 0.04, sound=None))

    bench.make()

    assert bench.poster().shape == (64, 64, 3)
    assert bench.made("thumbnails.vtt").decode() == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.040\nsprites/sprite_0001.jpg#xywh=0,0,64,64\n"
    )


def test_sprites_are_the_frames_of_their_seconds() -> None:
    bench = Bench(DRIFTING)

    bench.make()

    sheet = opened(bench.made("sprites/sprite_0001.jpg")).convert("RGB")
    assert sheet.size == (5 * 160, 90)
    for index in range(5):
        tile = sheet.crop((160 * index, 0, 160 * index + 160, 90)).resize((320, 180))
        distances = [
            np.abs(np.asarray(tile) - bench.capture(f"frame_sprite.{n:07}.jpg")).mean()
            for n in range(5)
        ]
        assert int(np.argmin(distances)) == index


def test_what_the_poster_looks_like_joins_what_the_probe_found() -> None:
    bench = Bench(DRIFTING)

    bench.make()

    metadata = bench.catalogue.load_metadata(RUN.ref, RUN.tag)
    seen = extract(bench.made("poster.jpg"), JPEG)
    assert metadata == {
        **PROBED,
        "blurhash": seen.blurhash,
        "perceptualHash": seen.perceptual_hash,
        "palette": seen.palette,
        "dominantColor": seen.dominant_color,
    }


def test_making_them_again_changes_nothing() -> None:
    bench = Bench(DRIFTING)
    first = bench.make()
    objects, metadata = dict(bench.renditions.objects), dict(bench.catalogue.metadata)

    assert bench.make() == first
    assert (bench.renditions.objects, bench.catalogue.metadata) == (objects, metadata)


@pytest.mark.parametrize("output", ["poster", "sprite"])
def test_a_job_without_captures_is_the_encoders_fault(output: str) -> None:
    bench = Bench(DRIFTING)
    for key in bench.renditions.sizes(RUN.ref.capture(RUN.tag, f"frame_{output}")):
        del bench.renditions.objects[key, None]

    with pytest.raises(EncoderFault, match="captured no frame"):
        bench.make()
