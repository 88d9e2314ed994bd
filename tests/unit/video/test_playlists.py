from __future__ import annotations

from pathlib import Path

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.errors import EncoderFault
from spool.video.playlists import parse_master, parse_media
from tests.unit.video.cmaf import clip, encode_stream

# As MediaConvert writes them.
MASTER = """#EXTM3U
#EXT-X-VERSION:6
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,LANGUAGE="eng",NAME="a, b",AUTOSELECT=YES,DEFAULT=YES,CHANNELS="2",GROUP-ID="program_audio_0",URI="video_audio.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1760000,AVERAGE-BANDWIDTH=901000,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=854x480,FRAME-RATE=29.970,AUDIO="program_audio_0"
video_480p.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=6776000,CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1920x1080,FRAME-RATE=29.970,AUDIO="program_audio_0"
video_1080p.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=140000,CODECS="mp4a.40.2",AUDIO="program_audio_0"
video_audio.m3u8
"""  # noqa: E501
MEDIA = """#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:7
#EXT-X-MEDIA-SEQUENCE:1
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="video_480pinit.cmfv"
#EXTINF:6.006,
video_480p_000000001.cmfv
#EXTINF:3,
video_480p_000000002.cmfv
#EXT-X-ENDLIST
"""


def test_a_master_playlist_names_rungs_and_sound() -> None:
    master = parse_master(MASTER)

    assert [(v.playlist, v.width, v.height, v.frame_rate) for v in master.variants] == [
        ("video_480p.m3u8", 854, 480, 29.97),
        ("video_1080p.m3u8", 1920, 1080, 29.97),
    ]
    assert master.audio == "video_audio.m3u8"


def test_a_media_playlist_names_its_files_in_order() -> None:
    media = parse_media(MEDIA)

    assert media.files == (
        "video_480pinit.cmfv",
        "video_480p_000000001.cmfv",
        "video_480p_000000002.cmfv",
    )
    assert media.duration == pytest.approx(9.006)


def test_an_independent_parser_reads_the_same(tmp_path: Path) -> None:
    encode_stream(clip(96, 64, 3), tmp_path)
    text = (tmp_path / "stream/video_64p.m3u8").read_text()

    ours, theirs = parse_media(text), m3u8.loads(text)

    assert list(ours.segments) == [segment.uri for segment in theirs.segments]
    assert ours.init == theirs.segment_map[0].uri
    assert ours.duration == pytest.approx(sum(segment.duration for segment in theirs.segments))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("#EXTM3U\n", ""),
        ("#EXT-X-ENDLIST\n", ""),
        ("#EXTINF:3,\n", ""),
        ("video_480p_000000002.cmfv\n", ""),
        ('#EXT-X-MAP:URI="video_480pinit.cmfv"\n', ""),
        ("#EXTINF:3,", "#EXTINF:-3,"),
        ("#EXTINF:3,", "#EXTINF:1e9,"),
        ("#EXTINF:3,", "#EXTINF:nan,"),
        ("#EXTINF:3,", "#EXT-X-BYTERANGE:10@0\n#EXTINF:3,"),
        ("#EXTINF:3,", '#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF:3,'),
        ("#EXTINF:3,", '#EXT-X-MAP:URI="other.cmfv"\n#EXTINF:3,'),
        ("#EXTINF:3,", "#EXT-X-DISCONTINUITY\n#EXTINF:3,"),
        ("video_480pinit.cmfv", "https://elsewhere.example/init.cmfv"),
        ("video_480p_000000002.cmfv", "sub/folder.cmfv"),
    ],
)
def test_a_media_playlist_of_another_kind_is_refused(old: str, new: str) -> None:
    assert old in MEDIA

    with pytest.raises(EncoderFault):
        parse_media(MEDIA.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("#EXTM3U\n", "#EXTM3U8\n"),
        ("RESOLUTION=854x480", "RESOLUTION=854"),
        ("RESOLUTION=854x480", "RESOLUTION=0x480"),
        ("FRAME-RATE=29.970", "FRAME-RATE=fast"),
        ("#EXT-X-STREAM-INF:BANDWIDTH=140000", "#EXTINF:BANDWIDTH=140000"),
        ("video_480p.m3u8", "//elsewhere.example/video_480p.m3u8"),
        ('URI="video_audio.m3u8"', 'URI="../video_audio.m3u8"'),
        ("#EXT-X-VERSION:6", '#EXT-X-MEDIA:TYPE=AUDIO,URI="second.m3u8"'),
    ],
)
def test_a_master_playlist_of_another_kind_is_refused(old: str, new: str) -> None:
    assert old in MASTER

    with pytest.raises(EncoderFault):
        parse_master(MASTER.replace(old, new))


def test_a_stream_without_pictures_is_none() -> None:
    with pytest.raises(EncoderFault):
        parse_master("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nvideo_audio.m3u8\n")


LINES = st.lists(st.sampled_from([*MASTER.splitlines(), *MEDIA.splitlines(), "a b", "#", "é"]))


@given(st.one_of(st.text(), LINES.map("\n".join), LINES.map(lambda x: "#EXTM3U\n" + "\n".join(x))))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_master, parse_media):
        try:
            parse(text)
        except EncoderFault:
            continue
