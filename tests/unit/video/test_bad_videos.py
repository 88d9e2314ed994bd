"""Videos that can't be made to stream: each ends with its code and a sentence, read in ranges."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from spool.errors import (
    Corrupt,
    DurationLimit,
    Encrypted,
    MediaError,
    NoMediaStreams,
    PixelLimit,
    Transient,
    UnsupportedType,
)
from spool.formats import MP4, VIDEOS, Format, sniff
from spool.video import container
from spool.video.limits import VideoLimits
from spool.video.probe import probe
from spool.video.reader import RangedReader
from tests.clips import clip, ffmpeg
from tests.unit.video.probing import LIMITS, probed
from tests.unit.video.test_probe import made

STILL = ("-frames:v", "1")
KEY = "76a6c65c5ea762046bd749a2e632ccbb"
ENCRYPTION = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", KEY, "-encryption_kid", KEY)


def box(kind: bytes, *content: bytes) -> bytes:
    data = b"".join(content)
    return struct.pack(">I", 8 + len(data)) + kind + data


HEADER = box(b"ftyp", b"isom", bytes(4), b"isom")
NO_TRACKS = HEADER + box(b"moov", box(b"mvhd", bytes(100)))


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("mp4", 0.5),
        ("faststart", 0.99),
        ("fragmented", 0.7),
        ("mov", 0.5),
        ("mkv", 0.5),
        ("webm", 0.97),
        ("recorded webm", 0.6),
        ("avi", 0.5),
    ],
)
def test_a_video_that_is_cut_off_says_so(kind: str, kept: float) -> None:
    whole = made(kind)

    with pytest.raises(Corrupt, match=r"cut off: .* bytes are missing"):
        probed(whole[: int(len(whole) * kept)])


@pytest.mark.parametrize("kind", ["mp4", "mov"])
def test_a_video_without_its_index_says_so(kind: str) -> None:
    whole = made(kind)
    end = whole.rindex(b"moov") - 4

    with pytest.raises(Corrupt, match="index"):
        probed(whole[:end])
    with pytest.raises(Corrupt, match="index"):
        probed(whole[: end + 100])


def test_a_transport_stream_may_end_anywhere() -> None:
    whole = made("ts")

    assert probed(whole[: len(whole) // 2]).source.duration < 2


def test_a_container_of_nothing() -> None:
    with pytest.raises(NoMediaStreams, match="neither picture nor sound"):
        probed(NO_TRACKS)


@pytest.mark.parametrize("extension", ["mp4", "mkv", "mov"])
def test_sound_without_a_picture(extension: str) -> None:
    data = clip(160, 90, 1, extension=extension, options=("-vn", "-c:a", "aac"))

    with pytest.raises(UnsupportedType, match="sound, but no moving picture"):
        probed(data)


@pytest.mark.parametrize("options", [("-c:v", "mjpeg"), ("-c:v", "png", "-pix_fmt", "rgb24")])
def test_a_still_picture_says_what_to_do(options: tuple[str, ...]) -> None:
    data = clip(160, 90, 1, sound=False, options=(*options, *STILL))

    with pytest.raises(UnsupportedType, match="upload the picture itself"):
        probed(data)


def test_a_song_with_a_cover_is_no_video(tmp_path: Path) -> None:
    song, cover, both = tmp_path / "a.m4a", tmp_path / "b.jpg", tmp_path / "c.mp4"
    song.write_bytes(clip(64, 64, 1, extension="m4a", options=("-vn",)))
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64", *STILL, str(cover))
    maps = ("-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic")
    ffmpeg("-i", str(song), "-i", str(cover), *maps, str(both))

    with pytest.raises(UnsupportedType, match="no moving picture"):
        probed(both.read_bytes())


@pytest.mark.parametrize(
    ("extension", "options", "named"),
    [
        ("mkv", ("-c:v", "ffv1"), "FFV1"),
        ("avi", ("-c:v", "libx264"), "H.264 in video/x-msvideo"),
        ("mp4", ("-c:a", "alac"), "sound is ALAC"),
    ],
)
def test_an_unsupported_codec_is_named(
    extension: str, options: tuple[str, ...], named: str
) -> None:
    with pytest.raises(UnsupportedType, match=named):
        probed(clip(160, 90, 1, extension=extension, options=options))


def test_no_duration() -> None:
    """Every place where an MP4 of one frame says how long that takes says 0."""
    data = bytearray(clip(64, 64, 0.04, sound=False))
    for kind, offset in ((b"mvhd", 16), (b"tkhd", 20), (b"mdhd", 16), (b"stts", 12)):
        at = data.index(kind) + 4 + offset
        data[at : at + 4] = bytes(4)

    with pytest.raises(Corrupt, match="no duration"):
        probed(bytes(data))


@pytest.mark.parametrize(
    ("kind", "table", "offset", "value"),
    [
        ("fragmented", b"tkhd", 12, 0x80000001),
        ("fragmented", b"trun", 4, 0x7FFFFFFF),
        ("mp4", b"stsz", 8, 0x7FFFFFFF),
    ],
)
def test_numbers_out_of_all_reason_are_not_believed(
    kind: str, table: bytes, offset: int, value: int
) -> None:
    """They would keep FFmpeg busy for many seconds."""
    data = bytearray(made(kind))
    at = data.index(table) + 4 + offset
    data[at : at + 4] = struct.pack(">I", value)

    with pytest.raises(Corrupt, match="structure is damaged"):
        probed(bytes(data))


def test_a_run_without_sizes_is_bounded_too() -> None:
    run = box(b"trun", bytes(4), struct.pack(">I", 0xFFFFFFFF))

    with pytest.raises(Corrupt, match="structure is damaged"):
        probed(NO_TRACKS + box(b"moof", box(b"traf", run)))


def test_too_long() -> None:
    limits = VideoLimits(pixels=LIMITS.pixels, duration=1)

    with pytest.raises(DurationLimit, match=r"takes 0:00:02; at most 0:00:01"):
        probed(made("mp4"), limits=limits)


def test_too_many_pixels() -> None:
    """As 8K has, by the limits that are set; nothing is decoded."""
    limits = VideoLimits(pixels=160 * 90 - 1, duration=10)

    with pytest.raises(PixelLimit, match="160 x 90 pixels; at most 14,399"):
        probed(made("mp4"), limits=limits)


def test_sound_that_is_required() -> None:
    limits = VideoLimits(pixels=LIMITS.pixels, duration=10, audio_required=True)

    assert probed(made("mp4"), limits=limits).audio
    with pytest.raises(NoMediaStreams, match="no sound"):
        probed(made("mp4", sound=False), limits=limits)


def test_an_encrypted_video_is_told_by_its_marks() -> None:
    with pytest.raises(Encrypted):
        probed(made("mp4", sound=False, options=ENCRYPTION))


@pytest.mark.parametrize("kind", ["mp4", "faststart", "mkv", "avi", "ts"])
def test_pictures_that_can_not_be_decoded(kind: str) -> None:
    """The container is whole; what it holds was overwritten, as by a failing disk."""
    data = bytearray(made(kind, sound=False))
    reader = RangedReader(lambda start, n: bytes(data[start : start + n]), len(data))
    with av.open(reader, "r") as opened:
        spots = [(p.pos, p.size) for p in opened.demux(video=0) if p.pos is not None and p.size]
    for at, size in spots:
        start, length = (at + 12, 176) if kind == "ts" else (at, size)
        data[start : start + length] = b"\x55" * length

    with pytest.raises(Corrupt):
        probed(bytes(data))


def test_the_end_is_looked_at_too() -> None:
    data = bytearray(
        made("faststart", sound=False, options=("-movflags", "+faststart", "-g", "25"))
    )
    data[-len(data) // 2 :] = b"\x55" * (len(data) - len(data) // 2)

    with pytest.raises(Corrupt, match="none could be decoded"):
        probed(bytes(data))


@pytest.mark.parametrize("good", [0, 1])
def test_a_lost_connection_is_no_damage(good: int) -> None:
    data = made("mp4")
    calls: list[int] = []

    def fetch(start: int, length: int) -> bytes:
        calls.append(start)
        if len(calls) > good:
            raise Transient("S3 broke off")
        return data[start : start + length]

    with pytest.raises(Transient):
        probe(RangedReader(fetch, len(data)), MP4, LIMITS)


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """Listens; who was made to fetch something would connect."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening
        with pytest.raises(BlockingIOError):
            listening.accept()


def playlists(server: socket.socket, secret: Path) -> Iterator[bytes]:
    url = f"http://127.0.0.1:{server.getsockname()[1]}/x.ts"
    for target in (
        url,
        f"file://{secret}",
        f"concat:{url}|{secret}",
        f"data:video/mp4;base64,{url}",
    ):
        yield f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{target}\n#EXT-X-ENDLIST\n".encode()
        yield f"ffconcat version 1.0\nfile '{target}'\n".encode()
        yield f"<?xml version='1.0'?><MPD><BaseURL>{target}</BaseURL></MPD>".encode()


@pytest.mark.parametrize("fmt", VIDEOS, ids=lambda fmt: fmt.content_type)
def test_a_playlist_opens_nothing(fmt: Format, server: socket.socket, tmp_path: Path) -> None:
    """Inspection names them already; even taken for a video, they are but damaged bytes."""
    for playlist in playlists(server, tmp_path / "secret.mp4"):
        assert sniff(playlist) is None
        for data in (playlist, HEADER + playlist, playlist + made("mp4")):
            with pytest.raises(MediaError):
                probed(data, fmt)


def test_an_avi_whose_subtitles_are_a_playlist_opens_nothing(
    server: socket.socket, tmp_path: Path
) -> None:
    """CVE-2017-9993's way in: a subtitle block (GAB2) that FFmpeg opens as a file of its own."""
    for playlist in playlists(server, tmp_path / "secret.mp4"):
        with pytest.raises(MediaError):
            probed(avi_with_subtitles(playlist))


def avi_with_subtitles(text: bytes) -> bytes:
    def chunk(kind: bytes, *content: bytes) -> bytes:
        data = b"".join(content)
        return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)

    gab2 = b"GAB2\0" + struct.pack("<HI", 2, 2) + b"\0\0" + struct.pack("<HI", 4, len(text)) + text
    video = chunk(b"strh", b"vidsMJPG", bytes(12), struct.pack("<IIIIIII", 1, 25, 0, 25, 0, 0, 0))
    size = struct.pack("<IiiHH4s", 40, 64, 64, 1, 24, b"MJPG") + bytes(20)
    text_header = chunk(b"strh", b"txts", bytes(16), struct.pack("<IIIIIII", 1, 25, 0, 1, 0, 0, 0))
    header = chunk(
        b"LIST",
        b"hdrl",
        chunk(b"avih", struct.pack("<14I", 40000, 0, 0, 0x10, 25, 0, 2, 0, 64, 64, 0, 0, 0, 0)),
        chunk(b"LIST", b"strl", video, chunk(b"strf", size)),
        chunk(b"LIST", b"strl", text_header, chunk(b"strf")),
    )
    movie = chunk(b"LIST", b"movi", chunk(b"01tx", gab2), chunk(b"00dc", bytes(64)))
    return chunk(b"RIFF", b"AVI ", header, movie)


def test_a_movie_whose_media_lie_elsewhere_opens_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """QuickTime can refer to other files (`dref`)."""
    hostile = referring(made("mov", sound=False), tmp_path / "secret.mov")
    wished: list[str] = []

    def note(url: str, *_: Any) -> Any:
        wished.append(url)
        raise PermissionError(url)

    reader = RangedReader(lambda start, n: hostile[start : start + n], len(hostile))
    options = {"enable_drefs": "1", "use_absolute_path": "1"}
    with pytest.raises(PermissionError):
        av.open(reader, "r", format="mov", options=options, io_open=note)
    assert wished == ["secret.mov"]  # who would let it would be told what to open
    wished.clear()
    monkeypatch.setattr(container, "_refuse", note)

    with pytest.raises(Corrupt):
        probed(hostile)
    assert wished == []


def referring(movie: bytes, target: Path) -> bytes:
    """`movie`, its one track's media said to be in another file, by an alias record."""
    name = str(target).encode()
    path = struct.pack(">HH", 2, len(name)) + name + bytes(len(name) % 2)
    levels = struct.pack(">HH", 1, 1) + bytes(16)  # both files lie in one folder
    record = bytes(130) + levels + path + struct.pack(">HH", 0xFFFF, 0)
    dref = box(b"dref", bytes(4), struct.pack(">I", 1), box(b"alis", bytes(4), record))
    out = bytearray(movie)
    at = movie.index(b"dref") - 4
    old = int.from_bytes(movie[at : at + 4], "big")
    grown = len(dref) - old
    out[at : at + old] = dref
    for parent in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        start = movie.rindex(parent, 0, at) - 4
        size = int.from_bytes(movie[start : start + 4], "big") + grown
        out[start : start + 4] = struct.pack(">I", size)
    return bytes(out)
