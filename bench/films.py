"""A bucket with an encoder's output, as long as one likes: a real segment again and again."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg

from spool.events import Run
from spool.services.storage_ports import Head, Stored
from spool.video.ladder import rungs
from spool.video.source import VideoSource

SECONDS = 6.4  # of a segment: whole numbers of pictures and of AAC frames
RATE = 30
VIDEO_BITS, AUDIO_BITS = 2_200_000, 128_000  # per second
SEGMENTS = 2250  # four hours, the longest that is taken, and 4 GB: an index grows with the frames
RUN = Run(
    bucket="originals",
    key="originals/org/proj/media_1-film.mp4",
    version_id="v1",
    sequencer="0A",
    size=1,
    org_id="org",
    project_id="proj",
    media_id="media_1",
    tag="0123456789ab",
    attempt=1,
    correlation_id="bench",
)
_SEGMENT = re.compile(r"_(\d{9})\.cmf.$")


def tracks(path: Path) -> Path:
    """Two fragmented MP4s of one segment each, one behind the other: noise to see and to hear."""
    path.write_bytes(_track(path.with_suffix(".cmfv")) + _track(path.with_suffix(".cmfa")))
    return path


def _track(path: Path) -> bytes:
    if path.suffix == ".cmfa":
        frames = ("-frames:a", str(round(SECONDS * 48_000 / 1024) - 1))  # and one that it ends with
        return _made(path, "-i", f"anoisesrc=d={SECONDS}:r=48000", "-b:a", str(AUDIO_BITS), *frames)
    bits = str(VIDEO_BITS)
    return _made(
        path,
        *("-i", f"nullsrc=s=640x360:r={RATE}:d={SECONDS},geq=random(1)*255:128:128"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60"),
        *("-b:v", bits, "-minrate", bits, "-maxrate", bits, "-bufsize", bits),
    )


def _made(path: Path, *arguments: str) -> bytes:
    fragmented = ("-movflags", "empty_moov+default_base_moof", "-frag_duration", "60000000")
    command = (imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi")
    subprocess.run([*command, *arguments, *fragmented, "-f", "mp4", path], check=True)
    return path.read_bytes()


class Film:
    """Implements `Objects` as `collect_outputs` uses it; what is put is counted, and gone."""

    def __init__(self, tracks: bytes, segments: int = SEGMENTS) -> None:
        self.stored = 0
        self._segments = segments
        self.source = VideoSource(
            width=1920,
            height=1080,
            duration=segments * SECONDS,
            frame_rate=Fraction(RATE),
            audio_channels=2,
            hdr=False,
        )
        second = tracks.index(b"ftyp", 8) - 4
        self._tracks = {"cmfv": _Track(tracks[:second]), "cmfa": _Track(tracks[second:])}
        ladder = rungs(self.source, uhd=False)
        self._playlists = {
            "video.m3u8": "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI=video_audio.m3u8\n"
            + "".join(
                f"#EXT-X-STREAM-INF:RESOLUTION={rung.width}x{rung.height}\nvideo_{rung.name}.m3u8\n"
                for rung in ladder
            ),
            **{
                f"video_{rung.name}.m3u8": self._playlist(f"video_{rung.name}", "cmfv")
                for rung in ladder
            },
            "video_audio.m3u8": self._playlist("video_audio", "cmfa"),
        }

    def head(self, _key: str, version_id: str | None = None) -> Head:
        return Head(size=1, content_type="", etag="", version_id=version_id or RUN.version_id)

    def sizes(self, prefix: str) -> Mapping[str, int]:
        lines = "\n".join(self._playlists.values()).splitlines()
        inits = re.findall(r'URI="(.*)"', "\n".join(lines))
        files = [*self._playlists, *inits, *lines, "video.mpd"]
        return {prefix + file: 1 for file in files if not file.startswith("#")}

    def get(self, key: str, _version_id: str | None = None) -> Stored:
        data = self._read(key.rpartition("/")[2])
        return Stored(len(data), "", "", io.BytesIO(data))

    def put_parts(self, _key: str, parts: Iterable[tuple[int, bytes]], _content_type: str) -> int:
        size = sum(len(body) for _, body in parts)
        self.stored += size
        return size

    def _read(self, file: str) -> bytes:
        if file in self._playlists:
            return self._playlists[file].encode()
        track = self._tracks[file.rpartition(".")[2]]
        number = _SEGMENT.search(file)
        return track.segment(int(number[1]) - 1) if number else track.init

    def _playlist(self, name: str, extension: str) -> str:
        files = (f"{name}_{n:09}.{extension}" for n in range(1, self._segments + 1))
        body = "".join(f"#EXTINF:{SECONDS},\n{file}\n" for file in files)
        return f'#EXTM3U\n#EXT-X-MAP:URI="{name}init.{extension}"\n{body}#EXT-X-ENDLIST\n'


class _Track:
    """A fragmented MP4 taken apart; its segment can be had for any time."""

    def __init__(self, data: bytes) -> None:
        start, end = data.index(b"moof") - 4, data.index(b"mfra") - 4
        self.init, self._segment = data[:start], data[start:end]
        self._clock = int.from_bytes(data[data.index(b"mdhd") + 16 :][:4], "big")
        self._time = self._segment.index(b"tfdt") + 8

    def segment(self, index: int) -> bytes:
        time = round(index * SECONDS * self._clock).to_bytes(8, "big")
        return self._segment[: self._time] + time + self._segment[self._time + 8 :]
