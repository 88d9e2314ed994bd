"""What is not implemented is named, wherever it stands in the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from local.mediaconvert.encode import unsupported
from tests.unit.local.mediaconvert.encode.clips import Job, cmaf, h264, job, output

OUTPUTS = "OutputGroups[0].Outputs"
REFUSED: dict[str, Callable[[Job], Any]] = {
    "AvailBlanking": lambda j: j.update(AvailBlanking={}),
    "Inputs[0].InputClippings": lambda j: j["Inputs"][0].update(InputClippings=[]),
    "Inputs: more than 1": lambda j: j["Inputs"].append({"FileInput": "s3://b/k"}),
    "Inputs[0].VideoSelector.ColorSpace=HDR10": lambda j: j["Inputs"][0]["VideoSelector"].update(
        ColorSpace="HDR10"
    ),
    "Inputs[0].AudioSelectors[Audio Selector 1].Offset": lambda j: j["Inputs"][0]["AudioSelectors"][
        "Audio Selector 1"
    ].update(Offset=1),
    "OutputGroups[0].AutomatedEncodingSettings": lambda j: j["OutputGroups"][0].update(
        AutomatedEncodingSettings={}
    ),
    "OutputGroups[0].OutputGroupSettings.CmafGroupSettings.Encryption": lambda j: cmaf(j).update(
        Encryption={}
    ),
    "OutputGroups[0].OutputGroupSettings.CmafGroupSettings.SegmentLength=six": lambda j: cmaf(
        j
    ).update(SegmentLength="six"),
    f"{OUTPUTS}[0].Preset": lambda j: output(j, "_480p").update(Preset="x"),
    f"{OUTPUTS}[0].VideoDescription.Crop": lambda j: output(j, "_480p")["VideoDescription"].update(
        Crop={}
    ),
    f"{OUTPUTS}[0].VideoDescription.CodecSettings.H264Settings.Slices": lambda j: h264(j).update(
        Slices=2
    ),
    f"{OUTPUTS}[0].VideoDescription.CodecSettings.H264Settings.MaxBitrate=True": lambda j: h264(
        j
    ).update(MaxBitrate=True),
    f"{OUTPUTS}[0].VideoDescription.CodecSettings.Codec=None": lambda j: output(j, "_480p")[
        "VideoDescription"
    ].update(CodecSettings={}),
    f"{OUTPUTS}[1].AudioDescriptions: more than 1": lambda j: output(j, "_audio")[
        "AudioDescriptions"
    ].append({}),
    f"{OUTPUTS} without a VideoDescription": lambda j: j["OutputGroups"][0]["Outputs"].pop(0),
    "OutputGroups[0].OutputGroupSettings.Type=None": lambda j: j["OutputGroups"].insert(0, {}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_named_by_its_path(name: str) -> None:
    settings = job("_480p", "_audio", "_poster")
    assert unsupported(settings) == []
    REFUSED[name](settings)
    assert name in unsupported(settings)


def test_hevc_must_say_hvc1() -> None:
    """MediaConvert's default is hev1."""
    settings = job("_2160p")
    path = f"{OUTPUTS}[0].VideoDescription.CodecSettings.H265Settings"
    hevc = output(settings, "_2160p")["VideoDescription"]["CodecSettings"]["H265Settings"]
    del hevc["WriteMp4PackagingType"]
    assert unsupported(settings) == [f"{path}.WriteMp4PackagingType left out"]
