"""What an encoder left in the bucket: taken when it is whole, refused by name when it isn't."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import pytest

from spool.errors import EncoderFault, NotFound, Superseded, TranscodeFailed
from spool.events import Run
from spool.services.collection import Collector
from spool.video.source import VideoSource
from tests.unit.services.fakes import MemoryObjects
from tests.unit.video.cmaf import Clip, clip, encode

RUN = Run(
    bucket="originals",
    key="originals/org/proj/media_1-clip.mp4",
    version_id="v1",
    sequencer="0A",
    size=10,
    org_id="org",
    project_id="proj",
    media_id="media_1",
    tag="0123456789ab",
    attempt=1,
    correlation_id="request-1",
)
SMALL = clip(96, 64, 4.5)
FULL_HD = clip(1920, 1080, 1, rate="5", picture="gradients=size={size}:rate={rate}")


@cache
def encoded(clip: Clip) -> dict[str, bytes]:
    """The encoder's files by name."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        encode(clip, folder)
        files = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def stored_name(name: str) -> str:
    """Key of one of the encoder's files."""
    of = RUN.ref.rendition if name.startswith("stream/") else RUN.ref.capture
    return of(RUN.tag, name)


class Bench:
    """The buckets after the encoder's job."""

    def __init__(self, clip: Clip) -> None:
        self.source = clip.source
        self.originals, self.renditions = MemoryObjects(), MemoryObjects()
        self.originals.objects[RUN.key, "v1"] = b"original", "video/mp4"
        for name, data in encoded(clip).items():
            self.renditions.put(stored_name(name), data, "binary/octet-stream")

    def collect(self, source: VideoSource | None = None) -> dict[str, dict[str, object]]:
        collector = Collector(originals=self.originals, renditions=self.renditions, uhd=False)
        summaries = collector.collect(RUN, source or self.source)
        return {one["name"]: dict(one) for one in summaries}

    def made(self, name: str) -> bytes:
        return self.renditions.get(RUN.ref.rendition(RUN.tag, name)).read()

    def remove(self, name: str) -> None:
        del self.renditions.objects[stored_name(name), None]

    def change(self, name: str, old: str, new: str) -> None:
        key = stored_name(name)
        data = self.renditions.get(key).read().decode()
        assert old in data
        self.renditions.put(key, data.replace(old, new).encode(), "")


def size(data: bytes) -> tuple[int, int]:
    with av.open(io.BytesIO(data), "r") as container:
        video = container.streams.video[0]
        return video.width, video.height


def test_the_master_is_the_top_rung_and_the_preview_the_one_of_720p() -> None:
    bench = Bench(FULL_HD)

    summaries = bench.collect()

    assert {name: one["contentType"] for name, one in summaries.items()} == {
        "stream/video.m3u8": "application/vnd.apple.mpegurl",
        "stream/video.mpd": "application/dash+xml",
        "master.mp4": "video/mp4",
        "preview.mp4": "video/mp4",
    }
    for name, expected in (("master.mp4", (1920, 1080)), ("preview.mp4", (1280, 720))):
        data, summary = bench.made(name), summaries[name]
        assert size(data) == (summary["width"], summary["height"]) == expected
        assert summary["bytes"] == len(data)
        with av.open(io.BytesIO(data), "r") as container:
            assert sum(1 for _ in container.decode(video=0)) == 5
            assert container.streams.audio
    assert summaries["stream/video.m3u8"]["width"] == 1920


def test_a_video_of_one_rung_is_stored_as_one_file() -> None:
    bench = Bench(SMALL)

    assert bench.collect().keys() == {"stream/video.m3u8", "stream/video.mpd", "master.mp4"}
    assert size(bench.made("master.mp4")) == (96, 64)


def test_collecting_again_stores_the_same_bytes() -> None:
    bench = Bench(SMALL)
    bench.collect()
    first = bench.made("master.mp4")

    bench.collect()

    assert bench.made("master.mp4") == first


def test_a_silent_video_is_whole_without_sound() -> None:
    bench = Bench(clip(96, 64, 1, sound=None))

    bench.collect()

    with av.open(io.BytesIO(bench.made("master.mp4")), "r") as container:
        assert [stream.type for stream in container.streams] == ["video"]


@pytest.mark.parametrize(
    "name",
    [
        "stream/video.m3u8",
        "stream/video.mpd",
        "stream/video_64p.m3u8",
        "stream/video_64pinit.cmfv",
        "stream/video_64p_000000002.cmfv",
        "stream/video_audio.m3u8",
        "stream/video_audioinit.cmfa",
        "stream/video_audio_000000001.cmfa",
    ],
)
def test_a_missing_or_empty_file_is_named(name: str) -> None:
    bench = Bench(SMALL)
    file = name.removeprefix("stream/")
    bench.renditions.put(stored_name(name), b"", "")
    with pytest.raises(EncoderFault, match=rf"did not write {file}\."):
        bench.collect()

    bench.remove(name)

    with pytest.raises(EncoderFault, match=rf"did not write {file}\."):
        bench.collect()
    with pytest.raises(NotFound):
        bench.made("master.mp4")


def test_a_rung_that_the_job_asked_for_is_missed() -> None:
    bench = Bench(FULL_HD)
    bench.change("stream/video.m3u8", "video_480p.m3u8", "video_720p.m3u8")

    with pytest.raises(EncoderFault, match="no 480p"):
        bench.collect()


def test_a_rung_of_another_size_is_not_ours() -> None:
    bench = Bench(SMALL)
    bench.change("stream/video.m3u8", "96x64", "64x96")

    with pytest.raises(EncoderFault, match="no 64p"):
        bench.collect()


def test_sound_that_was_left_out_is_missed() -> None:
    silent = clip(96, 64, 1, sound=None)
    bench = Bench(silent)

    with pytest.raises(EncoderFault, match="sound"):
        bench.collect(replace(silent.source, audio_channels=2))


def test_a_video_that_ends_early_was_cut_off() -> None:
    bench = Bench(SMALL)

    with pytest.raises(TranscodeFailed) as failure:
        bench.collect(replace(SMALL.source, duration=60.0))

    assert str(failure.value) == (
        "The video plays for 4.5 s of the 60.0 s that it says it has: it is damaged or cut off."
    )


def test_a_video_that_goes_on_longer_than_its_edit_list_says_is_kept() -> None:
    Bench(SMALL).collect(replace(SMALL.source, duration=2.0))


@pytest.mark.parametrize("said", [4.4, 4.6])
def test_a_header_may_be_off_by_a_little(said: float) -> None:
    Bench(SMALL).collect(replace(SMALL.source, duration=said))


def test_rungs_of_different_lengths_are_refused() -> None:
    bench = Bench(FULL_HD)
    bench.change("stream/video_480p.m3u8", "#EXTINF:1.0", "#EXTINF:1.3")

    with pytest.raises(EncoderFault, match="differ in length"):
        bench.collect()


def replaced(bench: Bench) -> None:
    bench.originals.objects[RUN.key, "v2"] = b"another", "video/mp4"


def deleted(bench: Bench) -> None:
    bench.originals.objects.clear()


@pytest.mark.parametrize("meanwhile", [replaced, deleted])
def test_what_was_made_of_a_version_that_is_gone_is_left_alone(
    meanwhile: Callable[[Bench], None],
) -> None:
    bench = Bench(SMALL)
    meanwhile(bench)

    with pytest.raises(Superseded):
        bench.collect()
    assert bench.renditions.reads == []


@pytest.mark.parametrize(
    "uri",
    [
        "../../../other/secret.cmfv",
        "/etc/passwd",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "concat:a|b",
        "a.cmfv?x=1",
        "..",
    ],
)
def test_a_playlist_leads_nowhere_else(uri: str) -> None:
    bench = Bench(SMALL)
    bench.change("stream/video_64p.m3u8", "video_64p_000000002.cmfv", uri)

    with pytest.raises(EncoderFault, match="no file beside it"):
        bench.collect()
