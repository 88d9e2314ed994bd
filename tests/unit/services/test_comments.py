"""Threads stay in order and whole; a comment is its author's."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.comments import thread_of
from spool.errors import Conflict, Forbidden, InvalidRequest, NotFound, Transient
from spool.identity import Member, Role
from spool.model import Asset, Status
from spool.services import comments as module
from spool.services.comments import CommentDesk
from spool.services.cursors import Cursors
from tests.unit.services.fakes import MemoryCatalogue, TickingClock
from tests.unit.services.talk import MemoryComments

ANN = Member(id="ann", org_id="org", role=Role.EDITOR, name="ann@org.example")
BEN = Member(id="ben", org_id="org", role=Role.EDITOR, name="ben@org.example")
ADA = Member(id="ada", org_id="org", role=Role.ADMIN, name="ada@org.example")
FILM = Asset(
    id="film",
    org_id="org",
    project_id="proj",
    filename="film.mp4",
    original_key="originals/org/proj/film-film.mp4",
    status=Status.READY,
    uploaded_at="2025-01-15T10:00:00.000Z",
    version_number=2,
    tag="0123456789ab",
    duration=7.04,
)
RUNNING = replace(FILM, tag=None, duration=None, status=Status.PROCESSING)


class Desk(CommentDesk):
    """Of one film; who writes is ANN unless it is said."""

    catalogue: MemoryCatalogue
    comments: MemoryComments

    def say(self, text: str = "Brighter.", author: Member = ANN, **where: Any) -> dict[str, Any]:
        return self.write(author, "film", text=text, **where)

    def turn(self, asset: Asset) -> None:
        self.catalogue.assets["org", "film"] = asset

    def all(self, limit: int = 100) -> list[dict[str, Any]]:
        """Of every page."""
        items, cursor = [], None
        while True:
            page = self.page("org", "film", limit=limit, cursor=cursor)
            assert len(page["items"]) <= limit
            items += page["items"]
            cursor = page["cursor"]
            if cursor is None:
                return items


def new_desk() -> Desk:
    catalogue = MemoryCatalogue({("org", "film"): FILM})
    numbers = itertools.count()
    return Desk(
        catalogue=catalogue,
        comments=MemoryComments(catalogue),
        cursors=Cursors(lambda: "a key"),
        clock=TickingClock(),
        chance=lambda: f"{next(numbers):016x}",
    )


@pytest.fixture
def desk() -> Desk:
    return new_desk()


def test_a_comment_bears_its_author_its_time_and_the_assets_version(desk: Desk) -> None:
    comment = desk.say("  Brighter, please. ", at=3.2)

    assert comment == {
        "id": comment["id"],
        "mediaId": "film",
        "parentId": None,
        "author": {"id": "ann", "name": "ann@org.example"},
        "text": "Brighter, please.",
        "at": 3.2,
        "versionNumber": 2,
        "createdAt": "2025-01-15T10:00:01.000Z",
        "editedAt": None,
        "deletedAt": None,
    }
    assert desk.all() == [comment]


@given(replies=st.lists(st.integers(0, 50), max_size=30), limit=st.integers(1, 5))
def test_threads_come_in_order_whatever_came_in_between(replies: Sequence[int], limit: int) -> None:
    """Each number is a comment's parent among those before it, or the first of a thread."""
    desk = new_desk()
    written: list[dict[str, Any]] = []
    for number in replies:
        parent = written[number]["id"] if number < len(written) else None
        written.append(desk.say(str(len(written)), parent_id=parent))

    listed = desk.all(limit)

    threads: dict[str, list[dict[str, Any]]] = {}
    for comment in written:
        threads.setdefault(thread_of(comment["id"]), []).append(comment)
    assert listed == [comment for thread in threads.values() for comment in thread]


def test_a_reply_to_a_reply_names_it(desk: Desk) -> None:
    first = desk.say()
    reply = desk.say(author=BEN, parent_id=first["id"])
    again = desk.say(parent_id=reply["id"])

    assert [one["parentId"] for one in desk.all()] == [None, first["id"], reply["id"]]
    assert again["id"].startswith(f"{first['id']}.")


def test_a_cursor_is_of_its_assets_comments(desk: Desk) -> None:
    desk.catalogue.assets["org", "other"] = replace(FILM, id="other")
    desk.say()
    desk.say()
    cursor = desk.page("org", "film", limit=1, cursor=None)["cursor"]

    assert len(desk.page("org", "film", limit=1, cursor=cursor)["items"]) == 1
    with pytest.raises(InvalidRequest):
        desk.page("org", "other", limit=1, cursor=cursor)


@pytest.mark.parametrize("at", [0.0, 0, 7.04, 1e-300, -0.0])
def test_any_time_of_the_film_can_be_named(desk: Desk, at: float) -> None:
    assert desk.say(at=at)["at"] == (7.04 if at == 7.04 else 0.0)
    assert str(desk.say(at=at)["at"]) != "-0.0"


def test_a_comment_beyond_the_duration_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidRequest, match=r"7\.041 s, and film ends at 7\.04 s"):
        desk.say(at=7.041)
    assert desk.all() == []


@pytest.mark.parametrize(
    "asset",
    [
        replace(FILM, duration=None),
        replace(FILM, duration=None, tag=None, status=Status.FAILED),
        replace(FILM, duration=None, status=Status.PROCESSING),  # a picture that is replaced
    ],
)
def test_what_has_no_timeline_takes_no_time(desk: Desk, asset: Asset) -> None:
    desk.turn(asset)

    with pytest.raises(InvalidRequest, match="has no timeline"):
        desk.say(at=0.0)
    assert desk.say()["at"] is None


@pytest.mark.parametrize("status", [Status.QUEUED, Status.PROCESSING, Status.ANALYZING])
def test_how_long_it_is_may_not_be_known_yet(desk: Desk, status: Status) -> None:
    desk.turn(replace(RUNNING, status=status))

    with pytest.raises(Conflict, match="is known once"):
        desk.say(at=1.0)
    assert desk.say()["at"] is None


def test_what_has_not_arrived_takes_no_comment(desk: Desk) -> None:
    desk.turn(replace(RUNNING, status=Status.UPLOADING))

    with pytest.raises(Conflict, match="has not arrived"):
        desk.say()
    assert desk.all() == []


@pytest.mark.parametrize("media_id", ["film", "unknown", "no-id", "../film"])
def test_no_comment_is_on_what_is_not_there(desk: Desk, media_id: str) -> None:
    comment = desk.say()["id"]
    desk.turn(replace(FILM, status=Status.DELETED))

    for ask in (
        lambda: desk.write(ANN, media_id, text="Hm."),
        lambda: desk.page("org", media_id, limit=1, cursor=None),
        lambda: desk.edit(ANN, media_id, comment, "Hm."),
        lambda: desk.remove(ANN, media_id, comment),
    ):
        with pytest.raises(NotFound):
            ask()


def test_an_asset_that_goes_meanwhile_takes_no_comment(desk: Desk) -> None:
    desk.comments.meanwhile = lambda: desk.turn(replace(FILM, status=Status.DELETED))

    with pytest.raises(NotFound):
        desk.say()
    assert desk.comments.kept == {}


def test_an_upload_that_arrives_just_then_may_be_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = desk.comments.insert

    def late(*args: Any) -> Any:
        desk.turn(replace(RUNNING, status=Status.UPLOADING))
        obstacle = insert(*args)
        desk.turn(RUNNING)
        return obstacle

    monkeypatch.setattr(desk.comments, "insert", late)
    with pytest.raises(Conflict, match="again"):
        desk.say()


@pytest.mark.parametrize("parent", ["", "comment_", "comment_" + "0" * 28, "ASSET"])
def test_an_unknown_parent_is_not_found(desk: Desk, parent: str) -> None:
    with pytest.raises(NotFound, match="has no comment"):
        desk.say(parent_id=parent)


def test_there_are_so_many_comments_and_no_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COMMENTS_PER_ASSET", 2)
    first = desk.say()
    desk.say(parent_id=first["id"])
    desk.remove(ANN, "film", first["id"])  # it is still there

    with pytest.raises(Conflict, match="2 comments"):
        desk.say()


def test_only_its_author_changes_a_comment(desk: Desk) -> None:
    comment = desk.say(at=1.0)

    for other in (BEN, ADA):
        with pytest.raises(Forbidden):
            desk.edit(other, "film", comment["id"], "Mine now.")
    edited = desk.edit(ANN, "film", comment["id"], " Darker. ")

    changed = {"text": "Darker.", "editedAt": "2025-01-15T10:00:02.000Z"}
    assert edited == {**comment, **changed}
    assert desk.all() == [edited]


@pytest.mark.parametrize("who", [ANN, ADA])
def test_its_author_and_an_admin_delete_a_comment_and_its_thread_stays(
    desk: Desk, who: Member
) -> None:
    first = desk.say(at=1.0)
    reply = desk.say(author=BEN, parent_id=first["id"])

    with pytest.raises(Forbidden):
        desk.remove(BEN, "film", first["id"])
    desk.remove(who, "film", first["id"])
    desk.remove(BEN, "film", first["id"])  # nothing is left to forbid

    deleted = {"author": None, "text": None, "deletedAt": "2025-01-15T10:00:03.000Z"}
    assert desk.all() == [{**first, **deleted}, reply]


def test_a_deleted_comment_is_neither_changed_nor_answered(desk: Desk) -> None:
    comment = desk.say()["id"]
    desk.remove(ANN, "film", comment)

    with pytest.raises(Conflict):
        desk.edit(ANN, "film", comment, "But.")
    with pytest.raises(Conflict):
        desk.say(parent_id=comment)


@pytest.mark.parametrize("comment", ["ASSET", "comment_" + "0" * 28, "comment_\n"])
def test_an_unknown_comment_is_not_found(desk: Desk, comment: str) -> None:
    ways: list[Callable[[], object]] = [
        lambda: desk.edit(ANN, "film", comment, "Hm."),
        lambda: desk.remove(ANN, "film", comment),
    ]
    for ask in ways:
        with pytest.raises(NotFound):
            ask()


def test_an_edit_does_not_bring_back_what_is_deleted_meanwhile(desk: Desk) -> None:
    comment = desk.say()["id"]
    desk.comments.meanwhile = lambda: desk.remove(ADA, "film", comment)

    with pytest.raises(Conflict):
        desk.edit(ANN, "film", comment, "But.")
    assert desk.all()[0]["text"] is None


def test_a_comment_whose_parent_is_deleted_meanwhile_is_refused(desk: Desk) -> None:
    parent = desk.say()["id"]
    desk.comments.meanwhile = lambda: desk.remove(ADA, "film", parent)

    with pytest.raises(Conflict, match="deleted"):
        desk.say(parent_id=parent)


def test_an_edit_that_always_comes_second_gives_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = desk.say()["id"]
    monkeypatch.setattr(desk.comments, "update", lambda *_: False)

    with pytest.raises(Transient):
        desk.edit(ANN, "film", comment, "But.")
