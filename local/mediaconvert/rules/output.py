"""Rules of an output: what it holds, in which container, under which name."""

from __future__ import annotations

from local.mediaconvert.rules.job import codec, group_type
from local.mediaconvert.rules.node import UG, Node, Rule, api

_CONTAINERS = {
    "CMAF_GROUP_SETTINGS": {"CMFC"},
    "DASH_ISO_GROUP_SETTINGS": {"MPD"},
    "HLS_GROUP_SETTINGS": {"M3U8"},
    "MS_SMOOTH_GROUP_SETTINGS": {"ISMV"},
}
_STREAMED = set().union(*_CONTAINERS.values())
_MEDIA = ("VideoDescription", "AudioDescriptions", "CaptionDescriptions")
_CAPTURES = f"{UG}/file-group-with-frame-capture-output.html"


def _media(output: Node) -> int:
    return sum(bool(output.get(name)) for name in _MEDIA)


def _is_capture(output: Node) -> bool:
    return codec(output) == "FRAME_CAPTURE"


def _in_wrong_container(output: Node) -> bool:
    if _is_capture(output):
        return False
    container = output.get("ContainerSettings", "Container")
    streamed = _CONTAINERS.get(group_type(output.above))
    return container not in streamed if streamed else container in _STREAMED


def _modifiers(output: Node) -> list[str | None]:
    return [sibling.get("NameModifier") for sibling in output.above.children("Outputs")]


def _renditions_of_sound(output: Node) -> int:
    return sum(
        bool(sibling.get("AudioDescriptions")) for sibling in output.above.children("Outputs")
    )


OUTPUT = (
    Rule(
        "",
        lambda output: not output.get("Preset") and _media(output) == 0,
        "An output holds video, audio or captions.",
        f"{UG}/create-outputs.html",
    ),
    Rule(
        "AudioDescriptions",
        lambda output: group_type(output.above) == "CMAF_GROUP_SETTINGS" and _media(output) > 1,
        "In a CMAF group video, audio and captions are outputs of their own.",
        f"{UG}/create-outputs.html",
    ),
    Rule(
        "AudioDescriptions",
        lambda output: _is_capture(output) and output.get("AudioDescriptions"),
        "A frame capture has no audio.",
        _CAPTURES,
    ),
    Rule(
        "ContainerSettings.Container",
        _in_wrong_container,
        "The container isn't one of this group's type.",
        api("containersettings", "container"),
    ),
    Rule(
        "ContainerSettings.Container",
        lambda output: (
            _is_capture(output) and output.get("ContainerSettings", "Container") != "RAW"
        ),
        "Frame captures have no container: RAW.",
        _CAPTURES,
    ),
    Rule(
        "VideoDescription.CodecSettings.Codec",
        lambda output: _is_capture(output) and group_type(output.above) != "FILE_GROUP_SETTINGS",
        "Frame captures belong in a file group.",
        _CAPTURES,
    ),
    Rule(
        "ContainerSettings.CmfcSettings",
        lambda output: (
            group_type(output.above) == "CMAF_GROUP_SETTINGS"
            and output.get("AudioDescriptions")
            and _renditions_of_sound(output) > 1
            and not output.get("ContainerSettings", "CmfcSettings", "AudioTrackType")
        ),
        "Several audio outputs say each whether players select it: AudioTrackType.",
        api("cmfcsettings", "audioTrackType"),
    ),
    Rule(
        "Preset",
        lambda output: output.get("Preset") and output.get("ContainerSettings"),
        "An output has a preset or container settings, not both.",
        api("output", "preset"),
    ),
    Rule(
        "NameModifier",
        lambda output: not output.get("NameModifier") and len(_modifiers(output)) > 1,
        "Each of several outputs in a group has a name modifier.",
        api("output", "nameModifier"),
    ),
    Rule(
        "NameModifier",
        lambda output: _modifiers(output).count(output.get("NameModifier") or "") > 1,
        "Two outputs of a group would overwrite one another.",
        api("output", "nameModifier"),
    ),
    Rule(
        "Extension",
        lambda output: (
            output.get("Extension") and group_type(output.above) != "FILE_GROUP_SETTINGS"
        ),
        "Only outputs of a file group choose their extension.",
        api("output", "extension"),
    ),
)
