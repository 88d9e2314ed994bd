"""Inputs that are broken, unfit or hostile: what the ERROR event says, and what is never opened."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.mediaconvert.encode import EncodeError
from local.mediaconvert.encode.containers import demuxer
from local.mediaconvert.encode.source import probe
from tests.clips import ffmpeg
from tests.unit.local.mediaconvert.encode.clips import job, run


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """Paths that anything asked a local web server for; the server's address comes first."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        paths.append(f"http://127.0.0.1:{server.server_port}")
        yield paths
        server.shutdown()
        thread.join()


def refused(source: Path, target: Path) -> EncodeError:
    with pytest.raises(EncodeError) as failed:
        run(job("_480p", "_poster"), source, target)
    assert not list(target.rglob("*.*"))
    return failed.value


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"
HOSTILE = {
    "an HLS playlist of a URL": PLAYLIST.format("{url}/a.ts"),
    "an HLS playlist of a file": PLAYLIST.format("file://{secret}"),
    "an ffconcat script": "ffconcat version 1.0\nfile '{secret}'\n",
    "a concat script without a header": "file '{secret}'\n",
    "a DASH manifest": (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>'
        "<AdaptationSet><Representation><BaseURL>{url}/x.mp4</BaseURL></Representation>"
        "</AdaptationSet></Period></MPD>"
    ),
    "an SDP": "v=0\nc=IN IP4 127.0.0.1\nm=video 4000 RTP/AVP 96\n",
    "a subtitle script": "[Script Info]\n[Events]\nDialogue: 0\n",
    "text": "hello\n",
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("name", ["video.mp4", "video.m3u8", "video.ffconcat", "video.mpd"])
def test_a_file_that_names_other_files_is_never_followed(
    what: str, name: str, plain: Path, asked: list[str], tmp_path: Path
) -> None:
    source = tmp_path / name
    source.write_text(HOSTILE[what].format(url=asked[0], secret=plain))
    error = refused(source, tmp_path / "made")
    assert (error.code, len(asked)) == (1010, 1)
    assert "No parser found for container" in error.message
    assert str(tmp_path) not in error.message


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 300, b"GIF89a" + b"\x00" * 99, b"\xff\xd8\xff\xe0"]
)
def test_what_is_no_video_container_can_not_be_opened(data: bytes, tmp_path: Path) -> None:
    source = tmp_path / "clip.mp4"
    source.write_bytes(data)
    assert refused(source, tmp_path / "made").code == 1010


def test_a_file_without_its_index_can_not_be_opened(plain: Path, tmp_path: Path) -> None:
    """An upload that broke off: moov would have come at the end."""
    source = tmp_path / "cut.mp4"
    source.write_bytes(plain.read_bytes()[:4000])
    assert refused(source, tmp_path / "made").code == 1010


def test_a_file_that_ends_early_is_noticed(plain: Path, tmp_path: Path) -> None:
    """moov comes first, so FFmpeg decodes what is there and ends well."""
    fast, source = tmp_path / "fast.mp4", tmp_path / "early.mp4"
    ffmpeg("-i", plain, "-c", "copy", "-movflags", "+faststart", fast)
    data = fast.read_bytes()
    source.write_bytes(data[: len(data) // 2])
    with pytest.raises(EncodeError, match="Unexpected end of the input") as failed:
        run(job("_480p"), source, tmp_path / "made")
    assert failed.value.code == 1076


def test_noise_in_a_container_is_an_error(plain: Path, tmp_path: Path) -> None:
    data = bytearray(plain.read_bytes())
    start = data.index(b"mdat") + 4
    length = int.from_bytes(data[start - 8 : start - 4]) - 8
    data[start : start + length] = (bytes(range(256)) * (length // 256 + 1))[:length]
    source = tmp_path / "noise.mp4"
    source.write_bytes(data)
    with pytest.raises(EncodeError) as failed:
        run(job("_480p"), source, tmp_path / "made")
    assert failed.value.code in {1020, 1075, 1076}


def test_sound_alone_is_a_video_error(tmp_path: Path) -> None:
    source = tmp_path / "sound.mp4"
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=1", source)
    assert refused(source, tmp_path / "made").code == 1020


def test_a_codec_from_the_future_is_named_unsupported(plain: Path, tmp_path: Path) -> None:
    source = tmp_path / "future.mp4"
    source.write_bytes(plain.read_bytes().replace(b"avc1", b"zzz9"))
    assert refused(source, tmp_path / "made").code == 1030


@pytest.mark.parametrize(
    ("suffix", "name"),
    [("mp4", "mov"), ("mov", "mov"), ("mkv", "matroska"), ("webm", "matroska"), ("avi", "avi"),
     ("flv", "flv"), ("mpg", "mpeg"), ("ts", "mpegts"), ("wmv", "asf"), ("mxf", "mxf")],
)  # fmt: skip
def test_containers_are_known_by_their_bytes(suffix: str, name: str, tmp_path: Path) -> None:
    made, source = tmp_path / f"clip.{suffix}", tmp_path / "clip.bin"
    own = ["-c:v", "mpeg2video"] if suffix in {"mpg", "mxf"} else []
    own = ["-c:v", "libvpx-vp9", "-cpu-used", "8"] if suffix == "webm" else own
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=1", *own, made)
    made.rename(source)
    assert demuxer(source) == name
    found = probe(source)
    assert (found.width, found.height, int(found.frame_rate)) == (64, 36, 25)
    run(job("_480p"), source, tmp_path / "made")


def test_a_rate_that_the_container_does_not_say_is_counted(tmp_path: Path) -> None:
    """Some Matroska has the clock's tick, a millisecond, where a frame's duration should be."""
    source = tmp_path / "recorded.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x36:r=30:d=2", source)
    data = bytearray(source.read_bytes())
    duration = data.index(b"\x23\xe3\x83\x84") + 4
    data[duration : duration + 4] = (1_000_000).to_bytes(4)
    source.write_bytes(data)
    assert probe(source).frame_rate == 30
