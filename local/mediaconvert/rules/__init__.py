"""MediaConvert's semantic rules: what its documents say of settings that fit its model.

The model (botocore's) knows names, types, enums and bounds; what settings must be together is said
in prose only, in the user guide and the API reference, and checked when a job is submitted. Each
rule names the page. A few refuse what AWS would run and this project never means; they name ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local.mediaconvert.rules.audio import AAC, AUDIO
from local.mediaconvert.rules.encoder import encoder_rules
from local.mediaconvert.rules.job import (
    CMAF,
    DESTINATION,
    GROUP,
    INPUT,
    JOB,
    group_settings,
    group_type,
)
from local.mediaconvert.rules.node import Node, Rule, broken
from local.mediaconvert.rules.output import OUTPUT
from local.mediaconvert.rules.video import CAPTURE, VIDEO, enlarging

_Check = tuple[tuple[Rule, ...], Node]


def violations(
    settings: Mapping[str, Any], source_size: tuple[int, int] | None = None
) -> list[str]:
    """`/path/of/setting: what is wrong (page)` for each rule that CreateJob's `Settings` break.

    `settings` fit the model. `source_size` is (width, height) of the input as it is shown; without
    it nothing is said of enlarging.
    """
    checks = _checks(Node(settings), enlarging(source_size) if source_size else ())
    return [text for rules, node in checks for text in broken(rules, node)]


def _checks(job: Node, sizes: tuple[Rule, ...]) -> Iterator[_Check]:
    yield JOB, job
    for media in job.children("Inputs"):
        yield INPUT, media
    for group in job.children("OutputGroups"):
        yield GROUP, group
        if own := group_settings(group):
            yield DESTINATION, own
            yield (CMAF if group_type(group) == "CMAF_GROUP_SETTINGS" else ()), own
        for output in group.children("Outputs"):
            yield from _output_checks(output, sizes)


def _output_checks(output: Node, sizes: tuple[Rule, ...]) -> Iterator[_Check]:
    yield OUTPUT, output
    if output.get("VideoDescription") is not None:
        yield from _video_checks(output.child("VideoDescription"), sizes)
    for audio in output.children("AudioDescriptions"):
        yield AUDIO, audio
        yield AAC, audio.child("CodecSettings", "AacSettings")


def _video_checks(video: Node, sizes: tuple[Rule, ...]) -> Iterator[_Check]:
    yield (*VIDEO, *sizes), video
    for settings in ("H264Settings", "H265Settings"):
        if video.get("CodecSettings", settings) is not None:
            yield encoder_rules(settings), video.child("CodecSettings", settings)
    if video.get("CodecSettings", "FrameCaptureSettings") is not None:
        yield CAPTURE, video.child("CodecSettings", "FrameCaptureSettings")
