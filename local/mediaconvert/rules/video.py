"""Rules of a picture: its size, its codec and what is done to it before that."""

from __future__ import annotations

from collections.abc import Callable

from local.mediaconvert.rules.codec import codec_rules
from local.mediaconvert.rules.node import OURS, UG, Node, Rule, api

_ENCODERS = {
    "AV1": "Av1Settings",
    "AVC_INTRA": "AvcIntraSettings",
    "FRAME_CAPTURE": "FrameCaptureSettings",
    "GIF": "GifSettings",
    "H_264": "H264Settings",
    "H_265": "H265Settings",
    "MPEG2": "Mpeg2Settings",
    "PRORES": "ProresSettings",
    "UNCOMPRESSED": "UncompressedSettings",
    "VC3": "Vc3Settings",
    "VP8": "Vp8Settings",
    "VP9": "Vp9Settings",
    "XAVC": "XavcSettings",
}
_LARGEST = {"H_264": (2160, 4096), "H_265": (4320, 8192)}


def _too_large(video: Node) -> bool:
    sides = sorted((video.get("Width") or 0, video.get("Height") or 0))
    most = _LARGEST.get(video.get("CodecSettings", "Codec"), (8192, 8192))
    return any(side > limit for side, limit in zip(sides, most, strict=True))


def _forced_hdr(video: Node) -> bool:
    corrector = video.child("VideoPreprocessors", "ColorCorrector")
    return corrector.get("ColorSpaceConversion") == "FORCE_HDR10" and not corrector.get(
        "Hdr10Metadata"
    )


def _odd(side: str) -> Callable[[Node], bool]:
    return lambda video: bool((video.get(side) or 0) % 2)


def _longer(side: str, most: int) -> Callable[[Node], bool]:
    return lambda video: (video.get(side) or 0) > most


def enlarging(source: tuple[int, int]) -> tuple[Rule, ...]:
    """What AWS would do without a word; `source` is (width, height) as shown."""
    return tuple(
        Rule(
            side,
            _longer(side, of),
            f"The source has only {of} pixels: enlarging adds bits, not detail.",
            OURS,
        )
        for side, of in zip(("Width", "Height"), source, strict=True)
    )


VIDEO = (
    *(
        Rule(
            side,
            _odd(side),
            "A side is even: chroma is halved (4:2:0).",
            f"{UG}/video-quality.html",
        )
        for side in ("Width", "Height")
    ),
    Rule(
        "Width",
        _too_large,
        "The picture is larger than its codec takes.",
        f"{UG}/supported-output-resolution-maximums-by-codec.html",
    ),
    *codec_rules(_ENCODERS, "videocodecsettings"),
    Rule(
        "VideoPreprocessors.ColorCorrector.Hdr10Metadata",
        _forced_hdr,
        "Required when the color space is converted to HDR 10.",
        api("colorcorrector", "hdr10Metadata"),
    ),
)

CAPTURE = (
    Rule(
        "FramerateNumerator",
        lambda capture: (capture.get("FramerateNumerator") or 0) <= 0,
        "A rate of captures is a fraction above zero.",
        api("framecapturesettings", "framerateNumerator"),
    ),
    Rule(
        "FramerateDenominator",
        lambda capture: (capture.get("FramerateDenominator") or 0) <= 0,
        "A rate of captures is a fraction above zero.",
        api("framecapturesettings", "framerateDenominator"),
    ),
)
