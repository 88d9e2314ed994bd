"""Several files as one zip, by the public contract."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import httpx
import pytest

from local.cloud import Cloud
from tests.integration.frontend import Frontend, media_id, photo


@pytest.fixture(scope="module")
def pictures(frontend: Frontend) -> list[tuple[dict[str, Any], bytes]]:
    made = [photo(300 + 10 * n, 200) for n in range(3)]
    names = ["a.jpg", "a.jpg", "été ☀.jpg"]
    return [
        (frontend.ready(data, filename=name), data) for data, name in zip(made, names, strict=True)
    ]


def zipped(frontend: Frontend, ids: list[str], **wish: Any) -> dict[str, Any]:
    """The download once it has come to its end."""
    asked = frontend.request("POST", "/downloads", json={"ids": ids, **wish})
    assert asked.status_code == 202, asked.text
    path = f"/downloads/{asked.json()['id']}"
    states: list[dict[str, Any]] = []

    def has_ended() -> bool:
        states.append(frontend.request("GET", path).json())
        return states[-1]["status"] in {"ready", "failed"}

    frontend.eventually(has_ended, "zipped")
    return states[-1]


def test_originals_come_as_they_went(
    frontend: Frontend, pictures: list[tuple[dict[str, Any], bytes]]
) -> None:
    done = zipped(frontend, [asset["id"] for asset, _ in pictures])

    assert done["status"] == "ready", done
    answer = httpx.get(done["url"])
    assert "attachment" in answer.headers["content-disposition"]
    assert "immutable" not in answer.headers.get("cache-control", "")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        held = {name: archive.read(name) for name in archive.namelist()}
    assert list(held) == ["a.jpg", "a (2).jpg", "été ☀.jpg"]
    assert list(held.values()) == [data for _, data in pictures]


def test_renditions_too(frontend: Frontend, pictures: list[tuple[dict[str, Any], bytes]]) -> None:
    asset = pictures[0][0]

    done = zipped(frontend, [asset["id"]], rendition="preview")

    with zipfile.ZipFile(io.BytesIO(httpx.get(done["url"]).content)) as archive:
        (name,) = archive.namelist()
        assert name.endswith(".webp")
        assert archive.read(name) == frontend.http.get(asset["processed"]["preview"]).content


def test_private_originals_are_among_them(frontend: Frontend) -> None:
    data = photo(200, 100)
    asset = frontend.ready(data, private=True)

    done = zipped(frontend, [asset["id"]])

    with zipfile.ZipFile(io.BytesIO(httpx.get(done["url"]).content)) as archive:
        assert archive.read(archive.namelist()[0]) == data


def test_a_zip_is_not_had_without_its_link(
    cloud: Cloud, frontend: Frontend, pictures: list[tuple[dict[str, Any], bytes]]
) -> None:
    done = zipped(frontend, [pictures[0][0]["id"]])

    assert httpx.get(done["url"].partition("?")[0]).status_code == 403
    assert httpx.get(f"{cloud.edge_url}/downloads/default/{done['id']}.zip").status_code == 404


def test_what_can_not_be_zipped_is_said_before_any_work(
    frontend: Frontend, pictures: list[tuple[dict[str, Any], bytes]]
) -> None:
    known, unknown = pictures[0][0]["id"], media_id()
    refused = [
        ({"ids": []}, 400, "INVALID_REQUEST"),
        ({"ids": ["../x"]}, 404, "NOT_FOUND"),
        ({"ids": [known], "rendition": "../x"}, 400, "INVALID_REQUEST"),
        ({"ids": [f"m{n}" for n in range(501)]}, 400, "INVALID_REQUEST"),
        ({"ids": [known, unknown]}, 404, "NOT_FOUND"),
        ({"ids": [known], "rendition": "master"}, 409, "CONFLICT"),
    ]
    for body, status, code in refused:
        answer = frontend.request("POST", "/downloads", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), body
    missing = frontend.request("GET", "/downloads/download_0")
    assert missing.status_code == 404
