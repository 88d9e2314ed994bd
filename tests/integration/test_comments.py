"""Comments over HTTP, with IAM on: on a film's timeline, in threads, by several members."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from local.cloud import Cloud
from tests.clips import clip
from tests.integration.frontend import Frontend, photo
from tests.integration.records import ASSET, Records

SECONDS = 3
PATIENCE = 120.0

Asset = Mapping[str, Any]


@pytest.fixture(scope="module")
def film(frontend: Frontend) -> dict[str, Any]:
    data = clip(320, 180, SECONDS)
    media_id = frontend.upload(data, filename="film.mp4", contentType="video/mp4")
    asset = frontend.wait(media_id, patience=PATIENCE)
    assert asset["status"] == "ready", asset["error"]
    return asset


@pytest.fixture
def picture(frontend: Frontend) -> dict[str, Any]:
    return frontend.ready(photo(60, 40))


@pytest.fixture(scope="module")
def editor(cloud: Cloud) -> Iterator[Frontend]:
    with Frontend.member(cloud, org="default", role="editor") as editor:
        yield editor


@pytest.fixture(scope="module")
def viewer(cloud: Cloud) -> Iterator[Frontend]:
    with Frontend.member(cloud, org="default", role="viewer") as viewer:
        yield viewer


def said(member: Frontend, asset: Asset, text: str = "Brighter.", **where: Any) -> httpx.Response:
    path, body = f"/assets/{asset['id']}/comments", {"text": text, **where}
    return member.request("POST", path, json=body)


def written(member: Frontend, asset: Asset, text: str = "Brighter.", **where: Any) -> Any:
    answer = said(member, asset, text, **where)
    assert answer.status_code == 201, answer.text
    return answer.json()


def listed(member: Frontend, asset: Asset, limit: int = 100) -> list[dict[str, Any]]:
    """Of every page."""
    items: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        answer = member.request("GET", f"/assets/{asset['id']}/comments", params=query)
        assert answer.is_success, answer.text
        items += answer.json()["items"]
        if answer.json()["cursor"] is None:
            return items
        query["cursor"] = answer.json()["cursor"]


def changed(
    member: Frontend, asset: Asset, comment: Mapping[str, Any], text: str
) -> httpx.Response:
    path = f"/assets/{asset['id']}/comments/{comment['id']}"
    return member.request("PATCH", path, json={"text": text})


def removed(member: Frontend, asset: Asset, comment: Mapping[str, Any]) -> httpx.Response:
    return member.request("DELETE", f"/assets/{asset['id']}/comments/{comment['id']}")


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_comment_is_at_a_second_of_the_film(frontend: Frontend, film: Asset) -> None:
    comment = written(frontend, film, "The logo is cut off.", at=film["duration"])

    assert comment["at"] == film["duration"]
    assert comment["versionNumber"] == film["versionNumber"]
    assert comment in listed(frontend, film)


def test_a_time_beyond_the_film_is_refused(frontend: Frontend, film: Asset) -> None:
    answer = said(frontend, film, at=film["duration"] + 0.5)

    assert refusal(answer) == (400, "INVALID_REQUEST")
    assert str(film["duration"]) in answer.json()["detail"]
    assert str(film["duration"] + 0.5) in answer.json()["detail"]


def test_a_picture_has_no_timeline(frontend: Frontend, picture: Asset) -> None:
    assert refusal(said(frontend, picture, at=0)) == (400, "INVALID_REQUEST")
    assert written(frontend, picture)["at"] is None


def test_threads_come_whole_and_in_order_by_pages(
    frontend: Frontend, editor: Frontend, picture: Asset
) -> None:
    first, second = written(frontend, picture, "1"), written(editor, picture, "2")
    replies = [
        written(editor, picture, "1.1", parentId=first["id"]),
        written(frontend, picture, "2.1", parentId=second["id"]),
        written(editor, picture, "1.2", parentId=first["id"]),
    ]
    deeper = written(frontend, picture, "1.3", parentId=replies[0]["id"])

    found = listed(editor, picture, limit=2)

    assert [one["text"] for one in found] == ["1", "1.1", "1.2", "1.3", "2", "2.1"]
    assert found[3] == deeper
    assert deeper["parentId"] == replies[0]["id"]


def test_a_comment_is_its_authors_and_no_viewers(
    frontend: Frontend, editor: Frontend, viewer: Frontend, picture: Asset
) -> None:
    comment = written(editor, picture)
    assert comment["author"]["id"] == editor.claims["sub"] != frontend.claims["sub"]
    assert comment["author"]["name"].endswith("@example.com")
    assert refusal(said(editor, picture, author=comment["author"])) == (400, "INVALID_REQUEST")

    assert listed(viewer, picture) == [comment]
    assert refusal(said(viewer, picture)) == (403, "FORBIDDEN")
    assert refusal(changed(viewer, picture, comment, "Mine.")) == (403, "FORBIDDEN")
    assert refusal(removed(viewer, picture, comment)) == (403, "FORBIDDEN")
    assert refusal(changed(frontend, picture, comment, "Mine.")) == (403, "FORBIDDEN")
    answered = written(frontend, picture, "Done.", parentId=comment["id"])
    assert refusal(removed(editor, picture, answered)) == (403, "FORBIDDEN")

    edited = changed(editor, picture, comment, "Darker.").json()
    assert (edited["text"], edited["editedAt"] is None) == ("Darker.", False)
    for _ in range(2):
        assert removed(frontend, picture, comment).status_code == 204  # by an admin
    [blank, reply] = listed(viewer, picture)
    assert (blank["id"], blank["author"], blank["text"]) == (comment["id"], None, None)
    assert reply == answered
    assert refusal(changed(editor, picture, comment, "But.")) == (409, "CONFLICT")
    assert refusal(said(editor, picture, parentId=comment["id"])) == (409, "CONFLICT")


def test_another_organisation_sees_no_comments(
    cloud: Cloud, frontend: Frontend, picture: Asset
) -> None:
    comment = written(frontend, picture)

    with Frontend.member(cloud, org=f"rival-{uuid.uuid4().hex[:8]}") as rival:
        path = f"/assets/{picture['id']}/comments"
        assert refusal(rival.request("GET", path)) == (404, "NOT_FOUND")
        assert refusal(said(rival, picture, parentId=comment["id"])) == (404, "NOT_FOUND")
        assert refusal(changed(rival, picture, comment, "Mine.")) == (404, "NOT_FOUND")
        assert refusal(removed(rival, picture, comment)) == (404, "NOT_FOUND")
    assert listed(frontend, picture) == [comment]


def test_what_is_not_there_or_no_more_takes_no_comment(frontend: Frontend, picture: Asset) -> None:
    uploading = {"id": frontend.presign(size=100)["mediaId"]}
    assert refusal(said(frontend, uploading)) == (409, "CONFLICT")
    assert refusal(said(frontend, {"id": "media_unknown"})) == (404, "NOT_FOUND")
    comment = written(frontend, picture)
    assert refusal(said(frontend, picture, parentId="comment_")) == (404, "NOT_FOUND")
    assert refusal(removed(frontend, picture, {"id": "ASSET"})) == (404, "NOT_FOUND")

    assert frontend.request("DELETE", f"/assets/{picture['id']}").status_code == 202
    assert refusal(said(frontend, picture)) == (404, "NOT_FOUND")
    assert refusal(removed(frontend, picture, comment)) == (404, "NOT_FOUND")


def test_before_its_first_run_ends_nobody_knows_how_long_a_film_is(
    cloud: Cloud, frontend: Frontend, film: Asset
) -> None:
    running = {"id": f"media_{uuid.uuid4().hex[:12]}"}
    records = Records(cloud)
    records.copy(film["id"], running["id"], status="processing")
    records.unset(running["id"], ASSET, "tag", "duration")

    assert refusal(said(frontend, running, at=1)) == (409, "CONFLICT")
    assert written(frontend, running)["at"] is None
    records.remove(running["id"])


def test_a_text_of_a_million_characters_is_refused(frontend: Frontend, picture: Asset) -> None:
    assert refusal(said(frontend, picture, "a" * 1_000_000)) == (400, "INVALID_REQUEST")
    assert refusal(said(frontend, picture, "a" * 5_001)) == (400, "INVALID_REQUEST")
    assert written(frontend, picture, "👍" * 5_000)["text"] == "👍" * 5_000


def test_who_comments_at_once_is_counted_once_each(
    cloud: Cloud, frontend: Frontend, editor: Frontend, picture: Asset
) -> None:
    first = written(frontend, picture)
    members = [frontend, editor] * 10

    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda who: said(who, picture, parentId=first["id"]).status_code, members)
        )

    assert answers == [201] * 20
    assert len(listed(frontend, picture, limit=7)) == 21
    assert Records(cloud).get(picture["id"], "COMMENTS")["count"] == "21"
