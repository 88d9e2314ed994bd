"""A video's way to a stream, its MP4s, its poster and its manifest, on the embedded cloud."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import av
import imageio_ffmpeg
import m3u8
import pytest
from PIL import Image, ImageChops, ImageStat

from tests.clips import clip, ffmpeg
from tests.integration.frontend import Frontend

PATIENCE = 120.0
SECONDS, RATE = 7, 25
FRAME = 1 / RATE
IMMUTABLE = "public, max-age=31536000, immutable"

Asset = Mapping[str, Any]


def upload(frontend: Frontend, data: bytes, **wish: Any) -> dict[str, Any]:
    """The video's asset at its end."""
    wish = {"filename": "clip.mp4", "contentType": "video/mp4", **wish}
    return frontend.wait(frontend.upload(data, **wish), patience=PATIENCE)


def ready(frontend: Frontend, data: bytes, **wish: Any) -> dict[str, Any]:
    asset = upload(frontend, data, **wish)
    assert asset["status"] == "ready", asset["error"]
    return asset


@pytest.fixture(scope="module")
def source() -> bytes:
    return clip(1280, 720, SECONDS, rate=str(RATE))


@pytest.fixture(scope="module")
def film(frontend: Frontend, source: bytes) -> dict[str, Any]:
    return ready(frontend, source)


def playlist(frontend: Frontend, url: str) -> m3u8.M3U8:
    answer = frontend.http.get(url)
    assert answer.is_success, answer.text
    return m3u8.loads(answer.text, uri=url)


def media_of(frontend: Frontend, url: str) -> bytes:
    """Everything that a playlist names, in order: one fragmented MP4."""
    parsed = playlist(frontend, url)
    [init] = parsed.segment_map
    parts = [init.absolute_uri, *(segment.absolute_uri for segment in parsed.segments)]
    answers = [frontend.http.get(part) for part in parts]
    assert all(answer.is_success for answer in answers)
    return b"".join(answer.content for answer in answers)


def frame_times(data: bytes, *, keys_only: bool = False) -> list[float]:
    with av.open(BytesIO(data), "r") as container:
        frames = [f for f in container.decode(video=0) if f.key_frame or not keys_only]
    return [round(float(f.time or 0), 3) for f in frames]


def test_the_record_says_what_the_video_is(film: Asset) -> None:
    assert (film["type"], film["contentType"]) == ("video", "video/mp4")
    assert (film["width"], film["height"]) == (1280, 720)
    assert film["duration"] == pytest.approx(SECONDS, abs=0.05)
    assert film["video"]["codec"] == "h264"
    assert Fraction(str(film["video"]["frameRate"])) == RATE
    assert film["audio"]["codec"] == "aac"
    assert film["blurhash"]
    assert film["sha256"]


def test_the_manifest_says_the_same_and_lists_what_was_made(
    frontend: Frontend, film: Asset
) -> None:
    manifest = frontend.http.get(film["processed"]["manifest"]).json()

    assert manifest["video"] == film["video"]
    names = {rendition["name"] for rendition in manifest["renditions"]}
    assert {"stream/video.m3u8", "stream/video.mpd", "master.mp4"} <= names
    assert {"poster.jpg", "thumbnail.webp", "thumbnails.vtt"} <= names


def test_every_url_of_the_record_answers(frontend: Frontend, film: Asset) -> None:
    for name, url in film["processed"].items():
        if isinstance(url, str):
            answer = frontend.http.get(url)
            assert answer.status_code == 200, url
            assert name == "img" or answer.headers["cache-control"] == IMMUTABLE, url


def test_the_ladder_has_the_rungs_that_fit_and_one_sound(frontend: Frontend, film: Asset) -> None:
    master = playlist(frontend, film["processed"]["hls"])

    rungs = sorted(p.stream_info.resolution for p in master.playlists)
    assert rungs == [(854, 480), (1280, 720)]
    assert {p.stream_info.codecs.partition(",")[0][:4] for p in master.playlists} == {"avc1"}
    assert all(p.stream_info.frame_rate == RATE for p in master.playlists)
    assert [m.type for m in master.media] == ["AUDIO"]


def test_each_rung_decodes_whole_and_switches_at_the_same_frames(
    frontend: Frontend, film: Asset
) -> None:
    master = playlist(frontend, film["processed"]["hls"])
    rungs = [media_of(frontend, p.absolute_uri) for p in master.playlists]

    for rung in rungs:
        times = frame_times(rung)
        assert times[-1] - times[0] + FRAME == pytest.approx(SECONDS, abs=FRAME)
        assert all(b - a == pytest.approx(FRAME, abs=0.002) for a, b in pairwise(times))
    keys = [frame_times(rung, keys_only=True) for rung in rungs]
    assert keys[0] == keys[1]
    assert all(b - a == pytest.approx(2, abs=0.01) for a, b in pairwise(keys[0]))


def test_both_manifests_name_the_same_files(frontend: Frontend, film: Asset) -> None:
    mpd = frontend.http.get(film["processed"]["dash"]).text

    for init in re.findall(r'initialization="([^"]+)"', mpd):
        assert frontend.http.get(urljoin(film["processed"]["dash"], init)).status_code == 200
    master = playlist(frontend, film["processed"]["hls"])
    for rung in master.playlists:
        assert playlist(frontend, rung.absolute_uri).segment_map[0].uri in mpd


def test_the_top_rung_looks_as_the_source(
    frontend: Frontend, film: Asset, source: bytes, tmp_path: Path
) -> None:
    """VMAF, whose 90 of 100 few people tell from the original."""
    master = playlist(frontend, film["processed"]["hls"])
    top = max(master.playlists, key=lambda p: p.stream_info.resolution)
    (tmp_path / "made.mp4").write_bytes(media_of(frontend, top.absolute_uri))
    (tmp_path / "source.mp4").write_bytes(source)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", "made.mp4", "-i", "source.mp4"]
    graph = "[0:v]setpts=PTS-STARTPTS[a];[1:v]setpts=PTS-STARTPTS[b];[a][b]libvmaf=n_threads=2"
    done = subprocess.run(
        [*command, "-lavfi", graph, "-f", "null", "-"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    [score] = re.findall(r"VMAF score: ([\d.]+)", done.stderr)
    assert float(score) >= 90


def test_the_mp4s_start_at_once_and_are_in_sync(frontend: Frontend, film: Asset) -> None:
    for name in ("master", "preview"):
        answer = frontend.http.get(film["processed"][name])
        data = answer.content
        assert answer.headers["content-type"] == "video/mp4"
        assert data.index(b"moov") < data.index(b"mdat")
        with av.open(BytesIO(data), "r") as container:
            kinds = {stream.type for stream in container.streams}
            lengths = [
                float(stream.duration * stream.time_base)
                for stream in container.streams
                if stream.duration and stream.time_base
            ]
        assert kinds == {"video", "audio"}
        assert lengths == pytest.approx([SECONDS, SECONDS], abs=0.1)


def test_a_player_may_ask_for_a_part(frontend: Frontend, film: Asset) -> None:
    url = film["processed"]["master"]
    whole = frontend.http.get(url).content

    part = frontend.http.get(url, headers={"range": "bytes=100-199"})

    assert part.status_code == 206
    assert part.content == whole[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"


def test_a_missing_segment_is_not_kept_as_a_film_for_a_year(
    frontend: Frontend, film: Asset
) -> None:
    missing = film["processed"]["hls"].replace("video.m3u8", "video_720p_000009999.cmfv")

    answer = frontend.http.get(missing)

    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


def test_the_poster_is_no_black_intro(frontend: Frontend, tmp_path: Path) -> None:
    path = tmp_path / "intro.mp4"
    ffmpeg(
        *("-f", "lavfi", "-i", "color=black:size=320x180:rate=25:duration=2"),
        *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=6"),
        *("-filter_complex", "[0][1]concat", "-pix_fmt", "yuv420p", str(path)),
    )

    asset = ready(frontend, path.read_bytes())

    poster = Image.open(BytesIO(frontend.http.get(asset["processed"]["poster"]).content))
    assert poster.size == (320, 180)
    assert ImageStat.Stat(poster.convert("L")).stddev[0] > 25


def test_a_silent_portrait_clip_gets_no_sound_and_stands_upright(
    frontend: Frontend, tmp_path: Path
) -> None:
    lying, standing = tmp_path / "lying.mp4", tmp_path / "standing.mov"
    lying.write_bytes(clip(640, 360, 3, sound=False))
    ffmpeg("-display_rotation", "90", "-i", str(lying), "-codec", "copy", str(standing))

    asset = ready(
        frontend, standing.read_bytes(), filename="clip.mov", contentType="video/quicktime"
    )

    assert (asset["width"], asset["height"]) == (360, 640)
    assert asset["audio"] == {}
    master = playlist(frontend, asset["processed"]["hls"])
    assert [p.stream_info.resolution for p in master.playlists] == [(360, 640)]
    assert list(master.media) == []
    master_mp4 = frontend.http.get(asset["processed"]["master"]).content
    with av.open(BytesIO(master_mp4), "r") as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_a_clip_on_its_side_stands_upright_whatever_its_container(
    frontend: Frontend, tmp_path: Path
) -> None:
    """MediaConvert reads of MP4 and QuickTime how they stand; of others it has to be told."""
    lying = tmp_path / "lying.mp4"
    lying.write_bytes(clip(640, 360, 2, sound=False))
    posters = []
    for name, content_type in (("a.mp4", "video/mp4"), ("a.mkv", "video/x-matroska")):
        standing = tmp_path / name
        ffmpeg("-display_rotation", "90", "-i", str(lying), "-codec", "copy", str(standing))
        asset = ready(frontend, standing.read_bytes(), filename=name, contentType=content_type)
        poster = frontend.http.get(asset["processed"]["poster"]).content
        posters.append(Image.open(BytesIO(poster)).convert("RGB"))

    assert posters[0].size == posters[1].size == (360, 640)
    assert max(ImageStat.Stat(ImageChops.difference(*posters)).mean) < 3


@pytest.mark.parametrize(
    ("wish", "data"),
    [
        ({"filename": "a.webm", "contentType": "video/webm"}, ("webm", ("-c:v", "libvpx"))),
        ({"filename": "a.mkv", "contentType": "video/x-matroska"}, ("mkv", ())),
        ({"filename": "a b+(1).mp4", "contentType": "video/mp4"}, ("mp4", ("-c:v", "libx265"))),
    ],
    ids=["webm", "matroska", "hevc"],
)
def test_other_containers_and_codecs_become_streams_too(
    frontend: Frontend, wish: Mapping[str, str], data: tuple[str, tuple[str, ...]]
) -> None:
    extension, options = data
    speed = ("-deadline", "realtime") if extension == "webm" else ()
    made = clip(162, 122, 2, extension=extension, options=(*options, *speed))

    asset = ready(frontend, made, **wish)

    assert (asset["width"], asset["height"]) == (162, 122)
    master = playlist(frontend, asset["processed"]["hls"])
    [size] = [p.stream_info.resolution for p in master.playlists]
    assert all(side % 2 == 0 for side in size)


def truncated() -> bytes:
    data = clip(320, 180, 4)
    return data[: len(data) // 2]


BAD = {
    "a playlist": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "TYPE_MISMATCH"),
    "a concat script": (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "TYPE_MISMATCH"),
    "cut off before its index": (truncated(), "CORRUPT"),
    "empty": (b"", "EMPTY_FILE"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_video_fails_with_its_code(frontend: Frontend, name: str) -> None:
    data, code = BAD[name]
    ticket = frontend.presign(filename="clip.mp4", contentType="video/mp4")
    assert frontend.put(ticket, data).is_success

    asset = frontend.wait(ticket["mediaId"])

    assert asset["status"] == "failed"
    assert asset["error"]["code"] == code


def long_clip() -> bytes:
    """One that takes a while to transcode, and yet is small enough for a single PUT."""
    return clip(1920, 1080, 30, options=("-crf", "48"))


def test_progress_shows_while_it_is_made_and_the_job_can_be_cancelled(frontend: Frontend) -> None:
    media_id = frontend.upload(long_clip(), filename="long.mp4", contentType="video/mp4")
    job = f"/jobs/{media_id}.1.1"
    frontend.until_transcoding(media_id)

    assert frontend.request("GET", job).json()["status"] == "processing"
    assert frontend.request("DELETE", job).status_code == 202
    asset = frontend.wait(media_id)

    assert asset["status"] == "failed"
    assert asset["error"]["code"] == "CANCELLED"
    assert frontend.request("DELETE", job).status_code == 202, "asking twice is asking once"


def test_a_video_that_is_ready_can_not_be_cancelled(frontend: Frontend, film: Asset) -> None:
    job = f"/jobs/{film['id']}.1.1"
    assert frontend.request("GET", job).json()["status"] == "ready"
    assert frontend.request("DELETE", job).status_code == 409


def test_a_replacement_overtakes_a_video_in_the_making(frontend: Frontend) -> None:
    media_id = frontend.upload(long_clip(), filename="long.mp4", contentType="video/mp4")
    frontend.until_transcoding(media_id)
    short = clip(320, 180, 2)
    ticket = frontend.presign(
        filename="short.mp4", contentType="video/mp4", mediaId=media_id, size=len(short)
    )
    assert frontend.put(ticket, short).is_success

    asset = frontend.wait(media_id, version=2, patience=PATIENCE)

    assert asset["status"] == "ready", asset["error"]
    assert (asset["width"], asset["filename"]) == (320, "short.mp4")
    old = frontend.request("GET", f"/jobs/{media_id}.1.1").json()
    assert old["status"] == "superseded"
