"""What the encoder made of a video: whether it is all there, and the MP4s that are joined of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import chain

from spool.errors import EncoderFault, TranscodeFailed
from spool.events import RenditionSummary, Run
from spool.keys import DASH, HLS, MASTER, PREVIEW, STREAM
from spool.services.newest import check_version
from spool.services.storage_ports import Objects
from spool.video.ladder import Rung, master, preview, rungs
from spool.video.playlists import MediaPlaylist, parse_master, parse_media
from spool.video.remux import index_room, remux
from spool.video.source import VideoSource

CONTENT_TYPES: Mapping[str, str] = {
    HLS: "application/vnd.apple.mpegurl",
    DASH: "application/dash+xml",
}

_AHEAD = 2  # segments of a track on their way while one is used: at most 5 MB each

_LENGTH_SHARE, _LENGTH_SECONDS = 0.01, 0.5
"""What a header may be wrong by: durations of frames and packets are rounded, sound is longer, and
a container lasts as long as its last subtitle."""


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A whole stream: its pictures by the rung's name, and its sound."""

    pictures: Mapping[str, MediaPlaylist]
    sound: MediaPlaylist | None
    frame_rate: float

    @property
    def tracks(self) -> Iterator[MediaPlaylist]:
        yield from self.pictures.values()
        if self.sound is not None:
            yield self.sound


@dataclass(frozen=True, kw_only=True)
class Collector:
    """`uhd` as the job was built with."""

    originals: Objects
    renditions: Objects
    uhd: bool

    def collect(self, run: Run, source: VideoSource) -> list[RenditionSummary]:
        """Check the stream and store its MP4s. Raises Superseded, TranscodeFailed, EncoderFault."""
        check_version(self.originals, run)
        ladder = rungs(source, uhd=self.uhd)
        files = _Files.of(self.renditions, run)
        stream = _read(files, ladder, source)
        for file in chain.from_iterable(track.files for track in stream.tracks):
            files.size(file)
        check_length(stream, source)
        manifests = [
            _summary(name, content_type, files.size(_file(name)), ladder[-1])
            for name, content_type in CONTENT_TYPES.items()
        ]
        return [*manifests, *self._mp4s(run, stream, ladder, files)]

    def _mp4s(
        self, run: Run, stream: Stream, ladder: tuple[Rung, ...], files: _Files
    ) -> Iterator[RenditionSummary]:
        """Where one rung is both, only the master is stored."""
        top, small = master(ladder), preview(ladder)
        yield self._mp4(run, MASTER, stream, top, files)
        if small != top:
            yield self._mp4(run, PREVIEW, stream, small, files)

    def _mp4(
        self, run: Run, name: str, stream: Stream, rung: Rung, files: _Files
    ) -> RenditionSummary:
        picture, sound = stream.pictures[rung.name], stream.sound
        room = index_room(picture.duration, stream.frame_rate, audio=sound is not None)
        with ThreadPoolExecutor(2 * _AHEAD) as pool:
            video = files.fetched(pool, picture.files)
            audio = None if sound is None else files.fetched(pool, sound.files)
            with closing(remux(video, audio, room=room, duration=picture.duration)) as parts:
                key = run.ref.rendition(run.tag, name)
                size = self.renditions.put_parts(key, parts, "video/mp4")
        return _summary(name, "video/mp4", size, rung)


def check_length(stream: Stream, source: VideoSource) -> None:
    """Raises TranscodeFailed for a video that ends before its header says, EncoderFault for rungs
    that differ. Longer it may be: an edit list hides what an encoder may show."""
    lengths = [track.duration for track in stream.pictures.values()]
    frame = 1 / stream.frame_rate
    if max(lengths) - min(lengths) > frame:
        raise EncoderFault("The encoder's rungs differ in length.")
    seconds = max(track.duration for track in stream.tracks)
    allowed = max(frame, _LENGTH_SECONDS) + _LENGTH_SHARE * source.duration
    if seconds < source.duration - allowed:
        raise TranscodeFailed(
            f"The video plays for {seconds:.1f} s of the {source.duration:.1f} s that it says it "
            "has: it is damaged or cut off."
        )


@dataclass(frozen=True)
class _Files:
    """The stream's files, by their names beside the master playlist."""

    objects: Objects
    folder: str
    sizes: Mapping[str, int]

    @classmethod
    def of(cls, objects: Objects, run: Run) -> _Files:
        folder = run.ref.rendition(run.tag, STREAM).removesuffix(_file(STREAM))
        return cls(objects, folder, objects.sizes(folder))

    def size(self, file: str) -> int:
        """Raises EncoderFault for a file that isn't there, or empty."""
        size = self.sizes.get(self.folder + file, 0)
        if size == 0:
            raise EncoderFault(f"The encoder did not write {file}.")
        return size

    def text(self, file: str) -> str:
        self.size(file)
        return self._bytes(file).decode(errors="replace")

    def fetched(self, pool: ThreadPoolExecutor, files: Iterable[str]) -> Iterator[bytes]:
        """The files' bytes in order, the next ones being fetched meanwhile."""
        coming: deque[Future[bytes]] = deque()
        for file in files:
            coming.append(pool.submit(self._bytes, file))
            if len(coming) > _AHEAD:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()

    def _bytes(self, file: str) -> bytes:
        return self.objects.get(self.folder + file).read()


def _read(files: _Files, ladder: Iterable[Rung], source: VideoSource) -> Stream:
    """The stream as its playlists tell of it, which must be as the job asked."""
    playlist = parse_master(files.text(_file(HLS)))
    made = {(v.playlist, v.width, v.height): v for v in playlist.variants}
    pictures = {}
    for rung in ladder:
        file = _file(f"{STREAM}_{rung.name}.m3u8")
        if (file, rung.width, rung.height) not in made:
            raise EncoderFault(f"The encoder made no {rung.name} of this video.")
        pictures[rung.name] = parse_media(files.text(file))
    if source.audio_channels and playlist.audio is None:
        raise EncoderFault("The encoder left out the video's sound.")
    sound = None if playlist.audio is None else parse_media(files.text(playlist.audio))
    rates = [float(source.frame_rate), *(v.frame_rate for v in playlist.variants)]
    return Stream(pictures=pictures, sound=sound, frame_rate=max(rates))


def _file(name: str) -> str:
    return name.rpartition("/")[2]


def _summary(name: str, content_type: str, size: int, rung: Rung) -> RenditionSummary:
    return RenditionSummary(
        name=name, contentType=content_type, bytes=size, width=rung.width, height=rung.height
    )
