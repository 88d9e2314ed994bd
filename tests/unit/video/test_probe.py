from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from spool.formats import AVI, MATROSKA, MP4, MPEG_TS, QUICKTIME, WEBM, Format, sniff
from tests.clips import clip, ffmpeg
from tests.unit.video.probing import probed

VP8 = ("-c:v", "libvpx", "-c:a", "libopus", "-deadline", "realtime")
FRAGMENTS = ("-movflags", "frag_keyframe+empty_moov", "-g", "10")
KINDS: dict[str, tuple[Format, str, dict[str, Any]]] = {
    "mp4": (MP4, "h264", {}),
    "faststart": (MP4, "h264", {"options": ("-movflags", "+faststart")}),
    "fragmented": (MP4, "h264", {"options": FRAGMENTS}),
    "3gp": (MP4, "h264", {"extension": "3gp", "options": ("-c:v", "libx264", "-c:a", "aac")}),
    "hevc": (MP4, "hevc", {"options": ("-c:v", "libx265", "-x265-params", "log-level=0")}),
    "mov": (QUICKTIME, "h264", {"extension": "mov"}),
    "prores": (
        QUICKTIME,
        "prores",
        {"extension": "mov", "options": ("-c:v", "prores_ks", "-pix_fmt", "yuv422p10le")},
    ),
    "mkv": (MATROSKA, "h264", {"extension": "mkv", "options": ("-c:a", "aac")}),
    "webm": (WEBM, "vp8", {"extension": "webm", "options": VP8}),
    "recorded webm": (WEBM, "vp8", {"extension": "webm", "options": (*VP8, "-live", "1")}),
    "avi": (AVI, "mpeg4", {"extension": "avi", "options": ("-c:v", "mpeg4")}),
    "ts": (MPEG_TS, "h264", {"extension": "ts", "options": ("-c:v", "libx264")}),
    "m2ts": (
        MPEG_TS,
        "h264",
        {"extension": "m2ts", "options": ("-c:v", "libx264", "-mpegts_m2ts_mode", "1")},
    ),
}


def made(kind: str, **changes: Any) -> bytes:
    return clip(160, 90, 2, **{**KINDS[kind][2], **changes})


@pytest.mark.parametrize("kind", KINDS)
def test_every_container_is_read(kind: str) -> None:
    fmt, codec, _ = KINDS[kind]
    data = made(kind)
    assert sniff(data[:4096]) == fmt

    found = probed(data)

    assert (found.source.width, found.source.height) == (160, 90)
    assert found.source.duration == pytest.approx(2, abs=0.06)
    assert found.source.frame_rate == pytest.approx(25, rel=0.03)
    assert found.source.audio_channels == found.audio["channels"] == 1
    assert found.source.hdr is False
    assert found.video["codec"] == codec
    assert found.video["bitDepth"] == (10 if kind == "prores" else 8)
    assert found.video["variableFrameRate"] is False
    assert found.audio["sampleRate"] in {44100, 48000}
    assert found.bit_rate == pytest.approx(8 * len(data) / 2, rel=0.05)


def test_the_record_is_plain_values() -> None:
    found = probed(made("mp4"))

    assert json.loads(json.dumps(found.video)) == found.video
    assert found.container == "mp4"
    assert found.video["profile"] == "Constrained Baseline"
    assert found.audio["codec"] == "aac"
    assert found.audio["channelLayout"] == "mono"
    assert (found.video["rotation"], found.video["mirrored"]) == (0, False)
    assert found.video["hdr"] is None


def test_without_sound_there_is_no_audio() -> None:
    found = probed(made("mp4", sound=False))

    assert found.audio == {}
    assert found.source.audio_channels == 0


def test_five_channels_and_one_for_the_bass() -> None:
    found = probed(made("mp4", options=("-ac", "6")))

    assert (found.source.audio_channels, found.audio["channelLayout"]) == (6, "5.1")


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_video_is_upright(degrees: int, tmp_path: Path) -> None:
    path, turned = tmp_path / "a.mp4", tmp_path / "b.mp4"
    path.write_bytes(made("mp4"))
    # FFmpeg's option turns counterclockwise.
    ffmpeg("-display_rotation", str(360 - degrees), "-i", str(path), "-c", "copy", str(turned))

    found = probed(turned.read_bytes())

    assert found.video["rotation"] == degrees
    assert (found.source.width, found.source.height) == ((160, 90) if degrees == 180 else (90, 160))


def test_a_mirrored_video_says_so(tmp_path: Path) -> None:
    path, mirrored = tmp_path / "a.mp4", tmp_path / "b.mp4"
    path.write_bytes(made("mp4"))
    ffmpeg("-display_hflip", "-i", str(path), "-c", "copy", str(mirrored))

    found = probed(mirrored.read_bytes())

    assert found.video["mirrored"] is True
    assert (found.source.width, found.source.height) == (160, 90)


def test_pixels_that_are_no_squares_are_made_squares() -> None:
    found = probed(clip(160, 120, 1, options=("-vf", "setsar=4/3")))

    assert (found.source.width, found.source.height) == (213, 120)


def test_odd_sizes_are_told_as_they_are() -> None:
    found = probed(
        clip(322, 242, 1, sound=False, extension="webm", options=(*VP8[:2], "-vf", "scale=161:121"))
    )

    assert (found.source.width, found.source.height) == (161, 121)


@pytest.mark.parametrize(("transfer", "hdr"), [("smpte2084", "PQ"), ("arib-std-b67", "HLG")])
def test_hdr_is_known_by_its_transfer(transfer: str, hdr: str) -> None:
    colour = f"colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc:log-level=0"
    options = ("-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params", colour)

    found = probed(made("mp4", options=options))

    assert (found.source.hdr, found.video["hdr"]) == (True, hdr)
    assert (found.video["bitDepth"], found.video["colorPrimaries"]) == (10, "bt2020")
    assert found.video["colorTransfer"] == transfer


@pytest.mark.parametrize("extension", ["mp4", "mkv"])
def test_a_variable_frame_rate_is_noted(extension: str) -> None:
    """25 frames in each of the first and the last second, 5 in each of the two between."""
    skip = "select='if(between(t,1,3),not(mod(n,5)),1)'"
    options = ("-vf", skip, "-fps_mode", "vfr", "-c:v", "libx264")

    found = probed(clip(160, 90, 4, sound=False, extension=extension, options=options))

    assert found.video["variableFrameRate"] is True
    assert found.source.duration == pytest.approx(4, abs=0.05)


def test_one_frame_with_a_duration_is_a_video() -> None:
    found = probed(clip(160, 90, 0.04, sound=False))

    assert found.source.duration == pytest.approx(0.04)
    assert found.source.frame_rate == 25


def test_slow_and_broken_frame_rates() -> None:
    assert probed(made("mp4", rate="30000/1001")).source.frame_rate == Fraction(30000, 1001)
    assert probed(made("mp4", rate="2", sound=False)).source.frame_rate == 2


def test_cover_art_is_no_video(tmp_path: Path) -> None:
    video, cover, both = tmp_path / "a.mp4", tmp_path / "b.jpg", tmp_path / "c.mp4"
    video.write_bytes(made("mp4"))
    ffmpeg("-i", str(video), "-frames:v", "1", "-vf", "scale=64:64", str(cover))
    maps = ("-map", "1", "-map", "0", "-c", "copy", "-disposition:v:0", "attached_pic")
    ffmpeg("-i", str(video), "-i", str(cover), *maps, str(both))

    found = probed(both.read_bytes())

    assert (found.source.width, found.source.height) == (160, 90)
    assert found.video["codec"] == "h264"


def test_camera_and_time_are_public_the_place_is_not(tmp_path: Path) -> None:
    plain, tagged = tmp_path / "a.mp4", tmp_path / "b.mp4"
    plain.write_bytes(made("mp4"))
    tags = ("creation_time=2024-05-06T07:08:09Z", "location=+51.5334-000.1255/", "title=Sea")
    told = [part for tag in tags for part in ("-metadata", tag)]
    ffmpeg("-i", str(plain), "-c", "copy", *told, str(tagged))

    found = probed(tagged.read_bytes())

    assert found.recorded_at == "2024-05-06T07:08:09.000Z"
    assert found.exif["ImageDescription"] == "Sea"
    assert found.private_exif == {"gps": {"lat": 51.5334, "lon": -0.1255}}
    assert "51.5" not in json.dumps([found.exif, found.video, found.audio])


def test_a_recording_without_duration_or_index_is_measured_at_its_end() -> None:
    data = made("recorded webm")
    assert b"\x44\x89" not in data[:500]  # Duration

    found = probed(data)

    assert math.isclose(found.source.duration, 2.02, abs_tol=0.05)
