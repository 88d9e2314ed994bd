"""The adapter on moto, and beside it the fake that the services' tests use: they must agree."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from spool.aws import clients
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.comments import DynamoComments
from spool.comments import Author, Comment, new_id
from spool.errors import Transient
from spool.model import Status, utc_now
from spool.services.ports import AssetQuery, Catalogue, Comments, Obstacle
from tests.unit.services.fakes import MemoryCatalogue, TickingClock
from tests.unit.services.talk import MemoryComments
from tests.unit.services.test_comments import FILM

CLOCK = TickingClock()
REF, OTHER = FILM.ref, replace(FILM, id="film2").ref
MOST = 100


@pytest.fixture(params=["dynamodb", "memory"])
def world(request: pytest.FixtureRequest) -> tuple[Catalogue, Comments]:
    if request.param == "memory":
        memory = MemoryCatalogue()
        return memory, MemoryComments(memory)
    table = request.getfixturevalue("table")
    return DynamoCatalogue(table=table, clock=utc_now), DynamoComments(table=table)


@pytest.fixture
def comments(world: tuple[Catalogue, Comments]) -> Comments:
    """Of a film that is there."""
    catalogue, comments = world
    catalogue.insert(FILM)
    catalogue.insert(replace(FILM, id="film2"))
    return comments


def comment(parent: Comment | None = None, **fields: Any) -> Comment:
    parent_id = None if parent is None else parent.id
    values = {
        "id": new_id(CLOCK(), "0123456789abcdef", parent_id),
        "parent_id": parent_id,
        "author": Author("ann", "ann@org.example"),
        "text": "Brighter,\nplease. 👍",
        "at": 3.0,
        "version_number": 1,
        "created_at": "2025-01-15T10:00:00.000Z",
        **fields,
    }
    return Comment(**values)


def test_a_comment_comes_back_as_it_was_stored(comments: Comments) -> None:
    first = comment(at=0.1 + 0.2)
    assert comments.get(REF, first.id) is None
    assert comments.insert(REF, first, MOST) is None
    assert comments.get(REF, first.id) == first
    assert comments.get(OTHER, first.id) is None

    edited = first.edited("Darker.", "2025-01-15T10:01:00.000Z")
    assert comments.update(REF, first, edited)
    assert comments.get(REF, first.id) == edited


def test_pages_go_on_where_they_ended(comments: Comments) -> None:
    first, second = comment(), comment(at=None)
    replies = [comment(first), comment(second), comment(first)]
    for one in (first, second, *replies):
        assert comments.insert(REF, one, MOST) is None
    assert comments.insert(OTHER, comment(), MOST) is None
    ordered = [first, replies[0], replies[2], second, replies[1]]

    assert comments.page(REF, after=None, limit=MOST) == ordered
    for start in range(5):
        after = ordered[start - 1].id if start else None
        assert comments.page(REF, after=after, limit=2) == ordered[start : start + 2]
    assert comments.page(REF, after=ordered[-1].id, limit=2) == []


def test_large_comments_come_in_pages_too(comments: Comments) -> None:
    """A query of DynamoDB reads at most 1 MB."""
    written = [comment(text="👍" * 5_000) for _ in range(60)]
    for one in written:
        comments.insert(REF, one, MOST)

    assert comments.page(REF, after=None, limit=60) == written


@pytest.mark.parametrize("status", [Status.DELETED, Status.UPLOADING, None])
def test_what_is_not_there_has_no_comments(
    world: tuple[Catalogue, Comments], status: Status | None
) -> None:
    catalogue, comments = world
    if status is not None:
        catalogue.insert(replace(FILM, status=status))
    written = comment()

    assert comments.insert(REF, written, MOST) is Obstacle.ASSET
    assert comments.insert(REF, comment(written), 0) is Obstacle.ASSET
    assert comments.get(REF, written.id) is None


def test_what_is_answered_must_be_there(comments: Comments) -> None:
    first = comment()
    assert comments.insert(REF, comment(first), MOST) is Obstacle.PARENT
    assert comments.insert(REF, first, MOST) is None
    assert comments.insert(OTHER, comment(first), MOST) is Obstacle.PARENT
    assert comments.insert(REF, comment(first), MOST) is None

    comments.update(REF, first, first.blanked("2025-01-15T10:01:00.000Z"))
    assert comments.insert(REF, comment(first), MOST) is Obstacle.PARENT


def test_there_are_so_many_and_no_more(comments: Comments) -> None:
    first = comment()
    for one in (first, comment(first)):
        assert comments.insert(REF, one, 2) is None

    assert comments.insert(REF, comment(), 2) is Obstacle.ROOM
    assert comments.insert(OTHER, comment(), 2) is None
    assert len(comments.page(REF, after=None, limit=MOST)) == 2


def test_of_two_writers_the_first_wins(comments: Comments) -> None:
    first = comment()
    comments.insert(REF, first, MOST)
    blank = first.blanked("2025-01-15T10:01:00.000Z")

    assert comments.update(REF, first, blank)
    assert not comments.update(REF, first, first.edited("But.", "2025-01-15T10:02:00.000Z"))
    assert comments.get(REF, first.id) == blank
    unknown = comment()
    assert not comments.update(REF, unknown, unknown.edited("But.", "2025-01-15T10:02:00.000Z"))
    assert comments.get(REF, unknown.id) is None


def test_comments_lie_beside_their_asset_and_are_none(table: str) -> None:
    catalogue = DynamoCatalogue(table=table, clock=utc_now)
    catalogue.insert(FILM)
    comments = DynamoComments(table=table)
    first = comment()
    comments.insert(REF, first, MOST)
    comments.insert(REF, comment(first), MOST)

    items = clients.dynamodb().scan(TableName=table)["Items"]
    sorts = {item["sk"]["S"] for item in items if item["pk"]["S"] == "ASSET#org#film"}
    assert {"ASSET", f"COMMENT#{first.id}", "COMMENTS"} <= sorts
    (count,) = (item["count"]["N"] for item in items if item["sk"]["S"] == "COMMENTS")
    assert count == "2"
    assert catalogue.get("org", "film") == FILM
    assert catalogue.find(AssetQuery(org_id="org", limit=10)).assets == [FILM]


def test_an_id_that_is_taken_is_a_matter_of_another_try(table: str) -> None:
    DynamoCatalogue(table=table, clock=utc_now).insert(FILM)
    comments = DynamoComments(table=table)
    first = comment()
    comments.insert(REF, first, MOST)

    with pytest.raises(Transient):
        comments.insert(REF, replace(first, text="Another."), MOST)
    assert comments.get(REF, first.id) == first


def test_an_edit_that_meets_an_answer_came_second() -> None:
    class Meeting:
        def update_item(self, **_: object) -> None:
            answer: Any = {"Error": {"Code": "TransactionConflictException"}}
            raise ClientError(answer, "UpdateItem")

    client: Any = Meeting()
    comments = DynamoComments(table="any", client=lambda: client)
    first = comment()

    assert not comments.update(REF, first, first.edited("But.", "2025-01-15T10:02:00.000Z"))
