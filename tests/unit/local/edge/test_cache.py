from __future__ import annotations

import asyncio

from local.edge.cache import Cache
from local.edge.forwarding import CacheKey
from local.edge.messages import Response
from tests.unit.local.edge.stand_in import Clock

A, B, C = (CacheKey("*", path, (), ()) for path in ("/a", "/b", "/c"))


def test_the_least_recently_used_goes_first() -> None:
    cache = Cache(capacity=10)
    for name in (A, B):
        cache.put(name, Response(200, body=b"12345"), 60)
    cache.get(A)
    cache.put(C, Response(200, body=b"12345"), 60)

    assert cache.get(B) is None
    assert cache.get(A)
    assert cache.get(C)


def test_what_is_larger_than_the_cache_is_not_kept() -> None:
    cache = Cache(capacity=10)
    cache.put(A, Response(200, body=b"12345"), 60)
    cache.put(B, Response(200, body=b"x" * 11), 60)

    assert cache.get(B) is None
    assert cache.get(A)


def test_replacing_counts_its_bytes_once() -> None:
    cache = Cache(capacity=10)
    for _ in range(5):
        cache.put(A, Response(200, body=b"123456"), 60)
    cache.put(B, Response(200, body=b"1234"), 60)

    assert cache.get(A)


def test_an_entry_ages_and_goes_stale() -> None:
    clock = Clock()
    cache = Cache(clock=clock)
    cache.put(A, Response(200), 60)
    entry = cache.get(A)
    assert entry

    clock.now += 59.5
    assert (cache.is_fresh(entry), cache.age(entry)) == (True, 59)
    clock.now += 1
    assert not cache.is_fresh(entry)


def test_the_first_goes_alone_and_the_others_after_it_together() -> None:
    async def crowd() -> list[int]:
        cache, inside = Cache(), 0
        seen = []

        async def enter() -> None:
            nonlocal inside
            async with cache.collapsed(A):
                inside += 1
                seen.append(inside)
                await asyncio.sleep(0.01)
                inside -= 1

        await asyncio.gather(*(enter() for _ in range(5)))
        assert not cache._fetches
        return seen

    assert asyncio.run(crowd()) == [1, 1, 2, 3, 4]


def test_keys_do_not_wait_for_each_other() -> None:
    async def scene() -> None:
        cache = Cache()
        async with cache.collapsed(A), cache.collapsed(B):
            pass

    asyncio.run(asyncio.wait_for(scene(), 5))
