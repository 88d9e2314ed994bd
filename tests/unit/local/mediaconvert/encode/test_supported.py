"""What is not implemented is named, wherever it stands in the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from local.mediaconvert.encode import unsupported
from tests.unit.local.mediaconvert.encode.clips import Job, cmaf, h264, job, output

NOT = "not implemented by the local MediaConvert"
OUTPUTS = "/outputGroups/0/outputs"
H264 = f"{OUTPUTS}/0/videoDescription/codecSettings/h264Settings"
CMAF = "/outputGroups/0/outputGroupSettings/cmafGroupSettings"


def picture(job: Job) -> dict[str, Any]:
    description: dict[str, Any] = output(job, "_480p")["VideoDescription"]
    return description


def selectors(job: Job) -> dict[str, Any]:
    found: dict[str, Any] = job["Inputs"][0]["AudioSelectors"]
    return found


REFUSED: dict[str, Callable[[Job], Any]] = {
    f"/availBlanking: {NOT}": lambda j: j.update(AvailBlanking={}),
    f"/inputs/0/inputClippings: {NOT}": lambda j: j["Inputs"][0].update(InputClippings=[]),
    f"/inputs: more than 1 are {NOT}": lambda j: j["Inputs"].append({"FileInput": "s3://b/k"}),
    f"/inputs/0/videoSelector/colorSpace: HDR10 is {NOT}": lambda j: j["Inputs"][0][
        "VideoSelector"
    ].update(ColorSpace="HDR10"),
    f"/inputs/0/audioSelectors/Audio Selector 1/offset: {NOT}": lambda j: selectors(j)[
        "Audio Selector 1"
    ].update(Offset=1),
    f"/outputGroups/0/automatedEncodingSettings: {NOT}": lambda j: j["OutputGroups"][0].update(
        AutomatedEncodingSettings={}
    ),
    f"{CMAF}/encryption: {NOT}": lambda j: cmaf(j).update(Encryption={}),
    f"{CMAF}/segmentLength: six is {NOT}": lambda j: cmaf(j).update(SegmentLength="six"),
    f"{OUTPUTS}/0/preset: {NOT}": lambda j: output(j, "_480p").update(Preset="x"),
    f"{OUTPUTS}/0/videoDescription/crop: {NOT}": lambda j: picture(j).update(Crop={}),
    f"{H264}/slices: {NOT}": lambda j: h264(j).update(Slices=2),
    f"{H264}/maxBitrate: True is {NOT}": lambda j: h264(j).update(MaxBitrate=True),
    f"{OUTPUTS}/0/videoDescription/codecSettings/codec: None is {NOT}": lambda j: picture(j).update(
        CodecSettings={}
    ),
    f"{OUTPUTS}/1/audioDescriptions: more than 1 are {NOT}": lambda j: output(j, "_audio")[
        "AudioDescriptions"
    ].append({}),
    f"{OUTPUTS}: without a video {NOT}": lambda j: j["OutputGroups"][0]["Outputs"].pop(0),
    f"/outputGroups/0/outputGroupSettings/type: None is {NOT}": lambda j: j["OutputGroups"].insert(
        0, {}
    ),
}


@pytest.mark.parametrize("refusal", REFUSED)
def test_it_is_named_by_its_path(refusal: str) -> None:
    settings = job("_480p", "_audio", "_poster")
    assert unsupported(settings) == []
    REFUSED[refusal](settings)
    assert refusal in unsupported(settings)


def test_hevc_must_say_hvc1() -> None:
    """MediaConvert's default is hev1."""
    settings = job("_2160p")
    path = f"{OUTPUTS}/0/videoDescription/codecSettings/h265Settings"
    hevc = output(settings, "_2160p")["VideoDescription"]["CodecSettings"]["H265Settings"]
    del hevc["WriteMp4PackagingType"]
    assert unsupported(settings) == [f"{path}/writeMp4PackagingType: to leave it out is {NOT}"]
