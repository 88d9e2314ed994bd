"""FFmpeg's filters for pictures and sound: from settings and a source to a filter graph."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import takewhile

from local.mediaconvert.encode.layout import Output, Settings
from local.mediaconvert.encode.source import Source

_AS_STORED = "DEGREE_0"
_ROTATIONS = {
    _AS_STORED: [],
    "DEGREES_90": ["transpose=clock"],
    "DEGREES_180": ["hflip", "vflip"],
    "DEGREES_270": ["transpose=cclock"],
}
_DEINT = {"NORMAL": "interlaced", "FORCE_ALL_FRAMES": "all"}
_TONE_CURVES = {"PRESERVE_DETAILS": "hable", "VIBRANT": "mobius"}
_LAYOUTS = {"CODING_MODE_1_0": "mono", "CODING_MODE_2_0": "stereo", "CODING_MODE_5_1": "5.1"}
_JPEG = "out_color_matrix=smpte170m:out_range=full"  # what JFIF has, and viewers take it for
_BT709 = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=limited"

Chain = list[str]


def rotation(selector: Settings, source: Source) -> str:
    """How the input is to be turned: by default not at all, and automatically only as MP4's and
    QuickTime's own metadata say.

    https://docs.aws.amazon.com/mediaconvert/latest/ug/auto-rotate-requirements.html
    """
    rotate = str(selector.get("Rotate", _AS_STORED))
    return _AS_STORED if rotate == "AUTO" and source.demuxer != "mov" else rotate


def upright(source: Source, rotate: str) -> tuple[int, int, Fraction]:
    """Width, height and pixel aspect ratio after rotation."""
    turned = source.turned if rotate == "AUTO" else rotate in {"DEGREES_90", "DEGREES_270"}
    if turned:
        return source.height, source.width, 1 / source.sar
    return source.width, source.height, source.sar


def size(description: Settings, source: Source, rotate: str) -> tuple[int, int]:
    """The output's size: as stated; with one side stated, the other in proportion; else as is."""
    width, height, sar = upright(source, rotate)
    shape = width * sar / height
    match description:
        case {"Width": int(across), "Height": int(down)}:
            return across, down
        case {"Width": int(across)}:
            return across, _even(across / shape)
        case {"Height": int(down)}:
            return _even(down * shape), down
        case _:
            return _even(width * max(sar, Fraction(1))), _even(height / min(sar, Fraction(1)))


def picture(output: Output, source: Source, rotate: str, rate: Fraction) -> Chain:
    """All that happens to a frame on its way from the decoder to this output's encoder."""
    description = output.settings
    chain = [*_ROTATIONS.get(rotate, []), *_deinterlaced(description)]
    chain.append(f"fps={rate}:start_time=0")
    if output.kind == "FRAME_CAPTURE":
        chain.append(_captured(output.codec))
    chain += _scaled(output, source, rotate)
    chain += _coloured(output, source)
    chain += [f"setsar={_pixel_aspect(output, source, rotate)}", f"format={_format(output)}"]
    return chain


def sound(output: Output) -> Chain:
    """Sound from the first frame on: a late start is filled with silence, gaps too."""
    codec = output.codec
    layout = _LAYOUTS[codec.get("CodingMode", "CODING_MODE_2_0")]
    return [
        f"aresample={codec.get('SampleRate', 48000)}:async=1:first_pts=0",
        f"aformat=channel_layouts={layout}",
    ]


def graph(pad: str, chains: Sequence[Chain], labels: Sequence[str]) -> str:
    """One graph from the input `pad` to all `labels`: what the chains begin with is done once."""
    alike = takewhile(lambda step: len(set(step)) == 1, zip(*chains, strict=False))
    shared = [step[0] for step in alike]
    trunk = ",".join([*shared, f"split={len(chains)}"])
    pads = [f"[{label}_]" for label in labels]
    branches = [
        f"{pad}{','.join(chain[len(shared) :]) or 'null'}[{label}]"
        for pad, chain, label in zip(pads, chains, labels, strict=True)
    ]
    return ";".join([f"[{pad}]{trunk}{''.join(pads)}", *branches])


def _deinterlaced(description: Settings) -> Chain:
    deinterlacer = description.get("VideoPreprocessors", {}).get("Deinterlacer")
    if deinterlacer is None:
        return []
    return [f"bwdif=deint={_DEINT[deinterlacer.get('Control', 'NORMAL')]}:mode=send_frame"]


def _captured(codec: Settings) -> str:
    """The first frame, then one per interval: the first whose time reached it."""
    interval = Fraction(codec["FramerateDenominator"], codec["FramerateNumerator"])
    due = f"gte(t+1e-6,selected_n*{interval.numerator}/{interval.denominator})"
    return f"select='lt(selected_n,{codec.get('MaxCaptures', 10_000_000)})*{due}'"


def _scaled(output: Output, source: Source, rotate: str) -> Chain:
    """STRETCH_TO_OUTPUT fills the output; DEFAULT keeps the shape, between black bars."""
    width, height = size(output.settings, source, rotate)
    inner = width, height
    if output.settings.get("ScalingBehavior", "DEFAULT") == "DEFAULT":
        inner = _fitted(width, height, source, rotate)
    scale = f"scale={inner[0]}:{inner[1]}:flags=bicubic{_matrices(output, source)}"
    return [scale] if inner == (width, height) else [scale, f"pad={width}:{height}:-1:-1"]


def _matrices(output: Output, source: Source) -> str:
    """Which matrix and range pictures change to as they are scaled; tone mapping does its own."""
    if _tone_mapped(output, source):
        return ""
    if output.kind == "FRAME_CAPTURE":
        return f":in_color_matrix={source.matrix}:{_JPEG}"
    if _converts(output.settings):
        return f":in_color_matrix={source.matrix}:out_color_matrix=bt709:out_range=limited"
    return ""


def _fitted(width: int, height: int, source: Source, rotate: str) -> tuple[int, int]:
    stored_width, stored_height, sar = upright(source, rotate)
    shape = stored_width * sar / stored_height
    if abs(height * shape - width) < 2 or abs(width / shape - height) < 2:
        return width, height  # a bar of a pixel is rounding, not a letterbox
    if width > height * shape:
        return _even(height * shape), height
    return width, _even(width / shape)


def _converts(description: Settings) -> bool:
    corrector = description.get("VideoPreprocessors", {}).get("ColorCorrector", {})
    return bool(corrector.get("ColorSpaceConversion") == "FORCE_709")


def _tone_mapped(output: Output, source: Source) -> bool:
    return source.hdr and _converts(output.settings)


def _coloured(output: Output, source: Source) -> Chain:
    """To SDR BT.709 where that is asked for; HLG is always mapped with its details preserved."""
    if not _tone_mapped(output, source):
        converted = _converts(output.settings) and output.kind != "FRAME_CAPTURE"
        return [_BT709] if converted else []
    corrector = output.settings["VideoPreprocessors"]["ColorCorrector"]
    mapper = corrector.get("HdrToSdrToneMapper", "PRESERVE_DETAILS")
    curve = _TONE_CURVES["PRESERVE_DETAILS" if source.hlg else mapper]
    yuv = "170m:range=full" if output.kind == "FRAME_CAPTURE" else "bt709:range=limited"
    return [
        "zscale=transfer=linear:npl=100",  # nits of SDR white
        "format=gbrpf32le",
        "zscale=primaries=bt709",
        f"tonemap={curve}:desat=0",
        f"zscale=transfer=bt709:matrix={yuv}",
    ]


def _pixel_aspect(output: Output, source: Source, rotate: str) -> str:
    codec = output.codec
    if codec.get("ParControl") == "SPECIFIED":
        return f"{codec['ParNumerator']}/{codec['ParDenominator']}"
    if output.settings.get("ScalingBehavior") == "STRETCH_TO_OUTPUT":
        sar = upright(source, rotate)[2]
        return f"{sar.numerator}/{sar.denominator}"
    return "1"


def _format(output: Output) -> str:
    if output.kind == "FRAME_CAPTURE":
        return "yuvj420p"
    return "yuv420p10le" if output.codec.get("CodecProfile") == "MAIN10_MAIN" else "yuv420p"


def _even(length: float | Fraction) -> int:
    return max(2, round(length / 2) * 2)
