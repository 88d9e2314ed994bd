"""FFmpeg's encoder options for the codec settings of an output."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from local.mediaconvert.encode.layout import Output, Settings
from local.mediaconvert.encode.rates import Cadence

Arguments = list[str]

_PRESETS = {"SINGLE_PASS": "veryfast", "SINGLE_PASS_HQ": "medium"}
_H264_PROFILES = {"BASELINE": "baseline", "MAIN": "main", "HIGH": "high"}
_H265_PROFILES = {"MAIN_MAIN": "main", "MAIN10_MAIN": "main10"}
_SCENE_CUT = {"DISABLED": 0, "ENABLED": 40}  # x264's and x265's own default is 40
_BUFFER_SECONDS = 2


def crf(level: float, *, hevc: bool) -> float:
    """The constant rate factor for a QVBR quality level of 1 to 10.

    Measured by VMAF on film, animation and phone video with preset veryfast: level 8 gives 93.9 at
    720 lines (x265: 92.9), level 7 gives 93.6 at 480, 95.8 at 360, 94.4 at 272 and 90.5 at 240. So
    the highest rung of a ladder at the levels that AWS recommends (7 and 8) stays above 90.
    """
    return 32 - 1.5 * level + (3 if hevc else 0)


def video(output: Output, cadence: Cadence) -> Arguments:
    """H.264 by x264 or HEVC by x265: IDR frames where `cadence` says and nowhere else."""
    own = _h264(output.codec) if output.kind == "H_264" else _h265(output.codec)
    preset = _PRESETS[output.codec.get("QualityTuningLevel", "SINGLE_PASS_HQ")]
    keyframes = ["-force_key_frames", cadence.keyframes, "-forced-idr", "1"]
    # Twice the GOP: the encoder never starts one itself; its scene cuts become plain I frames.
    interval = ["-g", str(2 * cadence.gop), "-keyint_min", str(cadence.gop + 1)]
    return [*own, "-preset", preset, *interval, *keyframes, *_rate(output)]


def audio(output: Output) -> Arguments:
    return ["-c:a", "aac", "-b:a", str(output.codec.get("Bitrate", 96000))]


def capture(output: Output) -> Arguments:
    return ["-c:v", "mjpeg", "-q:v", f"{quantizer(output.codec.get('Quality', 80)):.2f}"]


def quantizer(quality: int) -> float:
    """mjpeg's quantizer whose tables are on average those of libjpeg at `quality` (1 to 100).

    libjpeg scales a table of mean 57.6 by (200 - 2q) %, or 5000/q % below 50; FFmpeg scales one of
    mean 36 by quantizer/8.
    """
    percent = 200 - 2 * quality if quality >= 50 else 5000 / quality
    return min(max(57.6 * percent / 100 / (36 / 8), 1), 31)


def _h264(codec: Settings) -> Arguments:
    profile = _H264_PROFILES[codec.get("CodecProfile", "MAIN")]
    scene_cut = str(_scene_cut(codec))
    return ["-c:v", "libx264", "-profile:v", profile, "-sc_threshold", scene_cut]


def _h265(codec: Settings) -> Arguments:
    profile = _H265_PROFILES[codec.get("CodecProfile", "MAIN_MAIN")]
    own = f"open-gop=0:scenecut={_scene_cut(codec)}:log-level=error"
    return ["-c:v", "libx265", "-profile:v", profile, "-tag:v", "hvc1", "-x265-params", own]


def _scene_cut(codec: Settings) -> int:
    return _SCENE_CUT[codec.get("SceneChangeDetect", "ENABLED")]


def _rate(output: Output) -> Arguments:
    """QVBR is a constant quality under a ceiling; VBR and CBR aim at a bit rate."""
    codec = output.codec
    mode = codec.get("RateControlMode", "VBR")
    if mode == "QVBR":
        qvbr: Mapping[str, float] = codec.get("QvbrSettings", {})
        level = qvbr.get("QvbrQualityLevel", 7) + qvbr.get("QvbrQualityLevelFineTune", 0)
        factor = crf(float(Fraction(level).limit_denominator(3)), hevc=output.kind == "H_265")
        return ["-crf", f"{factor:.2f}", *_ceiling(codec["MaxBitrate"])]
    rate = codec["Bitrate"]
    ceiling = rate if mode == "CBR" else codec.get("MaxBitrate", 2 * rate)
    floor = ["-minrate", str(rate)] if mode == "CBR" else []
    return ["-b:v", str(rate), *floor, *_ceiling(ceiling)]


def _ceiling(rate: int) -> Arguments:
    return ["-maxrate", str(rate), "-bufsize", str(rate * _BUFFER_SECONDS)]
