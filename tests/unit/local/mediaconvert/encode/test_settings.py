"""Every setting of mediaconvert/video.json is executed: changed, it changes what is made; or the
engine refuses the other value by name. A setting without a case here fails."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.mediaconvert import messages
from local.mediaconvert.encode import unsupported
from tests.unit.local.mediaconvert.encode.clips import TEMPLATE, Job, job, run

Keys = tuple[str | int, ...]
Prepare = Callable[[Job], None]


def leaves(node: Any, path: Keys = ()) -> Iterator[Keys]:
    if isinstance(node, dict | list):
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, member in items:
            yield from leaves(member, (*path, key))
    else:
        yield path


def at(node: Any, path: Keys) -> Any:
    for key in path:
        node = node[key]
    return node


def modifier(settings: Job, path: Keys) -> str:
    """Which output a leaf belongs to; an empty string for what belongs to none."""
    return at(settings, path[:4])["NameModifier"] if "Outputs" in path else ""


def kind(settings: Job, path: Keys) -> str:
    """A leaf's name without what only tells outputs of one kind apart."""
    parts: list[str] = []
    if "Outputs" in path:
        output = at(settings, path[:4])
        described = output.get("VideoDescription") or output["AudioDescriptions"][0]
        parts, path = [described["CodecSettings"]["Codec"]], path[4:]
    elif "OutputGroups" in path:
        parts, path = [settings["OutputGroups"][path[1]]["Name"]], path[2:]
    return ".".join([*parts, *(key for key in path if isinstance(key, str))])


@dataclass(frozen=True, kw_only=True)
class Case:
    """The other value, what to arrange before it is changed, and the source."""

    other: Any
    source: str = "plain"
    both: Prepare = lambda _: None
    refused: bool = False


def pictures(settings: Job) -> Iterator[dict[str, Any]]:
    for group in settings["OutputGroups"]:
        for output in group["Outputs"]:
            if "VideoDescription" in output:
                yield output["VideoDescription"]


def codecs(settings: Job) -> Iterator[dict[str, Any]]:
    for picture in pictures(settings):
        yield next(v for k, v in picture["CodecSettings"].items() if k != "Codec")


def narrow(settings: Job) -> None:
    for picture in pictures(settings):
        picture["Width"] = 36


def aim(settings: Job) -> None:
    for codec in codecs(settings):
        codec["Bitrate"] = 40_000


def short_segments(settings: Job) -> None:
    settings["OutputGroups"][0]["OutputGroupSettings"]["CmafGroupSettings"]["SegmentLength"] = 3


def second_selector(settings: Job) -> None:
    settings["Inputs"][0]["AudioSelectors"]["Audio Selector 2"] = {"Tracks": [2]}


PICTURE = {
    "NameModifier": Case(other="_other"),
    "ContainerSettings.Container": Case(other="MP4", refused=True),
    "VideoDescription.ScalingBehavior": Case(other="DEFAULT", both=narrow),
    "VideoDescription.VideoPreprocessors.Deinterlacer.Mode": Case(
        other="INVERSE_TELECINE", refused=True
    ),
    "VideoDescription.VideoPreprocessors.ColorCorrector.ColorSpaceConversion": Case(
        other="NONE", source="hdr"
    ),
    "VideoDescription.VideoPreprocessors.ColorCorrector.HdrToSdrToneMapper": Case(
        other="VIBRANT", source="hdr"
    ),
    "VideoDescription.CodecSettings.Codec": Case(other="AV1", refused=True),
}
VIDEO = {
    "RateControlMode": Case(other="VBR", both=aim),
    "QvbrSettings.QvbrQualityLevel": Case(other=2),
    "MaxBitrate": Case(other=20_000),
    "QualityTuningLevel": Case(other="SINGLE_PASS_HQ"),
    "GopSizeUnits": Case(other="FRAMES"),
    "GopSize": Case(other=1),
    "GopClosedCadence": Case(other=0, refused=True),
    "SceneChangeDetect": Case(other="ENABLED"),
    "ParControl": Case(other="INITIALIZE_FROM_SOURCE", source="anamorphic"),
    "ParNumerator": Case(other=4),
    "ParDenominator": Case(other=3),
}
H264 = {**VIDEO, "CodecProfile": Case(other="MAIN")}
H265 = {
    **VIDEO,
    "CodecProfile": Case(other="MAIN10_MAIN"),
    "WriteMp4PackagingType": Case(other="HEV1", refused=True),
}
CAPTURE = {
    "FramerateNumerator": Case(other=2),
    "FramerateDenominator": Case(other=2),
    "MaxCaptures": Case(other=1),
    "Quality": Case(other=20),
}
SOUND = {
    "NameModifier": Case(other="_other"),
    "ContainerSettings.Container": Case(other="MP4", refused=True),
    "AudioDescriptions.AudioSourceName": Case(other="Audio Selector 2", both=second_selector),
    "AudioDescriptions.CodecSettings.Codec": Case(other="AC3", refused=True),
    "AudioDescriptions.CodecSettings.AacSettings.Bitrate": Case(other=32_000),
    "AudioDescriptions.CodecSettings.AacSettings.CodingMode": Case(other="CODING_MODE_1_0"),
    "AudioDescriptions.CodecSettings.AacSettings.SampleRate": Case(other=44_100),
}
STREAM = {
    "WriteHlsManifest": Case(other="DISABLED"),
    "WriteDashManifest": Case(other="DISABLED"),
    "SegmentControl": Case(other="SINGLE_FILE", refused=True),
    "SegmentLength": Case(other=4),
    "SegmentLengthControl": Case(other="EXACT", both=short_segments),
    "FragmentLength": Case(other=1),
    "ManifestDurationFormat": Case(other="INTEGER"),
    "CodecSpecification": Case(other="RFC_4281", refused=True),
    "StreamInfResolution": Case(other="EXCLUDE"),
    "WriteSegmentTimelineInRepresentation": Case(other="DISABLED"),
}


def under(prefix: str, cases: dict[str, Case]) -> dict[str, Case]:
    return {f"{prefix}.{name}": case for name, case in cases.items()}


CASES = {
    "Inputs.VideoSelector.Rotate": Case(other="DEGREES_90"),
    "Inputs.AudioSelectors.Audio Selector 1.Tracks": Case(other=2),
    "stream.Name": Case(other="other"),
    "stream.OutputGroupSettings.Type": Case(other="HLS_GROUP_SETTINGS", refused=True),
    **under("stream.OutputGroupSettings.CmafGroupSettings", STREAM),
    "captures.Name": Case(other="other"),
    "captures.OutputGroupSettings.Type": Case(other="HLS_GROUP_SETTINGS", refused=True),
    **under("H_264", PICTURE),
    **under("H_264.VideoDescription.CodecSettings.H264Settings", H264),
    **under("H_265", PICTURE),
    **under("H_265.VideoDescription.CodecSettings.H265Settings", H265),
    **under("FRAME_CAPTURE", PICTURE),
    **under("FRAME_CAPTURE.VideoDescription.CodecSettings.FrameCaptureSettings", CAPTURE),
    **under("AAC", SOUND),
}
SETTINGS: Job = TEMPLATE["Settings"]
KINDS = {kind(SETTINGS, path): path for path in leaves(SETTINGS)}


def test_every_setting_has_a_case_and_every_case_a_setting() -> None:
    assert CASES.keys() == KINDS.keys()


def test_the_template_is_implemented_whole() -> None:
    assert unsupported(SETTINGS) == []


def small(name: str) -> Job:
    """The outputs that a setting is about, and a video where there must be one."""
    own = modifier(SETTINGS, KINDS[name])
    if name.startswith("captures"):
        return job("_poster")
    return job(
        *{own or "_480p", "_480p"} if own in {"", "_audio"} else {own}, *["_audio"] * (not own)
    )


def with_leaf(name: str, settings: Job, value: Any) -> Job:
    """A copy in which all leaves of this name have `value`."""
    changed = copy.deepcopy(settings)
    for path in list(leaves(settings)):
        if kind(settings, path) == name:
            at(changed, path[:-1])[path[-1]] = value
    return changed


def made(settings: Job, source: Path, target: Path) -> dict[str, str]:
    """What a job makes: its groups' names, and digests of all files."""
    encoded = run(settings, source, target)
    files = {
        f"{index}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for index, group in enumerate(encoded.groups)
        for path in group.folder.iterdir()
    }
    return {"groups": ",".join(group.name for group in encoded.groups), **files}


def test_the_same_job_makes_the_same_files_again(plain: Path, tmp_path: Path) -> None:
    """Else a change of the output would show nothing about the changed setting."""
    settings = job("_480p", "_2160p", "_audio", "_poster")
    assert made(settings, plain, tmp_path / "a") == made(settings, plain, tmp_path / "b")


@pytest.mark.parametrize("name", sorted(name for name, case in CASES.items() if not case.refused))
def test_a_changed_setting_changes_the_output(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    case = CASES[name]
    source: Path = request.getfixturevalue(case.source)
    before = small(name)
    case.both(before)
    after = with_leaf(name, before, case.other)
    assert after != before
    assert unsupported(after) == []
    assert made(after, source, tmp_path / "after") != made(before, source, tmp_path / "before")


@pytest.mark.parametrize("name", sorted(name for name, case in CASES.items() if case.refused))
def test_a_value_that_is_not_implemented_is_refused_by_name(name: str) -> None:
    case = CASES[name]
    refused = unsupported(with_leaf(name, small(name), case.other))
    setting = messages.at("", name.rpartition(".")[2])
    assert any(f"{setting}: {case.other} is not implemented" in line for line in refused)


def test_a_progressive_output_needs_its_deinterlacer(interlaced: Path, tmp_path: Path) -> None:
    with_it, without = job("_480p"), job("_480p")
    del next(pictures(without))["VideoPreprocessors"]["Deinterlacer"]
    first = made(with_it, interlaced, tmp_path / "with")
    assert first != made(without, interlaced, tmp_path / "without")
