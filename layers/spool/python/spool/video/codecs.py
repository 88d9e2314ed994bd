"""Which containers are demuxed by what, and which codecs in them are taken.

The table is that of MediaConvert's user guide, for a codec that it can't read fails the job:
https://docs.aws.amazon.com/mediaconvert/latest/ug/reference-codecs-containers-input.html
Beyond the table as we could read it: AV1 and, in Matroska and MP4, HEVC and VP9, which
MediaConvert's Probe knows (https://docs.aws.amazon.com/mediaconvert/latest/apireference/probe.html).
"""

from __future__ import annotations

from collections.abc import Mapping

from spool.formats import AVI, MATROSKA, MP4, MPEG_TS, QUICKTIME, WEBM, Format

DEMUXERS: Mapping[Format, str] = {
    MP4: "mov",
    QUICKTIME: "mov",
    MATROSKA: "matroska",
    WEBM: "matroska",
    AVI: "avi",
    MPEG_TS: "mpegts",
}
"""FFmpeg's demuxer of each format. No other is ever used: playlists have their own."""

_MODERN = {"h264", "hevc", "av1", "vp9", "mpeg2video", "mpeg4", "vc1"}
VIDEO_CODECS: Mapping[Format, frozenset[str]] = {
    MP4: frozenset(_MODERN | {"h261", "h263", "jpeg2000", "mpeg1video", "mjpeg"}),
    QUICKTIME: frozenset(
        {"h264", "hevc", "av1", "prores", "mjpeg", "mpeg2video", "mpeg4", "h261", "h263"}
        | {"jpeg2000", "dvvideo", "qtrle", "rawvideo", "v210"}
    ),
    MATROSKA: frozenset(_MODERN | {"vp8"}),
    WEBM: frozenset({"vp8", "vp9", "av1"}),
    AVI: frozenset({"mpeg4", "dvvideo", "rawvideo", "hq_hqa", "hqx"}),
    MPEG_TS: frozenset({"h264", "hevc", "mpeg2video", "vc1"}),
}
"""By FFmpeg's names of codecs."""

AUDIO_CODECS = frozenset(
    {"aac", "ac3", "eac3", "mp2", "mp3", "opus", "vorbis", "flac", "amr_nb", "amr_wb"}
    | {"wmav1", "wmav2", "wmapro"}
)
"""Beside PCM of every kind."""

STILLS = frozenset({"mjpeg", "png", "gif", "webp", "bmp", "tiff", "jpegls", "jpeg2000"})
"""Codecs of pictures: one frame of them is a picture in a video's container."""

_TITLES = {
    "h264": "H.264", "hevc": "HEVC", "av1": "AV1", "vp8": "VP8", "vp9": "VP9", "vvc": "VVC",
    "mpeg1video": "MPEG-1", "mpeg2video": "MPEG-2", "mpeg4": "MPEG-4 part 2", "prores": "ProRes",
    "mjpeg": "Motion JPEG", "png": "PNG", "theora": "Theora", "dnxhd": "DNxHD", "flv1": "Sorenson",
    "cfhd": "CineForm", "wmv3": "WMV 9", "vc1": "VC-1", "dts": "DTS", "truehd": "TrueHD",
    "alac": "ALAC", "rawvideo": "uncompressed video", "ffv1": "FFV1", "h263": "H.263",
}  # fmt: skip


def title(codec: str) -> str:
    """A codec as people write it."""
    return _TITLES.get(codec, codec)


def is_audio_taken(codec: str) -> bool:
    return codec in AUDIO_CODECS or codec.startswith("pcm_")
