"""Each rule is broken once, alone, and is named with the setting's path."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest

from local.mediaconvert.rules import violations
from local.mediaconvert.rules.audio import AAC as AAC_RULES
from local.mediaconvert.rules.audio import AUDIO
from local.mediaconvert.rules.encoder import encoder_rules
from local.mediaconvert.rules.job import CMAF, DESTINATION, GROUP, INPUT, JOB
from local.mediaconvert.rules.output import OUTPUT
from local.mediaconvert.rules.video import CAPTURE
from local.mediaconvert.rules.video import VIDEO as VIDEO_RULES
from spool.video.job import JobTarget, build_job, template
from spool.video.source import VideoSource

Job = dict[str, Any]
Change = Callable[[Job], object]

SOURCE = VideoSource(
    width=3840, height=2160, duration=60, frame_rate=Fraction(30), audio_channels=2, hdr=True
)
TARGET = JobTarget(
    input="s3://originals/a b+ü (1).mp4",
    stream="s3://renditions/a/stream/video",
    captures="s3://renditions/captures/a/frame",
    uhd=True,
)
SETTINGS = build_job(template(), SOURCE, TARGET)["Settings"]

STREAM, CAPTURES = "/outputGroups/0", "/outputGroups/1"
FIRST, SOUND = f"{STREAM}/outputs/0", f"{STREAM}/outputs/4"
POSTER = f"{CAPTURES}/outputs/0"
VIDEO, H264 = f"{FIRST}/videoDescription", f"{FIRST}/videoDescription/codecSettings/h264Settings"
AAC = f"{SOUND}/audioDescriptions/0/codecSettings/aacSettings"


def at(job: Job, path: str) -> Any:
    """The part at a path written as the service does: `/inputs/0/videoSelector`."""
    node: Any = job
    for step in path.split("/")[1:]:
        node = node[int(step)] if step.isdigit() else node[step[0].upper() + step[1:]]
    return node


def put(path: str, **values: Any) -> Change:
    return lambda job: at(job, path).update(values)


def drop(path: str, *names: str) -> Change:
    return lambda job: [at(job, path).pop(name) for name in names]


def all_of(*changes: Change) -> Change:
    return lambda job: [change(job) for change in changes]


BROKEN: dict[str, tuple[Change, str, str]] = {
    "no input": (put("", Inputs=[]), "/inputs", "at least one input"),
    "no group": (put("", OutputGroups=[]), "/outputGroups", "at least one output group"),
    "captures only": (
        lambda job: job["OutputGroups"].pop(0),
        "/outputGroups",
        "frame captures only",
    ),
    "no file": (drop("/inputs/0", "FileInput"), "/inputs/0/fileInput", "names its file"),
    "from the web": (
        put("/inputs/0", FileInput="https://example.com/a.mp4"),
        "/inputs/0/fileInput",
        "from S3 only",
    ),
    "an old version": (
        put("/inputs/0", FileInput="s3://originals/a.mp4?versionId=1x"),
        "/inputs/0/fileInput",
        "parameters",
    ),
    "group without settings": (
        drop(f"{CAPTURES}/outputGroupSettings", "FileGroupSettings"),
        f"{CAPTURES}/outputGroupSettings",
        "that its type names",
    ),
    "group with foreign settings": (
        put(f"{CAPTURES}/outputGroupSettings", HlsGroupSettings={}),
        f"{CAPTURES}/outputGroupSettings",
        "of another type",
    ),
    "no destination": (
        drop(f"{STREAM}/outputGroupSettings/cmafGroupSettings", "Destination"),
        f"{STREAM}/outputGroupSettings/cmafGroupSettings/destination",
        "s3://bucket/",
    ),
    "no base name": (
        put(f"{CAPTURES}/outputGroupSettings/fileGroupSettings", Destination="s3://renditions/a/"),
        f"{CAPTURES}/outputGroupSettings/fileGroupSettings/destination",
        "base name",
    ),
    "empty group": (put(CAPTURES, Outputs=[]), f"{CAPTURES}/outputs", "at least one output"),
    "broken fragments": (
        put(f"{STREAM}/outputGroupSettings/cmafGroupSettings", FragmentLength=4),
        f"{STREAM}/outputGroupSettings/cmafGroupSettings/segmentLength",
        "whole fragments",
    ),
    "on demand in segments": (
        put(f"{STREAM}/outputGroupSettings/cmafGroupSettings", MpdProfile="ON_DEMAND_PROFILE"),
        f"{STREAM}/outputGroupSettings/cmafGroupSettings/mpdProfile",
        "SINGLE_FILE",
    ),
    "lengths matched to no rate": (
        put(f"{STREAM}/outputGroupSettings/cmafGroupSettings", SegmentLengthControl="MATCH"),
        f"{STREAM}/outputGroupSettings/cmafGroupSettings/segmentLengthControl",
        "frame rate that is specified",
    ),
    "long last segment": (
        put(f"{STREAM}/outputGroupSettings/cmafGroupSettings", MinFinalSegmentLength=6.0),
        f"{STREAM}/outputGroupSettings/cmafGroupSettings/minFinalSegmentLength",
        "shorter than SegmentLength",
    ),
    "empty output": (drop(FIRST, "VideoDescription"), FIRST, "holds video, audio or captions"),
    "sound inside video": (
        lambda job: (
            at(job, FIRST).update(AudioDescriptions=at(job, SOUND)["AudioDescriptions"])
            or at(job, f"{STREAM}/outputs").pop(4)
        ),
        f"{FIRST}/audioDescriptions",
        "outputs of their own",
    ),
    "sound of a picture": (
        lambda job: at(job, POSTER).update(AudioDescriptions=at(job, SOUND)["AudioDescriptions"]),
        f"{POSTER}/audioDescriptions",
        "has no audio",
    ),
    "MP4 in CMAF": (
        put(f"{FIRST}/containerSettings", Container="MP4"),
        f"{FIRST}/containerSettings/container",
        "this group's type",
    ),
    "a picture in a container": (
        put(f"{POSTER}/containerSettings", Container="MOV"),
        f"{POSTER}/containerSettings/container",
        "RAW",
    ),
    "a picture in a stream": (
        lambda job: at(job, f"{STREAM}/outputs").append(
            at(job, f"{CAPTURES}/outputs").pop(0) | {"NameModifier": "_frame"}
        ),
        f"{STREAM}/outputs/5/videoDescription/codecSettings/codec",
        "in a file group",
    ),
    "preset and settings": (put(FIRST, Preset="mine"), f"{FIRST}/preset", "not both"),
    "no modifier": (drop(FIRST, "NameModifier"), f"{FIRST}/nameModifier", "has a name modifier"),
    "extension of a stream": (put(FIRST, Extension="mp4"), f"{FIRST}/extension", "file group"),
    "odd width": (put(VIDEO, Width=853), f"{VIDEO}/width", "even"),
    "odd height": (put(VIDEO, Height=479), f"{VIDEO}/height", "even"),
    "too large for H.264": (put(VIDEO, Width=4098), f"{VIDEO}/width", "larger than its codec"),
    "codec without settings": (
        drop(f"{POSTER}/videoDescription/codecSettings", "FrameCaptureSettings"),
        f"{POSTER}/videoDescription/codecSettings",
        "named are required",
    ),
    "settings of two codecs": (
        put(f"{VIDEO}/codecSettings", Vp9Settings={}),
        f"{VIDEO}/codecSettings",
        "isn't the one named",
    ),
    "HDR without its metadata": (
        put(f"{VIDEO}/videoPreprocessors/colorCorrector", ColorSpaceConversion="FORCE_HDR10"),
        f"{VIDEO}/videoPreprocessors/colorCorrector/hdr10Metadata",
        "Required when",
    ),
    "no frame at all": (
        drop(f"{POSTER}/videoDescription/codecSettings/frameCaptureSettings", "FramerateNumerator"),
        f"{POSTER}/videoDescription/codecSettings/frameCaptureSettings/framerateNumerator",
        "fraction above zero",
    ),
    "a frame in no time": (
        put(
            f"{POSTER}/videoDescription/codecSettings/frameCaptureSettings", FramerateDenominator=0
        ),
        f"{POSTER}/videoDescription/codecSettings/frameCaptureSettings/framerateDenominator",
        "fraction above zero",
    ),
    "QVBR without a cap": (drop(H264, "MaxBitrate"), f"{H264}/maxBitrate", "Required when"),
    "QVBR with an average": (put(H264, Bitrate=10**6), f"{H264}/bitrate", "no average"),
    "CBR without a rate": (
        all_of(put(H264, RateControlMode="CBR"), drop(H264, "QvbrSettings")),
        f"{H264}/bitrate",
        "Required for VBR and CBR",
    ),
    "quality of CBR": (
        put(H264, RateControlMode="CBR", Bitrate=10**6),
        f"{H264}/qvbrSettings",
        "Only when",
    ),
    "quality 11": (
        put(f"{H264}/qvbrSettings", QvbrQualityLevel=11),
        f"{H264}/qvbrSettings/qvbrQualityLevel",
        "1 to 10",
    ),
    "quality 7 + 1.3": (
        put(f"{H264}/qvbrSettings", QvbrQualityLevelFineTune=1.3),
        f"{H264}/qvbrSettings/qvbrQualityLevelFineTune",
        "0 to 1",
    ),
    "an average in one pass": (
        put(f"{H264}/qvbrSettings", MaxAverageBitrate=10**6),
        f"{H264}/qvbrSettings/maxAverageBitrate",
        "MULTI_PASS_HQ",
    ),
    "too few bits": (put(H264, MaxBitrate=999), f"{H264}/maxBitrate", "1,000 to"),
    "too many bits": (put(H264, MaxBitrate=1_152_000_001), f"{H264}/maxBitrate", "1,000 to"),
    "half a frame": (
        put(H264, GopSizeUnits="FRAMES", GopSize=59.94),
        f"{H264}/gopSize",
        "whole frames",
    ),
    "a length for AUTO": (put(H264, GopSizeUnits="AUTO"), f"{H264}/gopSize", "blank with AUTO"),
    "seconds of nothing": (drop(H264, "GopSize"), f"{H264}/gopSize", "Seconds, or"),
    "open GOPs": (put(H264, GopClosedCadence=0), f"{H264}/gopClosedCadence", "closed GOPs"),
    "GOPs over fragments": (put(H264, GopSize=3), f"{H264}/gopSize", "FragmentLength"),
    "open GOPs over fragments": (
        put(H264, GopClosedCadence=2),
        f"{H264}/gopSize",
        "FragmentLength",
    ),
    "frames over fragments": (
        put(
            H264,
            GopSize=90,
            GopSizeUnits="FRAMES",
            FramerateControl="SPECIFIED",
            FramerateNumerator=30,
            FramerateDenominator=1,
        ),
        f"{H264}/gopSize",
        "FragmentLength",
    ),
    "pixels without a ratio": (drop(H264, "ParNumerator"), f"{H264}/parControl", "ParNumerator"),
    "a ratio unasked": (drop(H264, "ParControl"), f"{H264}/parNumerator", "ParControl"),
    "a rate without its number": (
        put(H264, FramerateControl="SPECIFIED", FramerateNumerator=30),
        f"{H264}/framerateControl",
        "FramerateDenominator",
    ),
    "a rate unasked": (
        put(H264, FramerateNumerator=30, FramerateDenominator=1),
        f"{H264}/framerateNumerator",
        "FramerateControl",
    ),
    "CABAC in baseline": (
        put(H264, EntropyEncoding="CABAC", CodecProfile="BASELINE"),
        f"{H264}/entropyEncoding",
        "main or high",
    ),
    "no such selector": (
        put(f"{SOUND}/audioDescriptions/0", AudioSourceName="Audio Selector 2"),
        f"{SOUND}/audioDescriptions/0/audioSourceName",
        "silence",
    ),
    "sound without settings": (
        drop(f"{SOUND}/audioDescriptions/0/codecSettings", "AacSettings"),
        f"{SOUND}/audioDescriptions/0/codecSettings",
        "named are required",
    ),
    "sound of two codecs": (
        put(f"{SOUND}/audioDescriptions/0/codecSettings", Mp3Settings={}),
        f"{SOUND}/audioDescriptions/0/codecSettings",
        "isn't the one named",
    ),
    "130 kbit/s": (put(AAC, Bitrate=130_000), f"{AAC}/bitrate", "bitrates of AAC"),
    "a bitrate for VBR": (
        put(AAC, RateControlMode="VBR", VbrQuality="HIGH"),
        f"{AAC}/bitrate",
        "VbrQuality",
    ),
    "a quality for CBR": (put(AAC, VbrQuality="HIGH"), f"{AAC}/vbrQuality", "VbrQuality"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_rule_is_named_and_no_other(case: str) -> None:
    change, path, words = BROKEN[case]
    job = deepcopy(SETTINGS)

    change(job)

    [said] = violations(job)
    assert said.startswith(f"{path}: ")
    assert words in said
    assert said.endswith(("docs/video.md)", ".html)")) or "#jobs-prop-" in said


def test_every_rule_is_broken_by_a_case() -> None:
    tables = (JOB, INPUT, GROUP, DESTINATION, CMAF, OUTPUT, VIDEO_RULES, CAPTURE, AUDIO, AAC_RULES)
    rules = {rule.says for table in (*tables, encoder_rules("H264Settings")) for rule in table}
    named = {words for _, _, words in BROKEN.values()} | TOGETHER

    assert [says for says in rules if not any(words in says for words in named)] == []


TOGETHER = {"overwrite one another", "AudioTrackType", "SegmentLength is", "CMAF, DASH and MP4"}
"""Of the rules below, which can't be broken by one setting or by one output alone."""


def test_two_outputs_of_one_name_are_both_named() -> None:
    job = deepcopy(SETTINGS)
    at(job, FIRST)["NameModifier"] = "_720p"

    paths = [said.split(": ")[0] for said in violations(job)]

    assert paths == [f"{FIRST}/nameModifier", f"{STREAM}/outputs/1/nameModifier"]


def test_two_languages_without_a_track_type_are_both_named() -> None:
    job = deepcopy(SETTINGS)
    at(job, f"{STREAM}/outputs").append(deepcopy(at(job, SOUND)) | {"NameModifier": "_again"})

    said = violations(job)

    assert [one.split(": ")[0] for one in said] == [
        f"{STREAM}/outputs/{index}/containerSettings/cmfcSettings" for index in (4, 5)
    ]


def test_segments_that_end_within_a_gop_are_named_with_the_fragments_that_do() -> None:
    job = deepcopy(SETTINGS)
    at(job, H264)["GopSize"] = 4

    said = violations(job)

    assert [one.split(" is ")[0] for one in said] == [
        f"{H264}/gopSize: FragmentLength",
        f"{H264}/gopSize: SegmentLength",
    ]


def test_a_packaging_type_outside_mp4_is_named() -> None:
    job = deepcopy(SETTINGS)
    uhd = at(job, f"{STREAM}/outputs").pop(3)
    uhd["ContainerSettings"]["Container"] = "MOV"
    at(job, f"{CAPTURES}/outputs").append(uhd)

    [said] = violations(job)

    assert said.startswith(
        f"{CAPTURES}/outputs/2/videoDescription/codecSettings/h265Settings/writeMp4PackagingType: "
    )


def test_enlarging_is_named_where_the_source_is_known() -> None:
    job = deepcopy(SETTINGS)

    assert violations(job, (3840, 2160)) == []
    assert [said.split(": ")[0] for said in violations(job, (3838, 2160))] == [
        f"{STREAM}/outputs/3/videoDescription/width"
    ]
    assert [said.split(": ")[0] for said in violations(job, (3840, 2158))] == [
        f"{STREAM}/outputs/3/videoDescription/height"
    ]


@pytest.mark.parametrize(
    "name", ["a b.mp4", "a+b.mp4", "why?.mp4", "50%.mp4", "ü.mp4", "a=b&c.mp4", "#1.mp4"]
)
def test_a_name_that_only_looks_odd_is_no_query(name: str) -> None:
    job = deepcopy(SETTINGS)
    job["Inputs"][0]["FileInput"] = f"s3://originals/{name}"

    assert violations(job) == []
