from __future__ import annotations

import pytest

from local.edge.freshness import lifetime
from local.edge.messages import Response
from tests.unit.local.edge.stand_in import cache_policy

ERROR_TTL = 10


@pytest.mark.parametrize(
    ("headers", "ttl", "seconds"),
    [
        ({}, (0, 60, 3600), 60),
        ({"cache-control": "max-age=5"}, (0, 60, 3600), 5),
        ({"cache-control": "max-age=60, s-maxage=300"}, (0, 60, 3600), 300),
        ({"cache-control": "public, max-age=31536000, immutable"}, (0, 60, 3600), 3600),
        ({"cache-control": "max-age=5"}, (30, 60, 3600), 30),
        ({"cache-control": "no-store"}, (0, 60, 3600), 0),
        ({"cache-control": "private, max-age=60"}, (0, 60, 3600), 0),
        ({"cache-control": "no-cache"}, (30, 60, 3600), 30),
        ({"cache-control": "max-age=60"}, (0, 0, 0), 0),
        (
            {
                "date": "Fri, 20 Nov 2026 10:00:00 GMT",
                "expires": "Fri, 20 Nov 2026 10:00:07 GMT",
            },
            (0, 60, 3600),
            7,
        ),
        ({"expires": "0"}, (0, 60, 3600), 60),
    ],
)
def test_content_lives_as_its_headers_and_the_policy_say(
    headers: dict[str, str], ttl: tuple[int, int, int], seconds: int
) -> None:
    response = Response(200, tuple(headers.items()))

    assert lifetime(response, cache_policy(ttl=ttl), ERROR_TTL) == seconds


@pytest.mark.parametrize(
    ("status", "cache_control", "seconds"),
    [
        (404, "", 10),
        (404, "max-age=1", 10),
        (404, "max-age=100", 100),
        (404, "no-store", 0),
        (503, "no-store", 10),
        (502, "", 10),
        (400, "", 0),
        (403, "", 0),
        (403, "max-age=100", 100),
        (416, "", 0),
        (429, "max-age=100", 0),
    ],
)
def test_errors_live_as_cloudfront_documents_it(
    status: int, cache_control: str, seconds: int
) -> None:
    response = Response(status, (("cache-control", cache_control),))

    assert lifetime(response, cache_policy(), ERROR_TTL) == seconds
