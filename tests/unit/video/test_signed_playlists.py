from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree as ET

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.errors import EncoderFault
from spool.video.signed_playlists import (
    SignedLinks,
    content_type,
    playlist_file,
    playlist_name,
    rewrite,
)
from spool.video.sprites import Tiling
from spool.video.vtt import thumbnails
from tests.unit.video.cmaf import clip, encode_stream
from tests.unit.video.test_playlists import MASTER, MEDIA

ROOT = "https://cdn.example/p/renditions/o/p/media_1/p0123456789ab/"
ROUTE = "https://cdn.example/api/assets/media_1/stream/"
QUERY, ROUTE_QUERY = "Policy=abc~&Signature=d-e_", "v=p0123456789ab&policy=abc~"
LINKS = SignedLinks(root=ROOT, query=QUERY, route=ROUTE, route_query=ROUTE_QUERY)
MPD = "{urn:mpeg:dash:schema:mpd:2011}"


def signed(name: str) -> str:
    return f"{ROOT}{name}?{QUERY}"


def routed(file: str) -> str:
    return f"{ROUTE}{file}?{ROUTE_QUERY}"


def hls(text: str) -> str:
    return rewrite("stream/video.m3u8", text, LINKS)


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text.encode())  # noqa: S314  our own


def mpd(body: str) -> ET.Element:
    text = f'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">{body}</MPD>'
    return parsed(rewrite("stream/video.mpd", text, LINKS))


def test_a_master_playlist_leads_back_to_the_route() -> None:
    playlist = m3u8.loads(hls(MASTER))

    assert [one.uri for one in playlist.playlists] == [
        routed("video_480p.m3u8"),
        routed("video_1080p.m3u8"),
        routed("video_audio.m3u8"),
    ]
    assert [one.uri for one in playlist.media] == [routed("video_audio.m3u8")]
    assert playlist.media[0].name == "a, b"


def test_a_media_playlist_leads_to_signed_segments() -> None:
    playlist = m3u8.loads(hls(MEDIA))

    assert [segment.uri for segment in playlist.segments] == [
        signed("stream/video_480p_000000001.cmfv"),
        signed("stream/video_480p_000000002.cmfv"),
    ]
    assert playlist.segment_map[0].uri == signed("stream/video_480pinit.cmfv")
    assert [segment.duration for segment in playlist.segments] == [6.006, 3]


def test_only_urls_are_changed() -> None:
    """What a player reads beside them is as it was."""
    for text in (MASTER, MEDIA):
        before, after = text.splitlines(), hls(text).splitlines()
        assert len(before) == len(after)
        for one, other in zip(before, after, strict=True):
            if "URI=" in one:
                assert other.partition('URI="')[0] == one.partition('URI="')[0]
            elif one.startswith("#"):
                assert other == one


def test_every_uri_attribute_is_signed_but_no_text_that_looks_like_one() -> None:
    text = hls(
        "#EXTM3U\n"
        '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="video_iframe.m3u8"\n'
        '#EXT-X-MEDIA:TYPE=SUBTITLES,NAME="x,URI=",URI="subs.vtt"\n'
        '#EXT-X-SESSION-DATA:DATA-ID="a",VALUE="URI=b"\n'
        '# URI="comment.m3u8"\n'
        '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://key"\n'
    )

    assert text.splitlines()[1:] == [
        f'#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="{routed("video_iframe.m3u8")}"',
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,NAME="x,URI=",URI="{signed("stream/subs.vtt")}"',
        '#EXT-X-SESSION-DATA:DATA-ID="a",VALUE="URI=b"',
        '# URI="comment.m3u8"',
        '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://key"',
    ]


@pytest.mark.parametrize(
    "uri",
    [
        "https://elsewhere.example/a.ts",
        "//elsewhere.example/a.ts",
        "../../../media_10/p0123456789ab/stream/a.cmfv",
        "../../p0123456789ac/stream/a.cmfv",
        "/p/renditions/o/p/media_1/p0123456789abc/a.cmfv",
        "https://cdn.example.elsewhere.example/p/renditions/o/p/media_1/p0123456789ab/a.ts",
    ],
)
def test_the_signature_is_not_given_to_what_is_elsewhere(uri: str) -> None:
    """Media 1's policy must not be told to who serves media 10, nor to another host."""
    text = hls(f'#EXTM3U\n#EXT-X-MAP:URI="{uri}"\n{uri}\n')
    manifest = mpd(f'<SegmentTemplate media="{uri}"/><BaseURL>{uri}</BaseURL>')
    track = rewrite("thumbnails.vtt", f"WEBVTT\n\n00:00 --> 00:01\n{uri}#xywh=0,0,1,1\n", LINKS)

    for answer in (text, ET.tostring(manifest, encoding="unicode"), track):
        assert "abc~" not in answer


def test_playlists_as_ffmpeg_writes_them(tmp_path: Path) -> None:
    encode_stream(clip(1280, 720, 3), tmp_path)
    stream = tmp_path / "stream"

    master = m3u8.loads(rewrite("stream/video.m3u8", (stream / "video.m3u8").read_text(), LINKS))
    tracks = [urlsplit(one.uri).path.rpartition("/")[2] for one in master.playlists + master.media]
    assert len(tracks) == 3

    for track in tracks:
        text = (stream / track).read_text()
        rewritten = m3u8.loads(rewrite(f"stream/{track}", text, LINKS))
        named = [one.uri for one in m3u8.loads(text).segments]
        assert [one.uri for one in rewritten.segments] == [signed(f"stream/{n}") for n in named]
        assert all((stream / name).exists() for name in named)


def test_a_manifests_templates_are_absolute_and_escaped() -> None:
    manifest = mpd(
        '<Period><AdaptationSet><SegmentTemplate timescale="90000" startNumber="1" '
        'media="video_480p_$Number%09d$.cmfv" initialization="video_480pinit.cmfv"/>'
        "</AdaptationSet></Period>"
    )

    template = manifest.find(f".//{MPD}SegmentTemplate")
    assert template is not None
    assert template.attrib == {
        "timescale": "90000",
        "startNumber": "1",
        "media": signed("stream/video_480p_$Number%09d$.cmfv"),
        "initialization": signed("stream/video_480pinit.cmfv"),
    }


def test_a_manifests_base_urls_hold_for_what_is_below_them() -> None:
    manifest = mpd(
        "<BaseURL>sub/</BaseURL><BaseURL>../other/</BaseURL>"
        '<Period><SegmentTemplate media="a.cmfv"/>'
        "<AdaptationSet><BaseURL>inner/</BaseURL>"
        '<Representation><SegmentTemplate media="b.cmfv?x=1&amp;y=2"/></Representation>'
        "<Representation><BaseURL><![CDATA[c.mp4]]></BaseURL>"
        '<SegmentBase indexRange="0-9"><Initialization range="0-1"/></SegmentBase></Representation>'
        '<Representation><SegmentList><Initialization sourceURL="i.mp4"/>'
        '<SegmentURL media="d.mp4" mediaRange="0-1"/></SegmentList></Representation>'
        "</AdaptationSet></Period>"
    )

    templates = [one.get("media") for one in manifest.iter(f"{MPD}SegmentTemplate")]
    assert templates == [
        signed("stream/sub/a.cmfv"),
        f"{ROOT}stream/sub/inner/b.cmfv?x=1&y=2&{QUERY}",
    ]
    assert [one.text for one in manifest.iter(f"{MPD}BaseURL")] == [
        signed("stream/sub/"),
        signed("other/"),
        signed("stream/sub/inner/"),
        signed("stream/sub/inner/c.mp4"),
    ]
    initializations = [one.attrib for one in manifest.iter(f"{MPD}Initialization")]
    assert initializations == [
        {"range": "0-1"},
        {"sourceURL": signed("stream/sub/inner/i.mp4")},
    ]
    urls = [one.get("media") for one in manifest.iter(f"{MPD}SegmentURL")]
    assert urls == [signed("stream/sub/inner/d.mp4")]


def test_a_manifest_of_the_local_encoder_plays_from_where_its_segments_are() -> None:
    text = """<?xml version='1.0' encoding='utf-8'?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:cenc="urn:mpeg:cenc:2013" type="static">
  <!-- ä -->
  <Period id="1"><AdaptationSet id="1" cenc:x="1"><Representation id="480p">
    <SegmentTemplate media="video_480p_$Number%09d$.cmfv" initialization="video_480pinit.cmfv">
      <SegmentTimeline><S t="0" d="180000" r="2"/></SegmentTimeline>
    </SegmentTemplate></Representation></AdaptationSet></Period>
</MPD>
"""
    answer = rewrite("stream/video.mpd", text, LINKS)

    before, after = (list(parsed(one).iter()) for one in (text, answer))
    assert [(one.tag, sorted(one.attrib)) for one in before] == [
        (one.tag, sorted(one.attrib)) for one in after
    ]
    assert "xmlns:cenc" in answer
    assert "<!-- ä -->" in answer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<MPD>",
        "no manifest",
        '<!DOCTYPE MPD [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><MPD>&b;</MPD>',
        "<MPD>&undeclared;</MPD>",
    ],
)
def test_a_manifest_that_is_none_is_the_encoders_fault(text: str) -> None:
    with pytest.raises(EncoderFault):
        rewrite("stream/video.mpd", text, LINKS)


def test_thumbnails_keep_their_fragments() -> None:
    track = thumbnails(Tiling(tiles=3, tile_width=160, tile_height=90), 2, 5)

    lines = rewrite("thumbnails.vtt", track, LINKS).splitlines()

    assert lines[:4] == [
        "WEBVTT",
        "",
        "00:00:00.000 --> 00:00:02.000",
        f"{ROOT}sprites/sprite_0001.jpg?{QUERY}#xywh=0,0,160,90",
    ]
    assert [line for line in lines if "-->" in line] == [
        line for line in track.splitlines() if "-->" in line
    ]
    assert sum(f"?{QUERY}#xywh=" in line for line in lines) == 3


def test_a_tracks_notes_and_titles_are_no_urls() -> None:
    text = "WEBVTT - Title\n\nNOTE sprites/a.jpg\n\n1\n00:00.000 --> 00:01.000\na.jpg\n\n2\n"

    assert rewrite("thumbnails.vtt", text, LINKS) == text.replace("\na.jpg", f"\n{signed('a.jpg')}")


@pytest.mark.parametrize("file", ["video.m3u8", "video_480p.m3u8", "video.mpd", "thumbnails.vtt"])
def test_a_playlist_is_given_by_its_file_name(file: str) -> None:
    name = playlist_name(file)

    assert name is not None
    assert playlist_file(name) == file
    assert LINKS.of(name) == routed(file)
    assert "/" in content_type(name)


@pytest.mark.parametrize(
    "file",
    [
        "",
        ".m3u8",
        "../video.m3u8",
        "a/b.m3u8",
        "a%2fb.m3u8",
        "video.m3u8\n",
        "video.mp4",
        "manifest.json",
        "sprites.vtt",
        "a b.m3u8",
        f"{'a' * 300}.m3u8",
    ],
)
def test_other_files_are_not_given(file: str) -> None:
    assert playlist_name(file) is None


NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
LINES = st.lists(st.sampled_from([*MASTER.splitlines(), *MEDIA.splitlines(), "a b", "#", "é"]))


@given(st.lists(NAMES))
def test_every_segment_is_signed_once(names: list[str]) -> None:
    text = "#EXTM3U\n" + "".join(f"#EXTINF:1,\n{name}\n" for name in names)

    urls = [line for line in hls(text).splitlines() if not line.startswith("#")]

    assert urls == [
        routed(name) if playlist_name(name) else f"{urljoin(ROOT + 'stream/', name)}?{QUERY}"
        for name in names
    ]


@given(st.one_of(st.text(), LINES.map("\n".join)))
def test_any_text_has_as_many_lines_afterwards(text: str) -> None:
    for name in ("stream/video.m3u8", "thumbnails.vtt"):
        assert len(rewrite(name, text, LINKS).splitlines()) == len(text.splitlines())
