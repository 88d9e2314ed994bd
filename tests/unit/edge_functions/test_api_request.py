"""/api/*: the prefix is the CDN's, not the API's."""

from __future__ import annotations

import pytest

from tests.unit.edge_functions import runtime
from tests.unit.edge_functions.runtime import Node, viewer_request

CODE = (runtime.EDGE / "api_request.js").read_text()


@pytest.mark.parametrize(
    ("asked", "passed"),
    [
        ("/api/assets", "/assets"),
        ("/api/assets/api/x", "/assets/api/x"),
        ("/api/", "/"),
        ("/api", "/"),
        ("/apiary", "/apiary"),
    ],
)
def test_the_api_does_not_see_its_prefix(node: Node, asked: str, passed: str) -> None:
    assert node.results(CODE, [viewer_request(asked)])[0]["uri"] == passed


def test_the_api_sees_the_query_as_sent(node: Node) -> None:
    sent = viewer_request("/api/assets", "status=ready&cursor=a%20c")
    assert node.results(CODE, [sent])[0]["querystring"] == {
        "status": {"value": "ready"},
        "cursor": {"value": "a%20c"},
    }
