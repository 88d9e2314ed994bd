from __future__ import annotations

import asyncio

from local.edge.cache import Cache
from local.edge.messages import Response
from tests.unit.local.edge.stand_in import Clock


def test_the_least_recently_used_goes_first() -> None:
    cache = Cache(capacity=10)
    for name in "ab":
        cache.put(name, Response(200, body=b"12345"), 60)
    cache.get("a")
    cache.put("c", Response(200, body=b"12345"), 60)

    assert cache.get("b") is None
    assert cache.get("a")
    assert cache.get("c")


def test_what_is_larger_than_the_cache_is_not_kept() -> None:
    cache = Cache(capacity=10)
    cache.put("a", Response(200, body=b"12345"), 60)
    cache.put("b", Response(200, body=b"x" * 11), 60)

    assert cache.get("b") is None
    assert cache.get("a")


def test_replacing_counts_its_bytes_once() -> None:
    cache = Cache(capacity=10)
    for _ in range(5):
        cache.put("a", Response(200, body=b"123456"), 60)
    cache.put("b", Response(200, body=b"1234"), 60)

    assert cache.get("a")


def test_an_entry_ages_and_goes_stale() -> None:
    clock = Clock()
    cache = Cache(clock=clock)
    cache.put("a", Response(200), 60)
    entry = cache.get("a")
    assert entry

    clock.now += 59.5
    assert (cache.is_fresh(entry), cache.age(entry)) == (True, 59)
    clock.now += 1
    assert not cache.is_fresh(entry)


def test_only_one_is_inside_at_a_time() -> None:
    async def crowd() -> int:
        cache, inside, most = Cache(), 0, 0

        async def enter(key: str) -> None:
            nonlocal inside, most
            async with cache.alone(key):
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(enter("a") for _ in range(5)))
        assert not cache._locks
        return most

    assert asyncio.run(crowd()) == 1
