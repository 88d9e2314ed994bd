from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.mediaconvert.rules import violations
from spool.errors import UnsupportedType
from spool.video.job import (
    IncompleteJob,
    JobTarget,
    build_job,
    max_bitrate,
    status_interval,
    template,
)
from spool.video.ladder import rungs
from spool.video.source import VideoSource
from tests.unit.video.model import problems
from tests.unit.video.sources import sources, video

OPEN_MEDIA = Path(__file__).parents[4] / "shared/media/open/manifest.json"
FILES = json.loads(OPEN_MEDIA.read_text())["files"] if OPEN_MEDIA.exists() else []

TARGET = JobTarget(
    input="s3://originals/originals/org/proj/media-clip.mp4",
    stream="s3://renditions/renditions/org/proj/media/0123456789ab/stream/video",
    captures="s3://renditions/captures/org/proj/media/0123456789ab/frame",
)
UHD = JobTarget(input=TARGET.input, stream=TARGET.stream, captures=TARGET.captures, uhd=True)


def built(source: VideoSource, target: JobTarget = TARGET) -> dict[str, Any]:
    return build_job(template(), source, target)


def outputs(job: Mapping[str, Any], group: str) -> dict[str, dict[str, Any]]:
    """A group's outputs by name modifier."""
    [found] = [g for g in job["Settings"]["OutputGroups"] if g["Name"] == group]
    return {output["NameModifier"]: output for output in found["Outputs"]}


def pictures(job: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for group in ("stream", "captures"):
        for output in outputs(job, group).values():
            if "VideoDescription" in output:
                yield output["VideoDescription"]


def encoders(job: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The streamed rungs' settings of H.264 or H.265, by name modifier."""
    return {
        name: settings
        for name, output in outputs(job, "stream").items()
        for settings in output.get("VideoDescription", {}).get("CodecSettings", {}).values()
        if isinstance(settings, dict)
    }


def size(output: Mapping[str, Any]) -> tuple[int, int]:
    return output["VideoDescription"]["Width"], output["VideoDescription"]["Height"]


def acceptable(job: Mapping[str, Any], source: VideoSource) -> None:
    assert problems({**job, "Role": "arn:aws:iam::000000000000:role/mediaconvert"}) == []
    assert violations(job["Settings"], (source.width, source.height)) == []


@given(sources(), st.sampled_from([TARGET, UHD]))
def test_every_job_fits_the_model_and_the_documented_rules(
    source: VideoSource, target: JobTarget
) -> None:
    acceptable(built(source, target), source)


@given(sources(), st.sampled_from([TARGET, UHD]))
def test_a_job_has_the_ladders_rungs_in_order(source: VideoSource, target: JobTarget) -> None:
    job = built(source, target)

    ladder = rungs(source, uhd=target.uhd)
    streamed = {
        name: size(output)
        for name, output in outputs(job, "stream").items()
        if "VideoDescription" in output
    }
    assert list(streamed.items()) == [(f"_{r.name}", (r.width, r.height)) for r in ladder]
    assert list(outputs(job, "captures")) == ["_poster", "_sprite"]


@given(sources(), st.sampled_from([TARGET, UHD]))
def test_keyframes_of_all_rungs_fall_together(source: VideoSource, target: JobTarget) -> None:
    settings = encoders(built(source, target)).values()

    cadence = {
        "GopSize",
        "GopSizeUnits",
        "GopClosedCadence",
        "SceneChangeDetect",
        "FramerateControl",
        "FramerateNumerator",
        "FramerateDenominator",
    }
    kept = [{name: encoder.get(name) for name in cadence} for encoder in settings]
    assert all(one == kept[0] for one in kept)
    told = "SPECIFIED" if source.variable_frame_rate else None  # else it follows the source
    assert kept[0]["FramerateControl"] == told
    assert kept[0]["SceneChangeDetect"] == "DISABLED"


@given(sources())
def test_a_silent_video_has_no_sound_in_its_job(source: VideoSource) -> None:
    job = built(source)

    heard = source.audio_channels > 0
    assert ("_audio" in outputs(job, "stream")) == heard
    assert ("AudioSelectors" in job["Settings"]["Inputs"][0]) == heard


@given(sources())
def test_only_hdr_is_tone_mapped_and_then_in_every_picture(source: VideoSource) -> None:
    for picture in pictures(built(source)):
        assert ("ColorCorrector" in picture["VideoPreprocessors"]) == source.hdr


@pytest.mark.parametrize(
    "name", ["a b.mp4", "a+b (1).mp4", "ünï–日本.mp4", "100%25.mp4", "why?.mp4", "$d$.mp4"]
)
def test_a_file_is_named_as_its_key_is_and_nothing_is_named_after_it(name: str) -> None:
    target = JobTarget(
        input=f"s3://originals/org/{name}", stream=TARGET.stream, captures=TARGET.captures
    )
    job = built(video(), target)

    acceptable(job, video())
    assert job["Settings"]["Inputs"][0]["FileInput"] == f"s3://originals/org/{name}"
    assert destinations(job) == [TARGET.stream, TARGET.captures]


def destinations(job: Mapping[str, Any]) -> list[str]:
    return [
        settings["Destination"]
        for group in job["Settings"]["OutputGroups"]
        for settings in group["OutputGroupSettings"].values()
        if isinstance(settings, dict)
    ]


def test_a_file_name_that_reads_as_a_query_is_refused_with_a_way_out() -> None:
    target = JobTarget(input="s3://o/a?v=1.mp4", stream=TARGET.stream, captures=TARGET.captures)

    with pytest.raises(UnsupportedType, match="rename the file"):
        built(video(), target)


def test_a_video_too_small_for_the_ladder_has_one_rung_named_by_its_own_side() -> None:
    job = built(video(480, 272, audio_channels=0))

    [(name, output)] = outputs(job, "stream").items()
    assert (name, size(output)) == ("_272p", (480, 272))
    assert size(outputs(job, "captures")["_poster"]) == (480, 272)


def test_a_cap_follows_the_pictures_area_and_speed() -> None:
    caps = {name: encoder["MaxBitrate"] for name, encoder in encoders(built(video())).items()}
    small = encoders(built(video(480, 272)))["_272p"]["MaxBitrate"]
    fast = encoders(built(video(frame_rate=60)))["_1080p"]["MaxBitrate"]
    phone = encoders(built(video(frame_rate=Fraction("30.01"))))["_1080p"]["MaxBitrate"]
    square = encoders(built(video(1080, 1080)))["_1080p"]["MaxBitrate"]

    assert caps == {"_480p": 1_500_000, "_720p": 4_000_000, "_1080p": 6_000_000}
    assert (small, square) == (478_000, 3_375_000)
    assert (fast, phone) == (9_000_000, 6_000_000)
    assert encoders(built(video(32, 32)))["_32p"]["MaxBitrate"] == 200_000


@given(sources(), st.integers(10**5, 10**8))
def test_a_cap_is_bounded_by_the_boxes(source: VideoSource, cap: int) -> None:
    given_size = (source.width, source.height)

    bits = max_bitrate(cap, size=given_size, of=given_size, rate=source.frame_rate)

    assert bits % 1000 == 0
    assert max(200_000, cap - 500) <= bits <= max(200_000, 1.5 * cap + 500)


@pytest.mark.parametrize(
    ("duration", "seconds"), [(0.04, 10), (200, 10), (300, 15), (600, 30), (900, 60), (14400, 60)]
)
def test_progress_is_told_more_often_of_short_videos(duration: float, seconds: int) -> None:
    assert status_interval(duration) == seconds
    assert built(video(duration=duration))["StatusUpdateInterval"] == f"SECONDS_{seconds}"


@pytest.mark.parametrize(("duration", "interval"), [(0.04, 1), (100, 1), (600, 6), (14400, 144)])
def test_sprites_are_spread_over_the_whole_video(duration: float, interval: int) -> None:
    captures = outputs(built(video(duration=duration)), "captures")
    frames = {
        name: output["VideoDescription"]["CodecSettings"]["FrameCaptureSettings"]
        for name, output in captures.items()
    }

    sprite, poster = frames["_sprite"], frames["_poster"]
    assert Fraction(sprite["FramerateNumerator"], sprite["FramerateDenominator"]) == Fraction(
        1, interval
    )
    assert sprite["MaxCaptures"] == 100
    assert (poster["FramerateNumerator"], poster["FramerateDenominator"]) == (1, 1)
    assert poster["MaxCaptures"] == 2


def test_a_job_is_a_copy_and_the_template_stays_as_it_was() -> None:
    before = deepcopy(template())
    job = built(video(480, 272, hdr=True))

    job["Settings"]["OutputGroups"][0]["Outputs"].clear()
    job["Settings"]["Inputs"][0]["VideoSelector"]["Rotate"] = "DEGREE_0"

    assert template() == before


def test_the_template_lacks_only_what_a_video_decides() -> None:
    job = deepcopy(dict(template()))

    assert problems({**job, "Role": "r"}) == []
    assert sorted(said.split(": ")[0] for said in violations(job["Settings"])) == [
        "/inputs/0/fileInput",
        "/outputGroups/0/outputGroupSettings/cmafGroupSettings/destination",
        "/outputGroups/1/outputGroupSettings/fileGroupSettings/destination",
    ]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (("Settings",), "lack Settings"),
        (("Settings", "Inputs"), "lack Inputs"),
        (("Settings", "OutputGroups"), "lack OutputGroups"),
        (("Settings", "OutputGroups", 1), "none whose Name is captures"),
        (("Settings", "OutputGroups", 0, "Outputs", 2), "none whose NameModifier is _1080p"),
        (("Settings", "OutputGroups", 0, "Outputs", 4), "none whose NameModifier is _audio"),
        (
            ("Settings", "OutputGroups", 0, "Outputs", 0, "VideoDescription", "CodecSettings"),
            "lack VideoDescription.CodecSettings.H264Settings",
        ),
    ],
)
def test_settings_that_lack_a_part_are_named(path: tuple[str | int, ...], said: str) -> None:
    settings: Any = deepcopy(dict(template()))
    node = settings
    for step in path[:-1]:
        node = node[step]
    del node[path[-1]]

    with pytest.raises(IncompleteJob, match=said):
        build_job(settings, video(), TARGET)


@pytest.mark.parametrize("wrong", ["CreateJob", "enum", "bound"])
def test_the_check_against_the_model_sees_what_is_wrong(wrong: str) -> None:
    job = {**built(video()), "Role": "r"}
    encoder = encoders(job)["_480p"]
    if wrong == "CreateJob":
        job["Setting"] = {}
    elif wrong == "enum":
        encoder["CodecProfile"] = "HIGHER"
    else:
        encoder["MaxBitrate"] = 2 * 10**9

    assert problems(job) != []


def described(truth: Mapping[str, Any]) -> VideoSource:
    picture = truth["video"]
    return video(
        picture["width"],
        picture["height"],
        duration=truth["duration_s"],
        frame_rate=Fraction(picture["avg_fps"]).limit_denominator(1001),
        audio_channels=truth["audio"]["channels"] if truth["has_audio"] else 0,
        hdr=picture["color_transfer"] in {"smpte2084", "arib-std-b67"},
    )


@pytest.mark.skipif(not FILES, reason="the open media set is not here")
@pytest.mark.parametrize(
    "file",
    [file for file in FILES if file["path"].startswith("video/")],
    ids=lambda file: Path(file["path"]).name,
)
def test_real_videos_get_jobs_that_mediaconvert_takes(file: Mapping[str, Any]) -> None:
    source = described(file["truth"])

    acceptable(built(source), source)
    acceptable(built(source, UHD), source)


@pytest.mark.parametrize(
    ("average", "told"),
    [("30.01", (30000, 1001)), ("29.7", (30000, 1001)), ("17", (24000, 1001)), ("13.3", (15, 1))],
)
def test_a_variable_rate_becomes_the_next_steady_one(average: str, told: tuple[int, int]) -> None:
    job = built(video(frame_rate=average, variable_frame_rate=True))
    for encoder in encoders(job).values():
        assert encoder["FramerateControl"] == "SPECIFIED"
        assert (encoder["FramerateNumerator"], encoder["FramerateDenominator"]) == told


def test_a_steady_rate_is_kept_whatever_it_is() -> None:
    for encoder in encoders(built(video(frame_rate="17"))).values():
        assert not any(name.startswith("Framerate") for name in encoder)


def test_a_rotation_that_the_container_does_not_tell_is_told() -> None:
    """As of a Matroska file: AUTO reads that of MP4 and QuickTime only."""
    for rotation, told in ((0, "AUTO"), (90, "DEGREES_90"), (270, "DEGREES_270")):
        [media] = built(video(rotation=rotation))["Settings"]["Inputs"]
        assert media["VideoSelector"]["Rotate"] == told
