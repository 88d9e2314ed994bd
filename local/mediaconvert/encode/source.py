"""What the engine must know of its input, read without trusting it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import av

from local.mediaconvert.encode.containers import demuxer
from local.mediaconvert.encode.errors import Code, EncodeError
from local.mediaconvert.encode.rates import FASTEST, constant

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_PQ, _HLG = 16, 18  # transfer characteristics of ITU-T H.273
_UNSPECIFIED = 2
_HD_LINES = 720
_COUNTED = 100  # frames
_MATRICES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc", 10: "bt2020c"}


@dataclass(frozen=True, kw_only=True)
class Source:
    """`video` and `audio` are stream indexes, audio tracks in order; `width` × `height` as stored,
    `turned` by a quarter where it is shown upright, `sar` its pixel aspect ratio as stored;
    `duration` in seconds of the video (of `whole` container, sound included, where the video's own
    isn't known), None where the container doesn't say."""

    path: Path
    demuxer: str
    video: int
    audio: tuple[int, ...]
    width: int
    height: int
    turned: bool
    sar: Fraction
    frame_rate: Fraction
    duration: float | None
    whole: bool
    transfer: int
    matrix: str

    @property
    def hdr(self) -> bool:
        return self.transfer in {_PQ, _HLG}

    @property
    def hlg(self) -> bool:
        return self.transfer == _HLG


def guarded(name: str) -> dict[str, str]:
    """Options for opening an input as `name`: no other format, nothing but local files."""
    return {"protocol_whitelist": "file", "format_whitelist": name}


def probe(path: Path) -> Source:
    """Raises EncodeError: unreadable (1010), no video (1020), a codec unknown here (1030)."""
    name = demuxer(path) if path.stat().st_size else None
    if name is None:
        raise EncodeError(
            Code.FILE_ACCESS,
            f"Unable to open input file [{path.name}]: "
            "[Failed probe/open: [No parser found for container]]",
        )
    try:
        with av.open(str(path), format=name, options=guarded(name)) as container:
            return _described(path, name, container)
    except av.error.FFmpegError as error:
        raise EncodeError(
            Code.FILE_ACCESS,
            f"Unable to open input file [{path.name}]: [Failed probe/open: [{error.strerror}]]",
        ) from error


def _described(path: Path, name: str, container: InputContainer) -> Source:
    stream = _picture(container)
    frame = _first_frame(container, stream)
    own = (
        float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None
    )
    whole = container.duration / av.time_base if container.duration else None
    return Source(
        path=path,
        demuxer=name,
        video=stream.index,
        audio=tuple(track.index for track in container.streams.audio),
        width=frame.width,
        height=frame.height,
        turned=frame.rotation % 180 != 0,
        sar=Fraction(stream.sample_aspect_ratio or 1),
        frame_rate=constant(_average_rate(container, stream), stream.base_rate),
        duration=own or whole,
        whole=own is None,
        transfer=int(frame.color_trc),
        matrix=_matrix(int(frame.colorspace), frame.height),
    )


def _picture(container: InputContainer) -> VideoStream:
    """The first moving picture: cover art is a video stream, too."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    raise EncodeError(Code.NO_VIDEO, "No video found in the input: [no video elementary stream]")


def _first_frame(container: InputContainer, stream: VideoStream) -> VideoFrame:
    if stream.codec_context is None:
        raise EncodeError(Code.UNSUPPORTED_CODEC, "Unsupported video codec in the input")
    try:
        for frame in islice(container.decode(stream), 1):
            return frame
    except av.error.FFmpegError as error:
        raise EncodeError(
            Code.DEMUXER_PARSE, f"No picture of the input can be decoded: [{error.strerror}]"
        ) from error
    raise EncodeError(Code.NO_VIDEO, "No video found in the input: [it holds no frame]")


def _average_rate(container: InputContainer, stream: VideoStream) -> Fraction | None:
    """Frames per second. Matroska may not say, and what FFmpeg then gives is the ticks of its
    clock: count the frames that come next."""
    stated = stream.average_rate
    if stream.time_base is None or (stated and stated <= FASTEST):
        return stated
    packets = islice(container.demux(stream), _COUNTED)
    times = sorted(packet.pts for packet in packets if packet.pts is not None)
    gaps = [after - before for before, after in pairwise(times) if after > before]
    # Frames that refer to later ones are missing at both ends: their gaps are no frame's length.
    usual = [gap for gap in gaps if gap < 1.5 * median(gaps)]
    return Fraction(len(usual), sum(usual)) / stream.time_base if usual else None


def _matrix(code: int, lines: int) -> str:
    """A picture that doesn't say is taken as players take it: HD is BT.709, SD is BT.601."""
    if code in _MATRICES:
        return _MATRICES[code]
    return "bt709" if lines >= _HD_LINES else "smpte170m"
