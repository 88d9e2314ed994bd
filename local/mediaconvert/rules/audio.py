"""Rules of an output's sound."""

from __future__ import annotations

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
    "AIFF": "AiffSettings",
    "EAC3": "Eac3Settings",
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


def _lacks_encoder(audio: Node) -> bool:
    settings = _ENCODERS.get(str(audio.get("CodecSettings", "Codec")))
    return settings is not None and audio.get("CodecSettings", settings) is None


def _foreign_encoder(audio: Node) -> bool:
    own = _ENCODERS.get(str(audio.get("CodecSettings", "Codec")))
    return any(
        audio.get("CodecSettings", name) is not None and name != own for name in _ENCODERS.values()
    )


def _is_vbr(aac: Node) -> bool:
    return bool(aac.get("RateControlMode") == "VBR")


AUDIO = (
    Rule(
        "AudioSourceName",
        _is_silent,
        "No audio selector of the input has this name: there would be silence.",
        api("audiodescription", "audioSourceName"),
    ),
    Rule(
        "CodecSettings",
        _lacks_encoder,
        "The settings of the codec that is named are required.",
        api("audiocodecsettings", "codec"),
    ),
    Rule(
        "CodecSettings",
        _foreign_encoder,
        "There are settings of a codec that isn't the one named.",
        api("audiocodecsettings", "codec"),
    ),
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
