"""What MediaConvert stores for a video, made by FFmpeg: CMAF, playlists and captured frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from spool.video.ladder import capture_size, rungs, sprite_interval
from spool.video.source import VideoSource
from tests.clips import ffmpeg
from tests.unit.video.sources import video

SEGMENT_SECONDS = 2
H264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "30", "-bf", "2", "-pix_fmt", "yuv420p")


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A video as FFmpeg's lavfi describes its picture and sound."""

    picture: str
    sound: str | None
    source: VideoSource
    encoding: Sequence[str] = H264


def clip(
    width: int = 320,
    height: int = 180,
    seconds: float = 4,
    *,
    rate: str = "25",
    sound: str | None = "sine=frequency=440",
    picture: str = "testsrc2=size={size}:rate={rate},hue=h=20*t",
    encoding: Sequence[str] = H264,
) -> Clip:
    channels = 2 if sound else 0
    source = video(width, height, duration=seconds, frame_rate=rate, audio_channels=channels)
    shown = picture.format(size=f"{width}x{height}", rate=rate)
    return Clip(
        picture=f"{shown},trim=duration={seconds}",
        sound=sound and f"{sound},atrim=duration={seconds}",
        source=source,
        encoding=encoding,
    )


def encode(clip: Clip, folder: Path) -> None:
    """Write `stream/…` and the captures, `frame_…`, as the job's groups are named."""
    encode_stream(clip, folder)
    _captures(clip, folder)


def encode_stream(clip: Clip, folder: Path) -> None:
    """Without the captures."""
    stream = folder / "stream"
    stream.mkdir()
    ladder = rungs(clip.source, uhd=False)
    for rung in ladder:
        scaled = f"{clip.picture},scale={rung.width}:{rung.height},setsar=1"
        frames = str(max(1, round(SEGMENT_SECONDS * clip.source.frame_rate)))
        closed = ("-g", frames, "-keyint_min", frames, "-sc_threshold", "0")
        _segments(stream, f"video_{rung.name}", "cmfv", scaled, *clip.encoding, *closed)
    if clip.sound:
        sound = f"{clip.sound},aformat=channel_layouts=stereo:sample_rates=48000"
        _segments(stream, "video_audio", "cmfa", sound, "-c:a", "aac", "-b:a", "64k")
    variants = chain.from_iterable(
        (
            f"#EXT-X-STREAM-INF:BANDWIDTH=100000,RESOLUTION={rung.width}x{rung.height},"
            'CODECS="avc1.64001f,mp4a.40.2"' + (',AUDIO="program_audio"' if clip.sound else ""),
            f"video_{rung.name}.m3u8",
        )
        for rung in ladder
    )
    (stream / "video.m3u8").write_text("\n".join([*_master_head(clip), *variants, ""]))
    (stream / "video.mpd").write_text("<MPD/>")


def track(folder: Path, name: str) -> Iterator[bytes]:
    """A track's initialization segment, then its segments: `name` is e.g. `video_480p`."""
    yield next((folder / "stream").glob(f"{name}init.*")).read_bytes()
    for path in sorted((folder / "stream").glob(f"{name}_0*.cmf?")):
        yield path.read_bytes()


def _master_head(clip: Clip) -> list[str]:
    sound = (
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="program_audio",NAME="audio",DEFAULT=YES,'
        'AUTOSELECT=YES,CHANNELS="2",URI="video_audio.m3u8"'
    )
    return ["#EXTM3U", "#EXT-X-VERSION:7", *([sound] if clip.sound else [])]


def _segments(folder: Path, name: str, extension: str, lavfi: str, *encoding: str) -> None:
    ffmpeg(
        *("-f", "lavfi", "-i", lavfi, *encoding),
        *("-avoid_negative_ts", "disabled"),  # else each track would begin at a time of its own
        *("-f", "hls", "-hls_segment_type", "fmp4", "-hls_playlist_type", "vod"),
        *("-hls_time", str(SEGMENT_SECONDS), "-start_number", "1"),
        *("-hls_fmp4_init_filename", f"{name}init.{extension}"),
        *("-hls_segment_filename", f"{folder}/{name}_%09d.{extension}"),
        f"{folder}/{name}.m3u8",
    )


def _captures(clip: Clip, folder: Path) -> None:
    width, height = capture_size(clip.source)
    for output, interval, most in (
        ("poster", 1, 2),
        ("sprite", sprite_interval(clip.source.duration), 100),
    ):
        chosen = f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{interval})'"
        ffmpeg(
            *("-f", "lavfi", "-i", f"{clip.picture},{chosen},scale={width}:{height}"),
            *("-fps_mode", "passthrough", "-frames:v", str(most), "-q:v", "3"),
            *("-start_number", "0", f"{folder}/frame_{output}.%07d.jpg"),
        )
