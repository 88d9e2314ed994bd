"""Rules of a job as a whole, its inputs and its output groups."""

from __future__ import annotations

import re

from local.mediaconvert.rules.node import OURS, UG, Node, Rule, api

GROUP_SETTINGS = {
    "CMAF_GROUP_SETTINGS": "CmafGroupSettings",
    "DASH_ISO_GROUP_SETTINGS": "DashIsoGroupSettings",
    "FILE_GROUP_SETTINGS": "FileGroupSettings",
    "HLS_GROUP_SETTINGS": "HlsGroupSettings",
    "MS_SMOOTH_GROUP_SETTINGS": "MsSmoothGroupSettings",
}


def group_type(group: Node) -> str:
    return str(group.get("OutputGroupSettings", "Type"))


def codec(output: Node) -> str | None:
    name: str | None = output.get("VideoDescription", "CodecSettings", "Codec")
    return name


def group_settings(group: Node) -> Node | None:
    """The settings that the group's type names."""
    name = GROUP_SETTINGS.get(group_type(group), "")
    present = group.get("OutputGroupSettings", name) is not None
    return group.child("OutputGroupSettings", name) if present else None


def _only_captures(job: Node) -> bool:
    outputs = [
        output for group in job.children("OutputGroups") for output in group.children("Outputs")
    ]
    return bool(outputs) and all(codec(output) == "FRAME_CAPTURE" for output in outputs)


def _foreign_settings(group: Node) -> bool:
    own = GROUP_SETTINGS.get(group_type(group))
    return any(
        group.get("OutputGroupSettings", name) is not None and name != own
        for name in GROUP_SETTINGS.values()
    )


def _follows_source(group: Node) -> bool:
    """Whether a video output of the group has the source's frame rate."""
    encoders = [
        settings
        for output in group.children("Outputs")
        for settings in (output.get("VideoDescription", "CodecSettings") or {}).values()
        if isinstance(settings, dict)
    ]
    return any(encoder.get("FramerateControl") != "SPECIFIED" for encoder in encoders)


def _ill_ended(cmaf: Node) -> bool:
    shortest = cmaf.get("MinFinalSegmentLength") or 0
    return shortest != 0 and not 1 <= shortest < (cmaf.get("SegmentLength") or 10)


JOB = (
    Rule(
        "Inputs",
        lambda job: not job.get("Inputs"),
        "A job has at least one input.",
        f"{UG}/specify-input-settings.html",
    ),
    Rule(
        "OutputGroups",
        lambda job: not job.get("OutputGroups"),
        "A job has at least one output group.",
        f"{UG}/specify-output-groups.html",
    ),
    Rule(
        "OutputGroups",
        _only_captures,
        "A job can't consist of frame captures only.",
        f"{UG}/file-group-with-frame-capture-output.html",
    ),
)

INPUT = (
    Rule(
        "FileInput",
        lambda media: not media.get("FileInput"),
        "An input names its file.",
        api("input", "fileInput"),
    ),
    Rule(
        "FileInput",
        lambda media: re.match("https?://", media.get("FileInput") or ""),
        "Inputs are read from S3 only: nothing is fetched from the web.",
        OURS,
    ),
    Rule(
        "FileInput",
        lambda media: re.search(r"\?[\w.-]+=", media.get("FileInput") or ""),
        "An input can't include parameters: it is the object's latest version, by its key.",
        f"{UG}/http-input-requirements.html",
    ),
)

GROUP = (
    Rule(
        "OutputGroupSettings",
        lambda group: group_settings(group) is None,
        "A group has the settings that its type names.",
        api("jobsettings", "outputGroups"),
    ),
    Rule(
        "OutputGroupSettings",
        _foreign_settings,
        "A group has no settings of another type than its own.",
        api("jobsettings", "outputGroups"),
    ),
    Rule(
        "Outputs",
        lambda group: not group.get("Outputs"),
        "A group has at least one output.",
        f"{UG}/create-outputs.html",
    ),
)

DESTINATION = (
    Rule(
        "Destination",
        lambda settings: not re.match("s3://[^/]+/", settings.get("Destination") or ""),
        "A destination is s3://bucket/, then folders and a base name.",
        api("cmafgroupsettings", "destination"),
    ),
    Rule(
        "Destination",
        lambda settings: (settings.get("Destination") or "").endswith("/"),
        "Without a base name the outputs take the input's, which is the user's.",
        OURS,
    ),
)

CMAF = (
    Rule(
        "SegmentLength",
        lambda cmaf: (cmaf.get("SegmentLength") or 10) % (cmaf.get("FragmentLength") or 2),
        "A segment holds whole fragments.",
        f"{UG}/setting-the-fragment-length.html",
    ),
    Rule(
        "MpdProfile",
        lambda cmaf: (
            cmaf.get("MpdProfile") == "ON_DEMAND_PROFILE"
            and cmaf.get("SegmentControl") == "SEGMENTED_FILES"
        ),
        "The on-demand profile needs SegmentControl SINGLE_FILE.",
        api("cmafgroupsettings", "mpdProfile"),
    ),
    Rule(
        "SegmentLengthControl",
        lambda cmaf: cmaf.get("SegmentLengthControl") == "MATCH" and _follows_source(cmaf.above),
        "MATCH needs a frame rate that is specified.",
        api("cmafgroupsettings", "segmentLengthControl"),
    ),
    Rule(
        "MinFinalSegmentLength",
        _ill_ended,
        "The shortest last segment is 1 s or longer, and shorter than SegmentLength.",
        api("cmafgroupsettings", "minFinalSegmentLength"),
    ),
)
