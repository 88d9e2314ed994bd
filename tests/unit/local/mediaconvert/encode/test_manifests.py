"""HLS and DASH as text, of renditions that never were."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import m3u8
import pytest

from local.mediaconvert.encode import mpd, playlists
from local.mediaconvert.encode.layout import Output
from local.mediaconvert.encode.rendition import Rendition, Segment

MPD = {"": "urn:mpeg:dash:schema:mpd:2011"}


def rendition(
    name: str = "video_480p",
    *,
    kind: str = "H_264",
    codecs: str = "avc1.64001f",
    ticks: tuple[int, ...] = (60, 60, 5),
    sizes: tuple[int, ...] = (600, 1200, 400),
) -> Rendition:
    """Ten ticks a second."""
    output = Output(name=name, folder=Path("/"), kind=kind, settings={}, codec={})
    return Rendition(
        output=output,
        codecs=codecs,
        timescale=10,
        segments=tuple(
            Segment(file=output.segment(number), ticks=length, bytes=size)
            for number, (length, size) in enumerate(zip(ticks, sizes, strict=True), start=1)
        ),
        size=None if kind == "AAC" else (854, 480),
        frame_rate=None if kind == "AAC" else Fraction(30000, 1001),
    )


SOUND = rendition("video_audio", kind="AAC", codecs="mp4a.40.2", sizes=(60, 60, 5))


def test_a_short_last_segment_does_not_make_the_peak() -> None:
    """400 bytes in half a second would be 6400 bits per second."""
    assert rendition().peak_rate == 1600
    assert rendition().average_rate == round(2200 * 8 / 12.5)


def test_a_video_of_one_short_segment_has_a_peak() -> None:
    assert rendition(ticks=(5,), sizes=(400,)).peak_rate == 6400


def test_variants_count_their_sound() -> None:
    parsed = m3u8.loads(playlists.multivariant([rendition()], [SOUND], {}))
    info = parsed.playlists[0].stream_info
    assert info.bandwidth == rendition().peak_rate + SOUND.peak_rate
    assert info.average_bandwidth == rendition().average_rate + SOUND.average_rate
    assert info.codecs == "avc1.64001f,mp4a.40.2"
    assert info.frame_rate == 29.97


def test_without_sound_there_is_no_audio_group() -> None:
    parsed = m3u8.loads(playlists.multivariant([rendition()], [], {}))
    assert parsed.playlists[0].stream_info.audio is None
    assert not parsed.media


def test_whole_durations_fit_the_target() -> None:
    text = playlists.media(rendition(), {"ManifestDurationFormat": "INTEGER"})
    parsed = m3u8.loads(text)
    assert [segment.duration for segment in parsed.segments] == [6, 6, 1]
    assert parsed.target_duration == 6


def test_a_segment_over_a_second_rounds_the_target_up() -> None:
    assert m3u8.loads(playlists.media(rendition(ticks=(61, 61, 5)), {})).target_duration == 7


def test_the_playlist_ends_and_names_its_init() -> None:
    parsed = m3u8.loads(playlists.media(rendition(), {}))
    assert parsed.is_endlist
    assert [part.uri for part in parsed.segment_map] == ["video_480pinit.cmfv"]


def test_the_timeline_repeats_what_is_alike() -> None:
    text = mpd.manifest([rendition()], [SOUND], {"WriteSegmentTimelineInRepresentation": "ENABLED"})
    entries = ET.fromstring(text).findall(".//Representation[@id='video_480p']//S", MPD)  # noqa: S314
    assert [entry.attrib for entry in entries] == [
        {"t": "0", "d": "60", "r": "1"},
        {"t": "120", "d": "5"},
    ]


def test_codecs_that_players_can_not_switch_between_are_apart() -> None:
    """Rungs of one codec share an AdaptationSet, wherever they stand in the job."""
    tall = rendition("video_1080p")
    hevc = rendition("video_2160p", kind="H_265", codecs="hvc1.1.6.L150.90")
    root = ET.fromstring(mpd.manifest([rendition(), hevc, tall], [], {}))  # noqa: S314
    sets = [
        [r.attrib["id"] for r in found.findall("Representation", MPD)]
        for found in root.findall(".//AdaptationSet", MPD)
    ]
    assert sets == [["video_480p", "video_1080p"], ["video_2160p"]]


@pytest.mark.parametrize("name", ["a b+ü", "50%", "$Number$", 'x"<&>'])
def test_names_are_escaped(name: str) -> None:
    made = rendition(name)
    parsed = m3u8.loads(playlists.media(made, {}))
    assert '"' not in parsed.segment_map[0].uri
    assert " " not in parsed.segments[0].uri
    root = ET.fromstring(mpd.manifest([made], [], {}))  # noqa: S314
    template = root.find(".//SegmentTemplate", MPD)
    assert template is not None
    assert template.attrib["media"].endswith("_$Number%09d$.cmfv")
