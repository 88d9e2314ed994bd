"""Grants of private assets, and their playlists: with real signatures, and everything that must be
refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.aws.signing import CloudFrontPolicies
from spool.errors import Conflict, Forbidden, InvalidRequest, NotFound, NotReady
from spool.model import Asset, Status
from spool.services.access import Access, Granting, Policy
from spool.services.streaming import Streaming, covers
from tests.unit.key_pairs import rsa_pair
from tests.unit.services.fakes import MemoryCatalogue, MemoryObjects
from tests.unit.video.test_playlists import MASTER, MEDIA

CDN = "https://cdn.example"
TAG, OTHER_TAG = "p0123456789ab", "pba9876543210"
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
POLICIES = CloudFrontPolicies(
    public_keys={"KOURS": rsa_pair().public}, private_key=lambda: rsa_pair().private
)


def video(media_id: str = "media_1", tag: str | None = TAG, **fields: Any) -> Asset:
    org, project = fields.pop("org_id", "org"), fields.pop("project_id", "proj")
    place = f"{CDN}/p/renditions/{org}/{project}/{media_id}/{tag}"
    key = f"originals/{org}/{project}/{media_id}-my film (å).mp4"
    values: dict[str, Any] = {
        "id": media_id,
        "org_id": org,
        "project_id": project,
        "filename": "my film (å).mp4",
        "original_key": key,
        "status": Status.READY,
        "uploaded_at": "2026-01-01T10:00:00.000Z",
        "private": True,
        "tag": tag,
        "processed": {
            "onDemandResize": True,
            "img": f"{CDN}/p/img/{key}?v={tag}",
            "poster": f"{place}/poster.jpg",
            "hls": f"{place}/stream/video.m3u8",
            "dash": f"{place}/stream/video.mpd",
            "thumbnails": f"{place}/thumbnails.vtt",
            "manifest": f"{place}/manifest.json",
        },
        **fields,
    }
    return Asset(**values)


@dataclass
class House:
    """Both services over the same assets; `now` is the time."""

    assets: MemoryCatalogue = field(default_factory=MemoryCatalogue)
    objects: MemoryObjects = field(default_factory=MemoryObjects)
    now: datetime = NOW
    private_content: bool = True
    cdn_url: str = CDN

    def put(self, asset: Asset) -> Asset:
        self.assets.assets[asset.org_id, asset.id] = asset
        for name, text in (
            ("stream/video.m3u8", MASTER),
            ("stream/video_480p.m3u8", MEDIA),
            ("thumbnails.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nsprites/s.jpg#xywh=0,0,1,1\n"),
        ):
            key = asset.ref.rendition(asset.tag or TAG, name)
            self.objects.put(key, text.encode(), "text/plain")
        return asset

    def grant(self, asset: Asset, seconds: int | None = None) -> Access:
        granting = Granting(
            catalogue=self.assets,
            policies=POLICIES,
            cdn_url=self.cdn_url,
            private_content=self.private_content,
            most_seconds=86_400,
            clock=lambda: self.now,
        )
        return granting.grant(asset.org_id, asset.id, seconds)

    @property
    def streaming(self) -> Streaming:
        return Streaming(
            catalogue=self.assets,
            renditions=self.objects,
            policies=POLICIES,
            cdn_url=self.cdn_url,
            clock=lambda: self.now,
        )


@pytest.fixture
def house() -> House:
    return House()


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


def opens(access: Access, path: str) -> bool:
    """Whether CloudFront would let this path through with one of the grants."""
    policies = [POLICIES.verified(grant.parameters)[0] for grant in access.grants]
    return any(covers(policy.resource, f"{CDN}{path}") for policy in policies)


def test_an_asset_is_opened_for_an_hour(house: House) -> None:
    access = house.grant(house.put(video())).to_dict()

    assert access["expiresAt"] == "2026-01-01T13:00:00.000Z"
    assert [(grant["resource"], grant["path"]) for grant in access["grants"]] == [
        (f"{CDN}/p/renditions/org/proj/media_1/*", "/p/renditions/org/proj/media_1/"),
        (
            f"{CDN}/p/img/originals/org/proj/media_1-*",
            "/p/img/originals/org/proj/media_1-my%20film%20%28%C3%A5%29.mp4",
        ),
    ]
    for grant in access["grants"]:
        given = dict(parse_qsl(grant["query"], strict_parsing=True))
        assert {f"CloudFront-{name}": value for name, value in given.items()} == grant["cookies"]
        policy, _ = POLICIES.verified(given)
        assert policy == Policy(grant["resource"], NOW + timedelta(hours=1))


def test_every_url_bears_the_grant_that_opens_it(house: House) -> None:
    access = house.grant(house.put(video()))
    renditions, img = (grant.query for grant in access.grants)
    place = f"{CDN}/p/renditions/org/proj/media_1/{TAG}"
    img_url = f"{CDN}/p/img/originals/org/proj/media_1-my%20film%20%28%C3%A5%29.mp4"

    urls = dict(access.urls)
    streams = {name: urls.pop(name) for name in ("hls", "dash", "thumbnails")}

    assert urls == {
        "onDemandResize": True,
        "img": f"{img_url}?v={TAG}&{img}",
        "poster": f"{place}/poster.jpg?{renditions}",
        "manifest": f"{place}/manifest.json?{renditions}",
    }
    assert {name: url.partition("?")[0] for name, url in streams.items()} == {
        "hls": f"{CDN}/api/assets/media_1/stream/video.m3u8",
        "dash": f"{CDN}/api/assets/media_1/stream/video.mpd",
        "thumbnails": f"{CDN}/api/assets/media_1/stream/thumbnails.vtt",
    }
    lower = {n.lower(): v for n, v in access.grants[0].parameters.items()}
    assert query_of(streams["hls"]) == {"v": TAG, **lower}


def test_an_asset_without_a_picture_has_no_img(house: House) -> None:
    song = house.put(video(processed={"manifest": "x"}))

    assert house.grant(song).urls == {"manifest": "x"}


def test_urls_follow_the_cdn_to_its_new_domain(house: House) -> None:
    """They were written under the domain of that time; the signature is for today's."""
    asset = house.put(video())
    house.cdn_url = "https://media.example"

    urls = house.grant(asset).urls

    assert {urlsplit(url).netloc for url in urls.values() if url is not True} == {"media.example"}


def test_cookies_are_as_narrow_as_the_grant(house: House) -> None:
    cookies = house.grant(house.put(video()), 600).set_cookies()

    kept = "Max-Age=600; Secure; HttpOnly; SameSite=None"
    assert len(cookies) == 8
    paths = {cookie.split("; ")[1] for cookie in cookies}
    assert paths == {
        "Path=/p/renditions/org/proj/media_1/",
        "Path=/p/img/originals/org/proj/media_1-my%20film%20%28%C3%A5%29.mp4",
    }
    assert all(cookie.endswith(kept) for cookie in cookies)
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        "CloudFront-Policy",
        "CloudFront-Signature",
        "CloudFront-Key-Pair-Id",
        "CloudFront-Hash-Algorithm",
    }
    assert max(map(len, cookies)) < 4096


def test_the_longest_key_still_fits_a_cookies_path(house: House) -> None:
    """Browsers ignore an attribute of more than 1,024 bytes."""
    ids = {"org_id": "o" * 64, "project_id": "p" * 64}
    name = "å" * 125 + ".mp4"
    key = f"originals/{'o' * 64}/{'p' * 64}/{'m' * 64}-{name}"
    asset = house.put(video("m" * 64, **ids, filename=name, original_key=key))

    paths = [grant.path for grant in house.grant(asset).grants]

    assert max(map(len, paths)) < 1024


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        (f"/p/renditions/org/proj/media_1/{TAG}/poster.jpg", True),
        (f"/p/renditions/org/proj/media_1/{TAG}/stream/video_480p_000000001.cmfv", True),
        ("/p/img/originals/org/proj/media_1-a.jpg", True),
        ("/p/img/originals/org/proj/media_1-a.jpg?w=1&h=2", True),
        (f"/p/renditions/org/proj/media_10/{TAG}/poster.jpg", False),
        (f"/p/renditions/org/proj/media_/{TAG}/poster.jpg", False),
        (f"/p/renditions/other/proj/media_1/{TAG}/poster.jpg", False),
        ("/p/img/originals/org/proj/media_10-a.jpg", False),
        ("/p/img/originals/org/proj_2/media_1-a.jpg", False),
        ("/img/originals/org/proj/media_1-a.jpg", False),
        ("/x/p/renditions/org/proj/media_1/a", False),
    ],
)
def test_a_grant_opens_one_asset(house: House, path: str, *, opened: bool) -> None:
    assert opens(house.grant(house.put(video())), path) is opened


IDS = st.from_regex(r"[A-Za-z0-9_]{1,6}", fullmatch=True)


@given(IDS, IDS, st.from_regex(r"[a-z]{1,3}", fullmatch=True), st.sampled_from(["org", "org_"]))
def test_no_id_opens_another(one: str, other: str, more: str, org: str) -> None:
    """Also where one is how the other begins."""
    house = House()
    access = house.grant(house.put(video(one)))

    for media_id in (other, one + more, one[:-1] or "x", one):
        same = media_id == one and org == "org"
        assert opens(access, f"/p/renditions/{org}/proj/{media_id}/{TAG}/a.jpg") is same
        assert opens(access, f"/p/img/originals/{org}/proj/{media_id}-a.jpg?w=1") is same


@pytest.mark.parametrize("seconds", [-1, 0, 59, 86_401, 10**12])
def test_access_is_given_for_a_minute_to_a_day(house: House, seconds: int) -> None:
    asset = house.put(video())

    with pytest.raises(InvalidRequest, match="from 60 to 86400"):
        house.grant(asset, seconds)


def test_access_lasts_for_as_long_as_is_asked(house: House) -> None:
    asset = house.put(video())

    assert house.grant(asset, 60).expires == NOW + timedelta(seconds=60)
    assert house.grant(asset, 86_400).expires == NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("asset", "error"),
    [
        (video(private=False, tag="0123456789ab"), Conflict),
        (video(private=False, tag=None, status=Status.PROCESSING), Conflict),
        (video(tag=None, status=Status.PROCESSING), NotReady),
        (video(private=False), NotReady),
        (video(tag="0123456789ab"), NotReady),
        (video(status=Status.DELETED), NotFound),
    ],
    ids=["public", "to be public", "not ready", "becoming public", "becoming private", "deleted"],
)
def test_who_needs_no_access_gets_none(house: House, asset: Asset, error: type[Exception]) -> None:
    house.assets.assets[asset.org_id, asset.id] = asset

    with pytest.raises(error):
        house.grant(asset)


def test_an_unknown_asset_and_anothers_are_not_found(house: House) -> None:
    asset = house.put(video())

    for unknown in (replace(asset, org_id="other"), replace(asset, id="media_2")):
        with pytest.raises(NotFound):
            house.grant(unknown)


def test_a_version_that_replaces_another_leaves_it_open(house: House) -> None:
    assert house.grant(house.put(video(status=Status.PROCESSING))).urls["poster"]


def test_without_keys_there_is_no_private_content(house: House) -> None:
    house.private_content = False

    with pytest.raises(InvalidRequest, match="privatePublicKeys"):
        house.grant(house.put(video()))


def playlist(house: House, url: str) -> Any:
    parts = urlsplit(url)
    *_, media_id, _, file = parts.path.split("/")
    return house.streaming.playlist(media_id, file, query_of(url))


def test_a_player_gets_from_the_master_to_the_segments(house: House) -> None:
    access = house.grant(house.put(video()))

    master = m3u8.loads(playlist(house, access.urls["hls"]).text)
    media = m3u8.loads(playlist(house, master.playlists[0].uri).text)

    for uri in (media.segments[0].uri, media.segment_map[0].uri):
        path = urlsplit(uri).path
        assert opens(access, path)
        assert query_of(uri) == access.grants[0].parameters
    sprite = playlist(house, access.urls["thumbnails"]).text.splitlines()[3]
    assert sprite.startswith(f"{CDN}/p/renditions/org/proj/media_1/{TAG}/sprites/s.jpg?Policy=")
    assert sprite.endswith("#xywh=0,0,1,1")


def test_a_playlist_may_be_kept_until_the_access_ends(house: House) -> None:
    url = house.grant(house.put(video()), 600).urls["hls"]
    house.now += timedelta(seconds=200, milliseconds=1)

    assert playlist(house, url).max_age == 399
    assert playlist(house, url.replace(f"v={TAG}&", "")).max_age == 60


def test_a_film_that_is_replaced_meanwhile_plays_on(house: House) -> None:
    url = house.grant(house.put(video())).urls["hls"]
    house.put(video(tag=OTHER_TAG))

    assert f"/{TAG}/" in playlist(house, playlist_urls(house, url)[0]).text
    assert f"v={OTHER_TAG}" in playlist(house, url.replace(f"v={TAG}&", "")).text


def playlist_urls(house: House, url: str) -> list[str]:
    return [one.uri for one in m3u8.loads(playlist(house, url).text).playlists]


@pytest.mark.parametrize("seconds", [600, 601, 10**6])
def test_a_playlist_is_refused_after_expiry(house: House, seconds: int) -> None:
    url = house.grant(house.put(video()), 600).urls["hls"]
    house.now += timedelta(seconds=seconds)

    with pytest.raises(Forbidden, match="expired"):
        playlist(house, url)


def signed_query(resource: str) -> Mapping[str, str]:
    return POLICIES.signed(Policy(resource, NOW + timedelta(hours=1)))


@pytest.mark.parametrize(
    "other",
    [
        video("media_10"),
        video("media_"),
        video("media_2", project_id="proj2"),
    ],
    ids=["its id goes on", "its id is shorter", "another project"],
)
def test_a_grant_of_another_asset_is_refused(house: House, other: Asset) -> None:
    house.put(video())
    query = query_of(house.grant(house.put(other)).urls["hls"])

    with pytest.raises(Forbidden, match="cover"):
        house.streaming.playlist("media_1", "video.m3u8", query)


def test_a_grant_of_another_organisations_asset_gives_that_one_only(house: House) -> None:
    """Ids are unique within an organisation: the policy says which is meant."""
    house.put(video())
    theirs = house.put(video(org_id="other"))
    query = query_of(house.grant(theirs).urls["hls"])

    text = house.streaming.playlist("media_1", "video_480p.m3u8", query).text

    assert "/p/renditions/other/proj/media_1/" in text
    assert "/p/renditions/org/" not in text


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "https://*",
        f"{CDN}/*",
        f"{CDN}/p/renditions/*",
        f"{CDN}/p/renditions/org/*",
        f"{CDN}/p/renditions/org/proj/*",
        f"{CDN}/p/renditions/org/proj/media_1",
        f"{CDN}/p/renditions/org/proj/media_1*",
        f"{CDN}/p/renditions/org/proj/media_?/*",
        f"{CDN}/p/renditions/*/proj/media_1/*",
        f"{CDN}/p/renditions/org/proj/../media_1/*",
        f"{CDN}/p/img/originals/org/proj/media_1-*",
        f"{CDN}/renditions/org/proj/media_1/*",
        "http://cdn.example/p/renditions/org/proj/media_1/*",
        "https://cdn.example.evil.example/p/renditions/org/proj/media_1/*",
        f"{CDN}/p/renditions/org/proj/media_1/",
        f"{CDN}/p/renditions/org/proj/media_1/poster.jpg",
        f"{CDN}/p/renditions/org/proj/media_1/{OTHER_TAG}/*",
        f"{CDN}/p/renditions/org/proj/media_1/{TAG}/stream/video_*",
        f"{CDN}/p/renditions/org/proj/media_1/*/poster.jpg",
    ],
)
def test_a_policy_of_something_else_is_refused(house: House, resource: str) -> None:
    """Even where it would cover this too: the route serves those who were granted one asset."""
    house.put(video())

    with pytest.raises(Forbidden, match="cover"):
        house.streaming.playlist("media_1", "video.m3u8", signed_query(resource))


@pytest.mark.parametrize("narrow", ["*", f"{TAG}/*", f"{TAG}/stream/video.m3u?", "*/video.m3u8"])
def test_a_narrower_policy_opens_what_it_says(house: House, narrow: str) -> None:
    house.put(video())
    query = signed_query(f"{CDN}/p/renditions/org/proj/media_1/{narrow}")

    assert house.streaming.playlist("media_1", "video.m3u8", query).text.startswith("#EXTM3U")


@pytest.mark.parametrize("tag", ["0123456789ab", "x", "", "../p0123456789ab", f"{TAG}/", OTHER_TAG])
def test_a_version_that_is_not_private_or_not_there_is_not_found(house: House, tag: str) -> None:
    query = query_of(house.grant(house.put(video())).urls["hls"])

    with pytest.raises(NotFound):
        house.streaming.playlist("media_1", "video.m3u8", {**query, "v": tag})


@pytest.mark.parametrize("file", ["poster.jpg", "manifest.json", "video_9.m3u8", "../video.m3u8"])
def test_only_playlists_that_are_there_are_given(house: House, file: str) -> None:
    query = query_of(house.grant(house.put(video())).urls["hls"])

    with pytest.raises(NotFound):
        house.streaming.playlist("media_1", file, query)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"status": Status.DELETED}, NotFound),
        ({"project_id": "elsewhere"}, NotFound),
        ({"tag": None, "status": Status.PROCESSING}, NotReady),
        ({"tag": "0123456789ab", "private": False}, NotFound),
    ],
)
def test_a_grant_outlives_no_asset(
    house: House, change: Mapping[str, Any], error: type[Exception]
) -> None:
    asset = house.put(video())
    url = house.grant(asset).urls["hls"].replace(f"v={TAG}&", "")
    house.assets.assets[asset.org_id, asset.id] = replace(asset, **change)

    with pytest.raises(error):
        playlist(house, url)


PIECES = st.lists(st.sampled_from(["a", "b", "/", ".", "*", "?", "[", "]", "\\", "+"]), max_size=8)
PATHS = st.text("ab/.[]\\+", max_size=8)


def _covers(pattern: str, path: str) -> bool:
    """The definition, one character after the other."""
    if not pattern:
        return not path
    if pattern[0] == "*":
        return _covers(pattern[1:], path) or (bool(path) and _covers(pattern, path[1:]))
    return bool(path) and pattern[0] in {"?", path[0]} and _covers(pattern[1:], path[1:])


@given(PIECES.map("".join), PATHS)
def test_wildcards_are_as_they_are_defined(pattern: str, path: str) -> None:
    assert covers(pattern, path) is _covers(pattern, path)
    assert covers("*", path)
    assert covers(path, path)
