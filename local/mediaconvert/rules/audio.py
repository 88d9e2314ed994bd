"""Rules of an output's sound."""

from __future__ import annotations

from local.mediaconvert.rules.codec import codec_rules
from local.mediaconvert.rules.node import Node, Rule, api

AAC_BITRATES = frozenset(
    1000 * kilobits
    for kilobits in (
        *(6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224),
        *(256, 288, 320, 384, 448, 512, 576, 640, 768, 896, 1024),
    )
)
_SELECTORS = ("AudioSelectors", "AudioSelectorGroups", "DynamicAudioSelectors")
_ENCODERS = {
    "AAC": "AacSettings",
    "AC3": "Ac3Settings",
    "AC4": "Ac4Settings",
    "AIFF": "AiffSettings",
    "EAC3": "Eac3Settings",
    "EAC3_ATMOS": "Eac3AtmosSettings",
    "FLAC": "FlacSettings",
    "MP2": "Mp2Settings",
    "MP3": "Mp3Settings",
    "OPUS": "OpusSettings",
    "VORBIS": "VorbisSettings",
    "WAV": "WavSettings",
}


def _is_silent(audio: Node) -> bool:
    """Whether some input has no selector of the name: AWS then inserts silence."""
    name = audio.get("AudioSourceName") or "Audio Selector 1"
    inputs = audio.above.above.above.children("Inputs")
    return not all(any(name in (media.get(kind) or ()) for kind in _SELECTORS) for media in inputs)


def _is_vbr(aac: Node) -> bool:
    return bool(aac.get("RateControlMode") == "VBR")


AUDIO = (
    Rule(
        "AudioSourceName",
        _is_silent,
        "No audio selector of the input has this name: there would be silence.",
        api("audiodescription", "audioSourceName"),
    ),
    *codec_rules(_ENCODERS, "audiocodecsettings"),
)

AAC = (
    Rule(
        "Bitrate",
        lambda aac: not _is_vbr(aac) and aac.get("Bitrate") not in {None, *AAC_BITRATES},
        "Not one of the bitrates of AAC.",
        api("aacsettings", "bitrate"),
    ),
    Rule(
        "Bitrate",
        lambda aac: _is_vbr(aac) and aac.get("Bitrate"),
        "VBR has a VbrQuality, CBR a Bitrate.",
        api("audiocodecsettings", "aacSettings"),
    ),
    Rule(
        "VbrQuality",
        lambda aac: not _is_vbr(aac) and aac.get("VbrQuality"),
        "VBR has a VbrQuality, CBR a Bitrate.",
        api("audiocodecsettings", "aacSettings"),
    ),
)
