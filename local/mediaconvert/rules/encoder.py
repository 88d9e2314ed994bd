"""Rules that H.264's and H.265's settings share: rates, groups of pictures, fractions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from local.mediaconvert.rules.job import group_type
from local.mediaconvert.rules.node import UG, Node, Rule, api

_QVBR = f"{UG}/cbr-vbr-qvbr.html"
_MOST_BITS = {"H264Settings": 1_152_000_000, "H265Settings": 1_466_400_000}


def _is_qvbr(encoder: Node) -> bool:
    return bool(encoder.get("RateControlMode") == "QVBR")


def _output(encoder: Node) -> Node:
    return encoder.above.above


def _group_length(encoder: Node, name: str, default: int) -> int | None:
    """Seconds of the group's segments or fragments; None where it isn't CMAF."""
    group = _output(encoder).above
    if group_type(group) != "CMAF_GROUP_SETTINGS":
        return None
    return group.get("OutputGroupSettings", "CmafGroupSettings", name) or default


def _gop_seconds(encoder: Node) -> Fraction | None:
    """None where the source's frame rate decides, or the encoder."""
    size = Fraction(str(encoder.get("GopSize") or 0))
    if encoder.get("GopSizeUnits") == "SECONDS":
        return size or None
    if encoder.get("GopSizeUnits") != "FRAMES" or encoder.get("FramerateControl") != "SPECIFIED":
        return None
    rate = Fraction(
        encoder.get("FramerateNumerator") or 0, encoder.get("FramerateDenominator") or 1
    )
    return size / rate if size and rate else None


def _cuts_gops(name: str, default: int, *, closed: bool) -> Callable[[Node], bool]:
    """Whether segments or fragments of the group end within a group of pictures."""

    def cuts(encoder: Node) -> bool:
        length, gop = _group_length(encoder, name, default), _gop_seconds(encoder)
        cadence = (encoder.get("GopClosedCadence") or 1) if closed else 1
        return bool(length and gop and length % (gop * cadence))

    return cuts


def _ill_sized(encoder: Node) -> bool:
    size = encoder.get("GopSize")
    if encoder.get("GopSizeUnits") in {"SECONDS", "FRAMES"}:
        return not size or (encoder.get("GopSizeUnits") == "FRAMES" and size % 1)
    return size is not None


def _out_of(low: float, high: float, *names: str) -> Callable[[Node], bool]:
    def outside(encoder: Node) -> bool:
        value = encoder.get(*names)
        return value is not None and not low <= value <= high

    return outside


def _incomplete(control: str, *numbers: str) -> Callable[[Node], bool]:
    """Whether `control` is SPECIFIED without its numbers."""
    return lambda encoder: (
        encoder.get(control) == "SPECIFIED" and not all(map(encoder.get, numbers))
    )


def _unasked(control: str, *numbers: str) -> Callable[[Node], bool]:
    return lambda encoder: encoder.get(control) != "SPECIFIED" and any(map(encoder.get, numbers))


def _fraction_rules(control: str, name: str) -> tuple[Rule, ...]:
    numbers = (f"{name}Numerator", f"{name}Denominator")
    return (
        Rule(
            control,
            _incomplete(control, *numbers),
            f"SPECIFIED needs {numbers[0]} and {numbers[1]}.",
            api("h264settings", control),
        ),
        Rule(
            numbers[0],
            _unasked(control, *numbers),
            f"The fraction needs {control} SPECIFIED.",
            api("h264settings", numbers[0]),
        ),
    )


_RATES = (
    Rule(
        "MaxBitrate",
        lambda encoder: _is_qvbr(encoder) and not encoder.get("MaxBitrate"),
        "Required when RateControlMode is QVBR.",
        api("h264settings", "maxBitrate"),
    ),
    Rule(
        "Bitrate",
        lambda encoder: _is_qvbr(encoder) and encoder.get("Bitrate"),
        "QVBR has no average bitrate: it follows from the quality level.",
        _QVBR,
    ),
    Rule(
        "Bitrate",
        lambda encoder: (
            encoder.get("RateControlMode") in {"CBR", "VBR"} and not encoder.get("Bitrate")
        ),
        "Required for VBR and CBR.",
        api("h264settings", "bitrate"),
    ),
    Rule(
        "QvbrSettings",
        lambda encoder: encoder.get("QvbrSettings") and not _is_qvbr(encoder),
        "Only when RateControlMode is QVBR.",
        api("h264settings", "qvbrSettings"),
    ),
    Rule(
        "QvbrSettings.QvbrQualityLevel",
        _out_of(1, 10, "QvbrSettings", "QvbrQualityLevel"),
        "A quality level is 1 to 10.",
        _QVBR,
    ),
    Rule(
        "QvbrSettings.QvbrQualityLevelFineTune",
        _out_of(0, 1, "QvbrSettings", "QvbrQualityLevelFineTune"),
        "A quality level is tuned by 0 to 1.",
        api("h264qvbrsettings", "qvbrQualityLevelFineTune"),
    ),
    Rule(
        "QvbrSettings.MaxAverageBitrate",
        lambda encoder: (
            encoder.get("QvbrSettings", "MaxAverageBitrate")
            and encoder.get("QualityTuningLevel") != "MULTI_PASS_HQ"
        ),
        "An average is held only by MULTI_PASS_HQ.",
        _QVBR,
    ),
)

_GOPS = (
    Rule(
        "GopSize",
        _ill_sized,
        "Seconds, or whole frames, as GopSizeUnits says; blank with AUTO.",
        api("h264settings", "gopSize"),
    ),
    Rule(
        "GopClosedCadence",
        lambda encoder: (
            encoder.get("GopClosedCadence") == 0
            and group_type(_output(encoder).above) != "FILE_GROUP_SETTINGS"
        ),
        "Segmented outputs have closed GOPs: not 0.",
        api("h264settings", "gopClosedCadence"),
    ),
    Rule(
        "GopSize",
        _cuts_gops("FragmentLength", 2, closed=True),
        "FragmentLength is a multiple of GopSize × GopClosedCadence.",
        f"{UG}/setting-the-fragment-length.html",
    ),
    Rule(
        "GopSize",
        _cuts_gops("SegmentLength", 10, closed=False),
        "SegmentLength is a multiple of GopSize.",
        f"{UG}/gop-structure.html",
    ),
)

_BITSTREAM = (
    Rule(
        "EntropyEncoding",
        lambda encoder: (
            encoder.get("EntropyEncoding") == "CABAC" and encoder.get("CodecProfile") == "BASELINE"
        ),
        "CABAC needs the main or high profile.",
        api("h264settings", "entropyEncoding"),
    ),
    Rule(
        "WriteMp4PackagingType",
        lambda encoder: (
            encoder.get("WriteMp4PackagingType")
            and _output(encoder).get("ContainerSettings", "Container") not in {"CMFC", "MPD", "MP4"}
        ),
        "Only in CMAF, DASH and MP4 outputs.",
        api("h265settings", "writeMp4PackagingType"),
    ),
)


def encoder_rules(settings: str) -> tuple[Rule, ...]:
    """Of `H264Settings` or `H265Settings`."""
    most = _MOST_BITS[settings]
    bounds = tuple(
        Rule(
            name,
            _out_of(1000, most, name),
            f"1,000 to {most:,} bits per second.",
            api(settings, name),
        )
        for name in ("Bitrate", "MaxBitrate")
    )
    fractions = (
        *_fraction_rules("ParControl", "Par"),
        *_fraction_rules("FramerateControl", "Framerate"),
    )
    return (*_RATES, *bounds, *_GOPS, *fractions, *_BITSTREAM)
