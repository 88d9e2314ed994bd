"""MP4s joined of real segments are decoded and compared with what the encoder made."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.errors import EncoderFault, Transient
from spool.video import remux as module
from spool.video.remux import PartedFile, index_room, remux
from tests.unit.video.cmaf import H264, Clip, clip, encode_stream, track


def joined(parts: Iterable[tuple[int, bytes]]) -> bytes:
    by_number = dict(parts)
    assert sorted(by_number) == list(range(1, len(by_number) + 1))
    return b"".join(by_number[number] for number in sorted(by_number))


def master(clip: Clip, folder: Path) -> bytes:
    """The clip encoded, and joined again."""
    encode_stream(clip, folder)
    source = clip.source
    room = index_room(source.duration, float(source.frame_rate), audio=clip.sound is not None)
    name = f"video_{min(source.width, source.height)}p"
    audio = track(folder, "video_audio") if clip.sound else None
    return joined(remux(track(folder, name), audio, room=room, duration=source.duration))


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[str, int, int]]:
    """(type, start of its content, end) of each box, ISO/IEC 14496-12."""
    end = len(data) if end is None else end
    while start < end:
        size, kind = struct.unpack_from(">I4s", data, start)
        yield kind.decode("latin-1"), start + 8, start + size
        start += size
    assert start == end


def pictures(data: bytes) -> list[tuple[float, np.ndarray]]:
    """Each frame with its time in seconds."""
    with av.open(io.BytesIO(data), "r") as container:
        return [
            (float(frame.time or 0), frame.to_ndarray(format="gray"))
            for frame in container.decode(video=0)
        ]


def loudness(data: bytes) -> tuple[np.ndarray, int]:
    """The first channel's samples from time 0 on, and their rate."""
    with av.open(io.BytesIO(data), "r") as container:
        frames = list(container.decode(audio=0))
    assert frames[0].time is not None
    assert abs(frames[0].time) < 1e-6 + 1 / frames[0].sample_rate
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]), frames[0].sample_rate


def test_it_starts_playing_before_it_is_loaded(tmp_path: Path) -> None:
    data = master(clip(), tmp_path)

    kinds = [kind for kind, _, _ in boxes(data)]
    assert kinds[:2] == ["ftyp", "moov"]
    assert kinds[-1] == "mdat"
    assert set(kinds[2:-1]) == {"free"}
    with av.open(io.BytesIO(data), "r") as container:
        assert [stream.codec_context.codec_tag for stream in container.streams] == ["avc1", "mp4a"]


@pytest.mark.parametrize(
    ("rate", "seconds", "sound"),
    [
        ("25", 4, "sine"),
        ("24000/1001", 4.5, "sine"),
        ("30000/1001", 3, "sine"),
        ("60", 2.5, "sine"),
        ("5", 5, None),
    ],
)
def test_every_frame_is_there_at_its_time(
    rate: str, seconds: float, sound: str | None, tmp_path: Path
) -> None:
    made = clip(96, 64, seconds, rate=rate, sound=sound)
    data = master(made, tmp_path)

    shown = pictures(data)
    encoded = pictures(b"".join(track(tmp_path, "video_64p")))
    frame = float(1 / made.source.frame_rate)
    assert len(shown) == len(encoded) == pytest.approx(seconds / frame, abs=1)
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(shown, encoded, strict=True))
    assert [time for time, _ in shown] == pytest.approx(
        [index * frame for index in range(len(shown))], abs=1e-3
    )
    with av.open(io.BytesIO(data), "r") as container:
        assert (container.duration or 0) / 1e6 == pytest.approx(seconds, abs=frame)
        assert [stream.type for stream in container.streams] == ["video", "audio"][
            : 1 + bool(sound)
        ]


@pytest.mark.parametrize("bframes", ["0", "3"])
def test_a_flash_and_a_beep_stay_together(bframes: str, tmp_path: Path) -> None:
    flash = clip(
        64,
        64,
        3,
        picture="color=black:size={size}:rate={rate},drawbox=color=white:t=fill:"
        "enable='between(t,0.99,1.2)'",
        sound="aevalsrc='sin(6283*t)*between(t,1,1.2)':sample_rate=48000",
        encoding=(*H264, "-bf", bframes),
    )
    data = master(flash, tmp_path)

    bright = next(time for time, picture in pictures(data) if picture.mean() > 128)
    samples, rate = loudness(data)
    beep = int(np.argmax(np.abs(samples) > 0.02)) / rate
    assert bright == pytest.approx(1, abs=0.001)
    assert beep == pytest.approx(1, abs=0.025)
    assert len(samples) / rate == pytest.approx(3, abs=0.05)


def test_a_single_frame_is_a_video_too(tmp_path: Path) -> None:
    data = master(clip(64, 64, 0.04, sound=None), tmp_path)

    assert len(pictures(data)) == 1


def test_making_it_again_gives_the_same_bytes(tmp_path: Path) -> None:
    made = clip(64, 64, 2)
    first = master(made, tmp_path)
    room = index_room(2, 25, audio=True)

    tracks = track(tmp_path, "video_64p"), track(tmp_path, "video_audio")
    again = joined(remux(*tracks, room=room, duration=2))

    assert again == first


@pytest.mark.parametrize("rate", ["1", "12", "60"])
def test_the_index_has_room_however_many_frames_a_second(rate: str, tmp_path: Path) -> None:
    data = master(clip(32, 32, 8, rate=rate), tmp_path)

    [size] = [end - start for kind, start, end in boxes(data) if kind == "moov"]
    assert size < index_room(8, float(rate), audio=True) - module._HEADERS + 2000


def test_an_index_without_room_is_our_own_fault(tmp_path: Path) -> None:
    encode_stream(clip(64, 64, 2, sound=None), tmp_path)

    with pytest.raises(EncoderFault, match="joined"):
        list(remux(track(tmp_path, "video_64p"), None, room=64, duration=2))


def test_what_cannot_be_joined_is_the_encoders_fault(tmp_path: Path) -> None:
    encode_stream(clip(64, 64, 2, sound=None), tmp_path)
    init, *segments = track(tmp_path, "video_64p")

    for broken in ([], [b"no segment" * 100], [init]):
        with pytest.raises(EncoderFault):
            list(remux(iter(broken), None, room=100_000, duration=2))
    assert segments


def test_a_damaged_segment_makes_no_shorter_film(tmp_path: Path) -> None:
    """FFmpeg skips it without a word."""
    encode_stream(clip(64, 64, 4, sound=None), tmp_path)
    init, first, *_ = track(tmp_path, "video_64p")

    with pytest.raises(EncoderFault, match=r"hold 2\.0 s of pictures, not 4\.0 s"):
        list(remux([init, first, bytes(999)], None, room=100_000, duration=4))


def test_a_connection_lost_between_segments_is_worth_another_try(tmp_path: Path) -> None:
    encode_stream(clip(64, 64, 4, sound=None), tmp_path)

    def breaking() -> Iterator[bytes]:
        yield from list(track(tmp_path, "video_64p"))[:2]
        raise Transient("S3 broke off")

    with pytest.raises(Transient, match="broke off"):
        list(remux(breaking(), None, room=100_000, duration=2))


def later(segment: bytes, units: int) -> bytes:
    """The segment, its decode time (`tfdt`) moved."""
    at = segment.index(b"tfdt") + 8
    [time] = struct.unpack_from(">Q", segment, at)
    return segment[:at] + struct.pack(">Q", time + units) + segment[at + 8 :]


def units_per_second(init: bytes) -> int:
    return int.from_bytes(init[init.index(b"mdhd") + 16 :][:4], "big")


def test_a_stream_whose_clock_begins_late_begins_at_once(tmp_path: Path) -> None:
    """Packagers may start at ten seconds; a downloaded file then must not."""
    made = clip(64, 64, 2)
    data = master(made, tmp_path)
    tracks = []
    for name in ("video_64p", "video_audio"):
        init, *segments = track(tmp_path, name)
        tracks.append([init, *(later(one, 10 * units_per_second(init)) for one in segments)])

    moved = joined(remux(*tracks, room=index_room(2, 25, audio=True), duration=2))

    assert [time for time, _ in pictures(moved)] == [time for time, _ in pictures(data)]
    assert np.array_equal(loudness(moved)[0], loudness(data)[0])


def test_an_endless_video_is_never_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifteen minutes of segments, counted as they come in and go out, with parts of 64 KiB."""
    part = 64 << 10
    monkeypatch.setattr(module, "PART", part)
    monkeypatch.setattr(module, "_BUFFER", 16 << 10)
    encode_stream(clip(192, 128, 4, sound=None), tmp_path)
    init, segment, *_ = track(tmp_path, "video_128p")
    timescale = units_per_second(init)
    repetitions = 450
    taken = 0

    def segments() -> Iterator[bytes]:
        nonlocal taken
        for data in (init, *(later(segment, n * 2 * timescale) for n in range(repetitions))):
            taken += len(data)
            yield data

    room = index_room(2 * repetitions, 25, audio=False)
    given = held = 0
    for number, body in remux(segments(), None, room=room, duration=0):
        given += len(body) if number > 1 else 0
        held = max(held, taken - given)
    assert taken > 10 * (room + part)
    assert held < room + 4 * part + 4 * len(segment)


Write = tuple[bool, int, bytes]


@given(
    st.integers(1, 200),
    st.lists(st.tuples(st.booleans(), st.integers(0, 300), st.binary(max_size=120)), max_size=40),
)
def test_a_file_in_parts_holds_what_was_written(front: int, writes: list[Write]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PART", 50)
        file, plain = PartedFile(front), io.BytesIO()
        parts: list[tuple[int, bytes]] = []
        for again, position, data in writes:
            end = file.seek(0, io.SEEK_END)
            at = position % max(1, min(front, end) - len(data)) if again else end + position
            if again and len(data) > min(front, end) - at:
                continue
            file.seek(at)
            plain.seek(at)
            if data:
                assert file.write(data) == plain.write(data)
            parts += file.filled()
        parts += file.rest()

    ordered = [body for _, body in sorted(parts)]
    assert joined(parts) == plain.getvalue()
    assert all(len(body) == 50 for body in ordered[1:-1])
    assert all(a < b for (a, _), (b, _) in pairwise(parts[:-1]))
    assert len(ordered) == 1 or len(ordered[0]) == front


def test_what_is_gone_cannot_be_written_again() -> None:
    file = PartedFile(front=4)
    file.write(b"abcdefgh")
    file.seek(2)

    with pytest.raises(ValueError, match="front"):
        file.write(b"xyz")


def test_sound_that_ends_early_leaves_the_picture_whole(tmp_path: Path) -> None:
    made = clip(64, 64, 4)
    data = master(replace(made, sound=f"{made.sound},atrim=duration=1.5"), tmp_path)

    samples, rate = loudness(data)
    assert len(pictures(data)) == 100
    assert len(samples) / rate == pytest.approx(1.5, abs=0.05)
