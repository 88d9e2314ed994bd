"""Comments as their handler answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from spool.aws import clients
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.members import DynamoMembers
from spool.identity import Member, Role
from spool.model import utc_now
from tests.unit.conftest import TABLE
from tests.unit.lambdas.conftest import ADMIN, Functions, claims_of
from tests.unit.services.test_comments import FILM

EDITOR = Member(id="user-2", org_id="org", role=Role.EDITOR, name="ed@org.example")
VIEWER = Member(id="user-3", org_id="org", role=Role.VIEWER, name="vi@org.example")
LIST = "GET /assets/{id}/comments"
WRITE = "POST /assets/{id}/comments"
EDIT = "PATCH /assets/{id}/comments/{commentId}"
DELETE = "DELETE /assets/{id}/comments/{commentId}"


class Room:
    """The comments on a film of seven seconds."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        for member in (EDITOR, VIEWER):
            DynamoMembers(table=TABLE).put(member)
        DynamoCatalogue(table=TABLE, clock=utc_now).insert(FILM)

    def ask(
        self,
        route: str,
        body: object = None,
        *,
        comment: str = "",
        by: Member = EDITOR,
        media_id: str = "film",
        query: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        raw = body if isinstance(body, str) or body is None else json.dumps(body)
        return self._functions.http(
            "manage_comments",
            route,
            claims_of(by),
            pathParameters={"id": media_id, "commentId": comment},
            queryStringParameters=query or {},
            body=raw,
        )[:2]


@pytest.fixture
def room(functions: Functions) -> Room:
    return Room(functions)


def test_a_comment_is_written_listed_changed_and_deleted(room: Room) -> None:
    status, written = room.ask(WRITE, {"text": "Brighter, please.", "at": 3})
    assert status == 201
    assert (written["author"], written["at"]) == ({"id": "user-2", "name": "ed@org.example"}, 3)
    _, reply = room.ask(WRITE, {"text": "Done.", "parentId": written["id"]})

    status, edited = room.ask(EDIT, {"text": "Darker."}, comment=written["id"])
    assert (status, edited["text"]) == (200, "Darker.")
    assert room.ask(LIST, by=VIEWER) == (200, {"items": [edited, reply], "cursor": None})

    for _ in range(2):
        assert room.ask(DELETE, comment=written["id"]) == (204, "")
    _, page = room.ask(LIST)
    assert [one["text"] for one in page["items"]] == [None, "Done."]


def test_pages_go_on_by_cursor(room: Room) -> None:
    for number in range(5):
        room.ask(WRITE, {"text": str(number)})
    found: list[str] = []
    cursor: dict[str, str] = {}

    for _ in range(3):
        status, page = room.ask(LIST, query={"limit": "2", **cursor})
        assert status == 200
        found += [one["text"] for one in page["items"]]
        cursor = {"cursor": page["cursor"]}

    assert (found, page["cursor"]) == (["0", "1", "2", "3", "4"], None)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": " \n"},
        {"text": "a" * 5_001},
        {"text": "a" * 1_000_000},
        {"text": "a\x00b"},
        {"text": 1},
        {"text": "Hm.", "at": -0.1},
        {"text": "Hm.", "at": 7.05},
        {"text": "Hm.", "at": "3"},
        {"text": "Hm.", "at": True},
        '{"text": "Hm.", "at": NaN}',
        '{"text": "Hm.", "at": Infinity}',
        '{"text": "Hm.", "at": 1e999}',
        {"text": "Hm.", "parentId": "a" * 101},
        {"text": "Hm.", "author": {"id": "user-1", "name": "somebody else"}},
        "no JSON",
    ],
)
def test_a_bad_comment_is_refused(room: Room, body: object) -> None:
    status, problem = room.ask(WRITE, body)

    assert (status, problem["code"]) == (400, "INVALID_REQUEST")
    assert room.ask(LIST)[1]["items"] == []


def test_the_longest_text_fits_however_it_is_escaped(room: Room) -> None:
    status, written = room.ask(WRITE, {"text": "👍" * 5_000})  # json.dumps escapes each as two

    assert (status, written["text"]) == (201, "👍" * 5_000)


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"cursor": "Zm9yZ2Vk"}])
def test_a_bad_page_is_refused(room: Room, query: dict[str, str]) -> None:
    status, problem = room.ask(LIST, query=query)

    assert (status, problem["code"]) == (400, "INVALID_REQUEST")


def test_a_viewer_reads_and_writes_nothing(room: Room) -> None:
    _, written = room.ask(WRITE, {"text": "Mine."})

    for route in (WRITE, EDIT, DELETE):
        status, problem = room.ask(route, {"text": "Hm."}, comment=written["id"], by=VIEWER)
        assert (status, problem["code"]) == (403, "FORBIDDEN")
    assert room.ask(LIST, by=VIEWER)[1]["items"] == [written]


@pytest.mark.parametrize("comment", ["nothing", "comment_" + "0" * 28, "ASSET", "%00"])
def test_an_unknown_comment_or_asset_is_not_found(room: Room, comment: str) -> None:
    assert room.ask(EDIT, {"text": "Hm."}, comment=comment)[0] == 404
    assert room.ask(DELETE, comment=comment)[0] == 404
    assert room.ask(WRITE, {"text": "Hm.", "parentId": comment})[0] == 404
    assert room.ask(LIST, media_id="no-id")[0] == 404
    assert room.ask(LIST, by=ADMIN)[0] == 404  # of another organisation


def test_the_table_names_nobody_whose_comment_was_deleted(room: Room) -> None:
    _, written = room.ask(WRITE, {"text": "A secret."})
    room.ask(DELETE, comment=written["id"])

    items = clients.dynamodb().scan(TableName=TABLE)["Items"]
    kept = str([item for item in items if item["pk"]["S"].startswith("ASSET#")])
    assert written["id"] in kept
    assert "secret" not in kept
    assert "ed@org.example" not in kept
