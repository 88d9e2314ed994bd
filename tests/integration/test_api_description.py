"""What the API says of itself, and that it is true."""

from __future__ import annotations

import httpx
import pytest

from local.cloud import Cloud
from tests.integration import contract
from tests.integration.frontend import Frontend


def anonymous(cloud: Cloud, path: str, **headers: str) -> httpx.Response:
    answer = httpx.get(cloud.api_url + path, headers=headers, timeout=60)
    contract.check("GET", path, answer)
    return answer


def test_the_document_is_there_for_anyone(cloud: Cloud) -> None:
    answer = anonymous(cloud, "/openapi.json")

    assert answer.json() == contract.document()
    again = anonymous(cloud, "/openapi.json", **{"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    through_the_cdn = httpx.get(f"{cloud.edge_url}/api/openapi.json", timeout=60)
    assert through_the_cdn.json() == contract.document()


def test_health_says_that_everything_is_well(cloud: Cloud) -> None:
    answer = anonymous(cloud, "/health")

    assert answer.status_code == 200, answer.text
    names = [one["name"] for one in answer.json()["dependencies"]]
    assert names == ["catalogue", "originals", "pipeline"]


def test_an_answer_that_is_not_as_documented_is_noticed(frontend: Frontend) -> None:
    """Of the check that all the other tests rely on."""
    asset = frontend.asset(frontend.upload(b"no picture"))
    drifted = [
        httpx.Response(418, json=asset),
        httpx.Response(200, text="an asset"),
        httpx.Response(200, json={**asset, "secret": 1}),
        httpx.Response(200, json={**asset, "status": "lost"}),
        httpx.Response(200, json={**asset, "uploadedAt": "yesterday"}),
        httpx.Response(200, json={name: asset[name] for name in asset if name != "tag"}),
        httpx.Response(404, json={"message": "Not Found"}),
    ]
    contract.check("GET", "/assets/media_1", httpx.Response(200, json=asset))
    for answer in drifted:
        with pytest.raises(AssertionError):
            contract.check("GET", "/assets/media_1", answer)
