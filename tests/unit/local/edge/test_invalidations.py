"""What an invalidation drops, keeps, and keeps from being stored."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from local.edge import cache as cache_module
from local.edge.cache import Cache
from local.edge.forwarding import CacheKey
from local.edge.invalidations import MOST_TAGS, Invalidation, InvalidationFeed, tags_in
from local.edge.messages import Request, Response
from tests.unit.local.edge.stand_in import StandInEdge, cache_policy, ok

HEADER = "x-amz-meta-cache-tag"


@pytest.mark.parametrize(
    ("item", "url", "goes"),
    [
        ("/a/b.jpg", "/a/b.jpg", True),
        ("a/b.jpg", "/a/b.jpg", True),
        ("/a/b.jpg", "/a/b.jpg?w=1", False),
        ("/a/b.jpg?w=1", "/a/b.jpg?w=1", True),
        ("/a/b.jpg*", "/a/b.jpg?w=1", True),
        ("/a/*", "/a/b/c", True),
        ("/a/*", "/a", False),
        ("/a*", "/ab", True),
        ("/*", "/", True),
        ("/a/*.jpg", "/a/b.jpg", False),
        ("/a/*.jpg", "/a/*.jpg", True),
        ("/A/b.jpg", "/a/b.jpg", False),
        ("/a/b c.jpg", "/a/b%20c.jpg", True),
        ("/a/%C3%A5.jpg", "/a/%c3%a5.jpg", True),
        ("/a/%2A", "/a/b", False),
        ("#org/p/m", "/org/p/m", False),
    ],
)
def test_a_path_is_exact_or_ends_in_a_wildcard(item: str, url: str, goes: bool) -> None:
    assert Invalidation.of([item]).matches(url, frozenset()) is goes


@pytest.mark.parametrize(
    ("item", "header", "goes"),
    [
        ("#org/p/m", "org/p/m", True),
        ("#Org/P/M", "other, oRG/p/m ,third", True),
        ("#org/p", "org/p/m", False),
        ("#org/p/*", "org/p/m", False),
        ("org/p/m", "org/p/m", False),
        ("#org/p/m", "", False),
    ],
)
def test_a_tag_is_whole_and_its_case_makes_no_difference(
    item: str, header: str, goes: bool
) -> None:
    assert Invalidation.of([item]).matches("/x", tags_in(header)) is goes


def test_an_object_has_no_more_tags_than_cloudfront_stores() -> None:
    tags = tags_in(",".join(f"t{number}" for number in range(MOST_TAGS + 1)))

    assert len(tags) == MOST_TAGS
    assert f"t{MOST_TAGS}" not in tags


def test_one_batch_names_paths_and_tags() -> None:
    invalidation = Invalidation.of(["/a", "/b/*", "#t"])

    assert [
        invalidation.matches(url, tags_in(tags))
        for url, tags in [("/a", ""), ("/b/c", ""), ("/c", "t"), ("/c", "")]
    ] == [True, True, True, False]


def tagged(_: object, request: Request) -> Response:
    tag = "m1" if "1" in request.path else "m2"
    return Response(200, ((HEADER, f"all, {tag}"),), b"hello")


def test_a_purge_by_tag_takes_every_variant_and_nothing_else() -> None:
    edge = StandInEdge(tagged, tag_header=HEADER)

    async def scene() -> list[str]:
        for path in ("/1/a", "/1/b", "/2/a"):
            await edge.ask(path)
        edge.cache.invalidate(Invalidation.of(["#M1"]))
        answers = [await edge.ask(path) for path in ("/1/a", "/1/b", "/2/a")]
        return [answer.header("x-cache").split()[0] for answer in answers]

    assert asyncio.run(scene()) == ["Miss", "Miss", "Hit"]


def test_without_a_tag_header_in_the_distribution_there_are_no_tags() -> None:
    edge = StandInEdge(tagged)

    async def scene() -> str:
        await edge.ask("/1/a")
        edge.cache.invalidate(Invalidation.of(["#m1"]))
        return (await edge.ask("/1/a")).header("x-cache")

    assert asyncio.run(scene()) == "Hit from cloudfront"


def test_a_path_with_a_query_in_the_key_is_named_with_it() -> None:
    policy = cache_policy(key={"QueryStringsConfig": {"QueryStringBehavior": "all"}})
    edge = StandInEdge(ok(), cache=policy)

    async def scene() -> list[str]:
        queries = ((("w", "1"),), (("w", "2"),))
        for query in queries:
            await edge.ask("/a", query=query)
        edge.cache.invalidate(Invalidation.of(["/a?w=1"]))
        answers = [await edge.ask("/a", query=query) for query in queries]
        return [answer.header("x-cache").split()[0] for answer in answers]

    assert asyncio.run(scene()) == ["Miss", "Hit"]


@pytest.mark.parametrize(
    ("item", "second"), [("#m1", "Miss"), ("/1/*", "Miss"), ("/1/a", "Miss"), ("/2/*", "Hit")]
)
def test_what_was_in_flight_when_it_was_purged_is_not_stored(item: str, second: str) -> None:
    """The origin answered with the old bytes, and they came after the purge."""
    purges = [item]

    def answer(_: object, request: Request) -> Response:
        if purges:
            edge.cache.invalidate(Invalidation.of([purges.pop()]))
        return tagged(_, request)

    edge = StandInEdge(answer, tag_header=HEADER)

    async def scene() -> list[str]:
        answers = [await edge.ask("/1/a") for _ in range(3)]
        return [answer.header("x-cache").split()[0] for answer in answers]

    assert asyncio.run(scene()) == ["Miss", second, "Hit"]


def test_a_fetch_that_outlives_the_memory_of_invalidations_is_not_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cache_module, "REMEMBERED", 2)
    cache, key = Cache(), CacheKey("*", "/a", (), ())
    since = cache.now
    for _ in range(2):
        cache.invalidate(Invalidation.of(["/b"]))
    cache.put(key, Response(200), 60, since=since)
    assert cache.get(key)

    cache.invalidate(Invalidation.of(["/b"]))
    cache.put(key, Response(200), 60, since=since)
    assert cache.get(key) is None


class StandInCloudFront:
    def __init__(self) -> None:
        self.batches: dict[str, list[str]] = {}

    def list_invalidations(self, *, DistributionId: str) -> dict[str, Any]:  # noqa: N803  # boto3's
        assert DistributionId == "E1"
        items = [{"Id": name} for name in self.batches]
        return {"InvalidationList": {"Items": items} if items else {}}

    def get_invalidation(self, *, DistributionId: str, Id: str) -> dict[str, Any]:  # noqa: N803
        assert DistributionId == "E1"
        return {"Invalidation": {"InvalidationBatch": {"Paths": {"Items": self.batches[Id]}}}}


def test_each_invalidation_is_news_once_and_those_before_the_start_are_none() -> None:
    cloudfront = StandInCloudFront()
    cloudfront.batches["I0"] = ["/*"]
    feed = InvalidationFeed(cloudfront, "E1")
    assert feed.news() == []

    cloudfront.batches |= {"I1": ["#m1"], "I2": ["/a"]}
    assert feed.news() == [Invalidation.of(["#m1"]), Invalidation.of(["/a"])]
    assert feed.news() == []
