"""What of CreateJob's `Settings` the engine executes; all else is refused by name, never ignored.

The tables mirror the settings: a dict lists the members that are known, a set the values that
are, a type stands for any value of it. Which combinations MediaConvert accepts is not asked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local.mediaconvert.messages import NOT_IMPLEMENTED, at

NUMBER = (int, float)


class Stated(set[str]):
    """Values of a member that must be there, since MediaConvert's default is none of them."""


class Each:
    """A list's items or a map's values, all alike; at most `most` of them."""

    def __init__(self, node: Any, most: int | None = None) -> None:
        self.node, self.most = node, most


class Either:
    """An object of several kinds: the member at `path` names which of `kinds` it is."""

    def __init__(self, path: str, kinds: Mapping[str, Any]) -> None:
        self.path, self.kinds = path.split("."), kinds


_QVBR = {"QvbrQualityLevel": int, "QvbrQualityLevelFineTune": NUMBER}
_VIDEO_CODEC = {
    "RateControlMode": {"QVBR", "VBR", "CBR"},
    "QvbrSettings": _QVBR,
    "MaxBitrate": int,
    "Bitrate": int,
    "QualityTuningLevel": {"SINGLE_PASS", "SINGLE_PASS_HQ"},
    "CodecLevel": {"AUTO"},
    "InterlaceMode": {"PROGRESSIVE"},
    "GopSizeUnits": {"SECONDS", "FRAMES", "AUTO"},
    "GopSize": NUMBER,
    "GopClosedCadence": {1},
    "SceneChangeDetect": {"DISABLED", "ENABLED"},
    "FramerateControl": {"INITIALIZE_FROM_SOURCE", "SPECIFIED"},
    "FramerateConversionAlgorithm": {"DUPLICATE_DROP"},
    "FramerateNumerator": int,
    "FramerateDenominator": int,
    "ParControl": {"INITIALIZE_FROM_SOURCE", "SPECIFIED"},
    "ParNumerator": int,
    "ParDenominator": int,
}
_H264 = {**_VIDEO_CODEC, "CodecProfile": {"BASELINE", "MAIN", "HIGH"}}
_H265 = {
    **_VIDEO_CODEC,
    "CodecProfile": {"MAIN_MAIN", "MAIN10_MAIN"},
    "WriteMp4PackagingType": Stated({"HVC1"}),  # FFmpeg has no codecs string for hev1
}
_FRAME_CAPTURE = {
    "FramerateNumerator": int,
    "FramerateDenominator": int,
    "MaxCaptures": int,
    "Quality": int,
}
_AAC = {
    "Bitrate": int,
    "CodecProfile": {"LC"},
    "CodingMode": {"CODING_MODE_1_0", "CODING_MODE_2_0", "CODING_MODE_5_1"},
    "RateControlMode": {"CBR"},
    "SampleRate": int,
}
_PREPROCESSORS = {
    "Deinterlacer": {"Mode": {"DEINTERLACE"}, "Control": {"NORMAL", "FORCE_ALL_FRAMES"}},
    "ColorCorrector": {
        "ColorSpaceConversion": {"NONE", "FORCE_709"},
        "HdrToSdrToneMapper": {"PRESERVE_DETAILS", "VIBRANT"},
    },
}


def _codec(kinds: Mapping[str, Any]) -> Either:
    """CodecSettings: `Codec`, and the settings of that codec under their own name."""
    return Either(
        "Codec", {codec: {"Codec": {codec}, name: node} for codec, (name, node) in kinds.items()}
    )


def _picture(kinds: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Width": int,
        "Height": int,
        "ScalingBehavior": {"DEFAULT", "STRETCH_TO_OUTPUT"},
        "VideoPreprocessors": _PREPROCESSORS,
        "CodecSettings": _codec(kinds),
    }


_STREAMED = {
    "NameModifier": str,
    "ContainerSettings": {"Container": {"CMFC"}},
    "VideoDescription": _picture(
        {"H_264": ("H264Settings", _H264), "H_265": ("H265Settings", _H265)}
    ),
    "AudioDescriptions": Each(
        {"AudioSourceName": str, "CodecSettings": _codec({"AAC": ("AacSettings", _AAC)})}, most=1
    ),
}
_CAPTURED = {
    "NameModifier": str,
    "Extension": {"jpg"},
    "ContainerSettings": {"Container": {"RAW"}},
    "VideoDescription": _picture({"FRAME_CAPTURE": ("FrameCaptureSettings", _FRAME_CAPTURE)}),
}
_CMAF = {
    "Destination": str,
    "WriteHlsManifest": {"ENABLED", "DISABLED"},
    "WriteDashManifest": {"ENABLED", "DISABLED"},
    "SegmentControl": {"SEGMENTED_FILES"},
    "SegmentLength": int,
    "SegmentLengthControl": {"EXACT", "GOP_MULTIPLE"},
    "FragmentLength": int,
    "ManifestCompression": {"NONE"},
    "ManifestDurationFormat": {"FLOATING_POINT", "INTEGER"},
    "CodecSpecification": {"RFC_6381"},
    "StreamInfResolution": {"INCLUDE", "EXCLUDE"},
    "WriteSegmentTimelineInRepresentation": {"ENABLED", "DISABLED"},
    "MpdProfile": {"MAIN_PROFILE"},
}


def _group(kind: str, name: str, settings: Mapping[str, Any], output: Mapping[str, Any]) -> Any:
    return {
        "Name": str,
        "OutputGroupSettings": {"Type": {kind}, name: settings},
        "Outputs": Each(output),
    }


_JOB = {
    "TimecodeConfig": {"Source": {"ZEROBASED"}},
    "Inputs": Each(
        {
            "FileInput": str,
            "TimecodeSource": {"ZEROBASED"},
            "VideoSelector": {
                "ColorSpace": {"FOLLOW"},
                "Rotate": {"AUTO", "DEGREE_0", "DEGREES_90", "DEGREES_180", "DEGREES_270"},
            },
            "AudioSelectors": Each({"Tracks": Each(int, most=1)}),
        },
        most=1,
    ),
    "OutputGroups": Each(
        Either(
            "OutputGroupSettings.Type",
            {
                "CMAF_GROUP_SETTINGS": _group(
                    "CMAF_GROUP_SETTINGS", "CmafGroupSettings", _CMAF, _STREAMED
                ),
                "FILE_GROUP_SETTINGS": _group(
                    "FILE_GROUP_SETTINGS", "FileGroupSettings", {"Destination": str}, _CAPTURED
                ),
            },
        )
    ),
}


def unsupported(settings: Mapping[str, Any]) -> list[str]:
    """`/path/of/setting: …` for each setting, and each value, that the engine doesn't implement."""
    return [*_refused(_JOB, settings, ""), *_silent_groups(settings)]


def _silent_groups(settings: Mapping[str, Any]) -> Iterator[str]:
    """The lengths of sound's segments follow a video's."""
    for index, group in enumerate(settings.get("OutputGroups", [])):
        outputs = group.get("Outputs", [])
        if outputs and not any("VideoDescription" in output for output in outputs):
            yield f"/outputGroups/{index}/outputs: without a video {NOT_IMPLEMENTED}"


def _refused(node: Any, value: Any, path: str) -> Iterator[str]:
    match node:
        case Either():
            yield from _refused_kind(node, value, path)
        case Each():
            yield from _refused_items(node, value, path)
        case dict():
            yield from _refused_members(node, value, path)
        case set() if value in node:
            return
        case type() | tuple() if isinstance(value, node) and not isinstance(value, bool):
            return
        case _:
            yield f"{path}: {value} is {NOT_IMPLEMENTED}"


def _refused_members(node: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    for name, member in value.items():
        if name in node:
            yield from _refused(node[name], member, at(path, name))
        else:
            yield f"{at(path, name)}: {NOT_IMPLEMENTED}"
    for name, known in node.items():
        if isinstance(known, Stated) and name not in value:
            yield f"{at(path, name)}: to leave it out is {NOT_IMPLEMENTED}"


def _refused_kind(node: Either, value: Any, path: str) -> Iterator[str]:
    kind = value
    for name in node.path:
        kind = kind.get(name) if isinstance(kind, Mapping) else None
    if kind in node.kinds:
        yield from _refused(node.kinds[kind], value, path)
    else:
        yield f"{at(path, *node.path)}: {kind} is {NOT_IMPLEMENTED}"


def _refused_items(node: Each, value: Any, path: str) -> Iterator[str]:
    items = list(value.items() if isinstance(value, Mapping) else enumerate(value))
    for key, item in items:
        yield from _refused(node.node, item, f"{path}/{key}")
    if node.most is not None and len(items) > node.most:
        yield f"{path}: more than {node.most} are {NOT_IMPLEMENTED}"
