"""What jobs make, decoded and looked at."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import av
import m3u8
import numpy as np
import pytest
from PIL import Image

from local.mediaconvert.encode import Cancelled, EncodeError
from tests.clips import ffmpeg
from tests.unit.local.mediaconvert.encode.clips import (
    clip,
    cmaf,
    frames,
    h264,
    job,
    joined,
    keyframes,
    output,
    run,
)

MPD = {"": "urn:mpeg:dash:schema:mpd:2011"}


@pytest.fixture(scope="module")
def made(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two rungs of two codecs, sound and captures; segments of 2 s."""
    target = tmp_path_factory.mktemp("made")
    run(job("_480p", "_2160p", "_audio", "_poster", "_sprite", segment=2), plain, target)
    return target


def found(made: Path, path: str) -> ET.Element:
    """One element of the group's MPD."""
    element = ET.fromstring((made / "0" / "video.mpd").read_text()).find(path, MPD)  # noqa: S314
    assert element is not None
    return element


def test_files_bear_the_names_that_mediaconvert_gives(made: Path) -> None:
    names = {path.name for path in (made / "0").iterdir()}
    assert names == {"video.m3u8", "video.mpd"} | {
        f"video_{rung}{rest}"
        for rung, end in (("480p", "cmfv"), ("2160p", "cmfv"), ("audio", "cmfa"))
        for rest in (
            ".m3u8",
            f"init.{end}",
            *(f"_{number:09d}.{end}" for number in (1, 2, 3)),
        )
    }


def test_the_multivariant_playlist_offers_every_rung_with_its_sound(made: Path) -> None:
    playlist = m3u8.loads((made / "0" / "video.m3u8").read_text())
    assert playlist.is_independent_segments
    rungs = [(p.uri, p.stream_info.resolution, p.stream_info.audio) for p in playlist.playlists]
    assert rungs == [
        ("video_480p.m3u8", (64, 36), "program_audio_0"),
        ("video_2160p.m3u8", (64, 36), "program_audio_0"),
    ]
    assert [p.stream_info.frame_rate for p in playlist.playlists] == [10.0, 10.0]
    codecs = [p.stream_info.codecs for p in playlist.playlists]
    assert codecs[0].startswith("avc1.64")
    assert codecs[1].startswith("hvc1.1.")
    assert all(codec.endswith(",mp4a.40.2") for codec in codecs)
    assert [media.uri for media in playlist.media] == ["video_audio.m3u8"]


@pytest.mark.parametrize("name", ["480p", "2160p", "audio"])
def test_bandwidths_are_measured_on_the_segments(made: Path, name: str) -> None:
    playlist = m3u8.loads((made / "0" / f"video_{name}.m3u8").read_text())
    segments = [(made / "0" / s.uri).stat().st_size * 8 / s.duration for s in playlist.segments]
    representation = found(made, f".//Representation[@id='video_{name}']")
    assert float(representation.attrib["bandwidth"]) == pytest.approx(max(segments), rel=0.001)


@pytest.mark.parametrize("name", ["480p", "2160p", "audio"])
def test_playlist_and_mpd_say_how_long_each_segment_is(made: Path, name: str) -> None:
    playlist = m3u8.loads((made / "0" / f"video_{name}.m3u8").read_text())
    template = found(made, f".//Representation[@id='video_{name}']/SegmentTemplate")
    entries = template.findall(".//S", MPD)
    ticks = [int(s.attrib["d"]) for s in entries for _ in range(int(s.get("r", "0")) + 1)]
    seconds = [tick / int(template.attrib["timescale"]) for tick in ticks]
    assert [s.duration for s in playlist.segments] == pytest.approx(seconds, abs=1e-4)
    assert seconds == pytest.approx([2, 2, 1], abs=1024 / 48000)
    assert sum(seconds) == pytest.approx(5, abs=0.03)


def test_every_rung_decodes_whole_with_aligned_keyframes(made: Path) -> None:
    for name in ("video_480p", "video_2160p"):
        whole = joined(made / "0", name)
        assert len(frames(whole)) == 50
        assert keyframes(whole) == [0, 20, 40]
        whole.unlink()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_each_segment_decodes_without_the_others(made: Path, number: int, tmp_path: Path) -> None:
    folder = made / "0"
    alone = tmp_path / "alone.mp4"
    segment = folder / f"video_480p_{number:09d}.cmfv"
    alone.write_bytes((folder / "video_480pinit.cmfv").read_bytes() + segment.read_bytes())
    decoded = frames(alone)
    assert len(decoded) == (10 if number == 3 else 20)
    assert decoded[0].key_frame


def test_rungs_start_together_and_at_zero(made: Path) -> None:
    for name in ("video_480p", "video_2160p", "video_audio"):
        whole = joined(made / "0", name)
        with av.open(str(whole)) as container:
            first: Any = next(container.decode(container.streams[0]))
        whole.unlink()
        assert first.time == pytest.approx(0, abs=0.001)


def test_sound_is_stereo_aac_of_the_stated_rate(made: Path) -> None:
    whole = joined(made / "0", "video_audio")
    with av.open(str(whole)) as container:
        [sound] = container.streams.audio
        assert (sound.codec_context.name, sound.codec_context.sample_rate) == ("aac", 48000)
        assert sound.codec_context.layout.name == "stereo"
    whole.unlink()


def test_pictures_are_square_and_limited_bt709(made: Path) -> None:
    whole = joined(made / "0", "video_480p")
    with av.open(str(whole)) as container:
        [video] = container.streams.video
        frame = next(container.decode(video))
        assert video.sample_aspect_ratio == 1
        assert (frame.colorspace, frame.color_primaries, frame.color_trc) == (1, 1, 1)
    whole.unlink()


def test_captures_are_the_first_frame_and_one_per_interval(made: Path, plain: Path) -> None:
    posters = sorted(path.name for path in (made / "1").glob("*_poster*"))
    assert posters == ["frame_poster.0000000.jpg", "frame_poster.0000001.jpg"]
    truth = [frame.to_ndarray(format="gray") for frame in frames(plain)]
    for number in range(5):
        [shown] = frames(made / "1" / f"frame_sprite.{number:07d}.jpg")
        gray = shown.to_ndarray(format="gray").astype(int)
        nearest = min(range(50), key=lambda n: float(np.abs(gray - truth[n]).mean()))
        assert nearest == (number * 10 if number < 3 else nearest)  # black from 3 s on
        assert number < 3 or gray.mean() < 20
    assert not (made / "1" / "frame_sprite.0000005.jpg").exists()


def test_the_event_names_manifests_and_last_captures(plain: Path, tmp_path: Path) -> None:
    stream, captures = run(job("_480p", "_audio", "_sprite"), plain, tmp_path).groups
    assert stream.details["type"] == "CMAF_GROUP"
    assert stream.details["playlistFilePaths"] == ["video.mpd", "video.m3u8"]
    video, sound = stream.details["outputDetails"]
    assert video["durationInMs"] == 5000
    assert (video["videoDetails"]["widthInPx"], video["videoDetails"]["heightInPx"]) == (64, 36)
    assert video["videoDetails"]["averageBitrate"] > 0
    assert sound.keys() == {"durationInMs"}
    assert captures.details == {
        "type": "FILE_GROUP",
        "outputDetails": [
            {
                "outputFilePaths": ["frame_sprite.0000004.jpg"],
                "durationInMs": 5000,
                "videoDetails": {"widthInPx": 64, "heightInPx": 36},
            }
        ],
    }
    assert set(stream.files) == {path.name for path in (tmp_path / "0").iterdir()}


@pytest.mark.parametrize(
    ("rotate", "size"),
    [
        ("AUTO", (36, 64)),
        ("DEGREE_0", (64, 36)),
        ("DEGREES_90", (36, 64)),
        ("DEGREES_180", (64, 36)),
    ],
)
def test_a_turned_phone_video_is_made_upright(
    rotate: str, size: tuple[int, int], tmp_path: Path
) -> None:
    """Red is the top left corner as stored; the display matrix turns it to the top right."""
    stored, source = tmp_path / "stored.mp4", tmp_path / "turned.mp4"
    clip(stored, seconds=0.5, sounds=(), filters="drawbox=w=iw/2:h=ih/2:color=red:t=fill")
    ffmpeg("-display_rotation", "-90", "-i", stored, "-c", "copy", source)
    settings = job("_480p", size=size)
    settings["Inputs"][0]["VideoSelector"]["Rotate"] = rotate
    run(settings, source, tmp_path / "made")
    whole = joined(tmp_path / "made" / "0", "video_480p")
    frame = frames(whole)[0]
    assert (frame.width, frame.height, frame.rotation) == (*size, 0)
    picture = frame.to_ndarray(format="rgb24").astype(int)
    halves = {"AUTO": (0, 1), "DEGREE_0": (0, 0), "DEGREES_90": (0, 1), "DEGREES_180": (1, 1)}
    row, column = halves[rotate]
    y, x = size[1] // 4 + row * size[1] // 2, size[0] // 4 + column * size[0] // 2
    red, green, blue = picture[y, x]
    assert red > 150
    assert max(green, blue) < 100


def test_wide_pixels_become_square_ones(anamorphic: Path, tmp_path: Path) -> None:
    settings = job("_480p")
    del output(settings, "_480p")["VideoDescription"]["Width"]
    [group] = run(settings, anamorphic, tmp_path).groups
    assert group.details["outputDetails"][0]["videoDetails"]["widthInPx"] == 64


def test_a_picture_of_another_shape_is_letterboxed_by_default(plain: Path, tmp_path: Path) -> None:
    settings = job("_480p", size=(64, 64))
    output(settings, "_480p")["VideoDescription"]["ScalingBehavior"] = "DEFAULT"
    run(settings, plain, tmp_path)
    picture = frames(joined(tmp_path / "0", "video_480p"))[5].to_ndarray(format="gray")
    assert picture[:12].max() < 20
    assert picture[-12:].max() < 20
    assert picture[20:44].mean() > 40


def test_a_variable_rate_becomes_its_average(silent: Path, tmp_path: Path) -> None:
    """10 frames per second, every second one missing in the second half: 7.5 on average."""
    source = tmp_path / "variable.mp4"
    keep = "select='lt(n,25)+not(mod(n,2))'"
    ffmpeg("-i", silent, "-vf", keep, "-fps_mode", "vfr", "-enc_time_base", "1/10", source)
    run(job("_480p"), source, tmp_path / "made")
    whole = joined(tmp_path / "made" / "0", "video_480p")
    shown = frames(whole)
    with av.open(str(source)) as container:
        average = container.streams.video[0].average_rate
    assert average is not None
    assert average < 8
    gaps = np.diff([frame.time or 0.0 for frame in shown])
    assert gaps == pytest.approx(np.full(len(gaps), 1 / average), abs=0.001)
    assert len(shown) / float(average) == pytest.approx(5, abs=0.3)


def test_ntsc_rates_stay_exact_and_aligned(tmp_path: Path) -> None:
    source = clip(tmp_path / "ntsc.mp4", rate="30000/1001", seconds=5, sounds=("sine=440",))
    run(job("_480p", "_720p", "_audio", segment=2), source, tmp_path / "made")
    for rung in ("480p", "720p"):
        assert keyframes(joined(tmp_path / "made" / "0", f"video_{rung}")) == [0, 60, 120]
    playlist = m3u8.load(str(tmp_path / "made" / "0" / "video_480p.m3u8"))
    assert [s.duration for s in playlist.segments][:2] == pytest.approx([2.002] * 2, abs=1e-5)


def test_exact_segments_start_gops_of_their_own(plain: Path, tmp_path: Path) -> None:
    settings = job("_480p", segment=3)
    cmaf(settings)["SegmentLengthControl"] = "EXACT"
    run(settings, plain, tmp_path)
    assert keyframes(joined(tmp_path / "0", "video_480p")) == [0, 20, 30]


def test_a_scene_cut_starts_no_gop(plain: Path, tmp_path: Path) -> None:
    """At 3 s, inside a GOP of 2 s: rungs that cut scenes differently must stay aligned."""
    settings = job("_480p")
    h264(settings)["SceneChangeDetect"] = "ENABLED"
    run(settings, plain, tmp_path)
    assert keyframes(joined(tmp_path / "0", "video_480p")) == [0, 20, 40]


def test_segments_hold_fragments_of_the_stated_length(plain: Path, tmp_path: Path) -> None:
    settings = job("_480p", "_audio", segment=4)
    cmaf(settings)["FragmentLength"] = 1
    run(settings, plain, tmp_path)
    for name in ("video_480p_000000001.cmfv", "video_audio_000000001.cmfa"):
        segment = (tmp_path / "0" / name).read_bytes()
        assert (segment[4:8], segment.count(b"moof")) == (b"styp", 4)


def test_late_sound_stays_with_its_picture(tmp_path: Path) -> None:
    """One second of silence comes first: it is kept, not cut."""
    picture = clip(tmp_path / "picture.mp4", seconds=3, sounds=())
    sound = clip(tmp_path / "sound.mp4", seconds=2)
    source = tmp_path / "late.mkv"
    ffmpeg("-i", picture, "-itsoffset", "1", "-i", sound, "-map", "0:v", "-map", "1:a",
           "-c", "copy", source)  # fmt: skip
    run(job("_480p", "_audio"), source, tmp_path / "made")
    with av.open(str(joined(tmp_path / "made" / "0", "video_audio"))) as container:
        samples = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
    loud = np.abs(samples).reshape(-1)
    assert loud[: 48000 * 9 // 10].max() < 0.01
    assert loud[48000 * 11 // 10 : 48000 * 2].max() > 0.05


def test_surround_is_mixed_to_both_sides(surround: Path, tmp_path: Path) -> None:
    run(job("_480p", "_audio"), surround, tmp_path)
    with av.open(str(joined(tmp_path / "0", "video_audio"))) as container:
        sound = np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=1)
    left, right = np.abs(sound[:, 24000:72000]).max(axis=1)
    assert left == pytest.approx(right, rel=0.05)
    assert left > 0.03


def test_hdr_is_mapped_into_sdr(hdr: Path, tmp_path: Path) -> None:
    run(job("_480p", "_poster"), hdr, tmp_path)
    frame = frames(joined(tmp_path / "0", "video_480p"))[0]
    assert frame.format.name == "yuv420p"
    assert (frame.colorspace, frame.color_primaries, frame.color_trc) == (1, 1, 1)
    light = frame.to_ndarray(format="gray")
    assert light.max() - light.min() > 60


@pytest.mark.parametrize("matrix", ["bt709", "smpte170m"])
def test_a_capture_has_the_colours_of_the_video(matrix: str, tmp_path: Path) -> None:
    """JPEG viewers take every picture for BT.601; HD video is BT.709."""
    source = tmp_path / "green.mp4"
    paint = f"color=0x30a040:s=64x36:r=10:d=1,scale=out_color_matrix={matrix},format=yuv420p"
    ffmpeg("-f", "lavfi", "-i", paint, "-colorspace", matrix, source)
    run(job("_480p", "_poster"), source, tmp_path / "made")
    with Image.open(tmp_path / "made" / "1" / "frame_poster.0000000.jpg") as image:
        assert image.convert("RGB").getpixel((32, 18)) == pytest.approx((0x30, 0xA0, 0x40), abs=8)


def test_sound_that_outlasts_the_picture_is_no_broken_input(tmp_path: Path) -> None:
    """Matroska says how long all of it is, not how long the picture."""
    picture = clip(tmp_path / "picture.mp4", seconds=1, sounds=())
    sound, source = tmp_path / "sound.mp4", tmp_path / "long.mkv"
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=4", sound)
    ffmpeg("-i", picture, "-i", sound, "-map", "0:v", "-map", "1:a", "-c", "copy", source)
    for name, modifiers in (("silent", ["_480p"]), ("sounding", ["_480p", "_audio"])):
        run(job(*modifiers), source, tmp_path / name)
        assert len(frames(joined(tmp_path / name / "0", "video_480p"))) == 10


def test_one_frame_is_a_video(tmp_path: Path) -> None:
    source = tmp_path / "one.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x36:r=25", "-frames:v", "1", source)
    run(job("_480p", "_poster"), source, tmp_path / "made")
    assert len(frames(joined(tmp_path / "made" / "0", "video_480p"))) == 1
    assert (tmp_path / "made" / "1" / "frame_poster.0000000.jpg").exists()


def test_cover_art_is_no_video(silent: Path, tmp_path: Path) -> None:
    """A still before the moving picture, as music shops add it."""
    cover, source = tmp_path / "cover.png", tmp_path / "covered.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=red:s=100x100", "-frames:v", "1", cover)
    ffmpeg("-i", cover, "-i", silent, "-map", "0", "-map", "1:v", "-c", "copy",
           "-disposition:v:0", "attached_pic", source)  # fmt: skip
    run(job("_480p"), source, tmp_path / "made")
    assert len(frames(joined(tmp_path / "made" / "0", "video_480p"))) == 50


def test_progress_rises_to_100(plain: Path, tmp_path: Path) -> None:
    seen: list[int] = []
    run(job("_480p"), plain, tmp_path, on_progress=seen.append)
    assert seen == sorted(set(seen))
    assert seen[-1] == 100


def test_a_cancelled_job_stops_and_keeps_no_process(plain: Path, tmp_path: Path) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        run(job("_480p"), plain, tmp_path, cancelled=cancelled)
    assert not (tmp_path / "0" / "video.m3u8").exists()


def test_a_job_is_cancelled_while_it_runs(tmp_path: Path) -> None:
    source = clip(tmp_path / "long.mp4", size="640x360", rate="30", seconds=20, sounds=())
    cancelled = threading.Event()
    with pytest.raises(Cancelled):
        run(
            job("_480p", size=(1280, 720)),
            source,
            tmp_path / "made",
            on_progress=lambda _: cancelled.set(),
            cancelled=cancelled,
        )
    assert not (tmp_path / "made" / "0" / "video.m3u8").exists()


@pytest.mark.parametrize("base", ["50% off", "a b+ü (1)", "$Number$", "x:y", "q?#&'", "-y"])
def test_any_base_name_is_a_file_name_and_a_url(base: str, plain: Path, tmp_path: Path) -> None:
    settings = job("_480p", "_poster")
    cmaf(settings)["Destination"] = f"s3://bucket/{base}"
    settings["OutputGroups"][1]["OutputGroupSettings"]["FileGroupSettings"]["Destination"] = (
        f"s3://bucket/{base}"
    )
    stream, captures = run(settings, plain, tmp_path).groups
    assert f"{base}_480p_000000001.cmfv" in stream.files
    assert f"{base}_poster.0000001.jpg" in captures.files
    assert len(frames(joined(tmp_path / "0", f"{base}_480p"))) == 50


def test_without_a_base_name_the_input_gives_it(plain: Path, tmp_path: Path) -> None:
    settings = job("_480p")
    cmaf(settings)["Destination"] = "s3://bucket/folder/"
    [group] = run(settings, plain, tmp_path).groups
    assert "clip_480pinit.cmfv" in group.files


def test_sound_that_the_input_lacks_is_an_audio_error(silent: Path, tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match="the input has 0") as failed:
        run(job("_480p", "_audio"), silent, tmp_path)
    assert failed.value.code == 1021
