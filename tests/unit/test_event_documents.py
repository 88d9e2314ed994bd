"""The events in `docs/events`, held to the code that tells them, and to what the page says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from operate import event_documents
from spool import events
from spool.events import NEWS_SOURCE
from spool.news_views import DETAILS
from spool.services.news import Newsroom, StreamRecord, TranscodeChange
from tests import documented_events
from tests.unit.services.fakes import MemoryNews
from tests.unit.services.stories import changes

FOLDER = event_documents.FOLDER
EXAMPLES = sorted(
    path.name for path in FOLDER.glob("*.json") if not path.name.endswith(".schema.json")
)
STATUS = "asset-status-changed"


def example(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


def detail(name: str) -> Any:
    return example(name)["detail"]


def test_the_committed_documents_are_what_the_newsroom_tells() -> None:
    committed = {path.name: path.read_text() for path in FOLDER.iterdir()}
    assert committed == event_documents.documents(), "run `make events`"


def test_every_schema_is_one_of_json_schema_2020_12() -> None:
    schemas = documented_events.schemas()
    assert schemas.keys() == DETAILS.keys()
    for schema in schemas.values():
        assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_as_its_schema_says(name: str) -> None:
    documented_events.check(example(name))


def test_every_event_that_has_a_name_has_a_schema() -> None:
    """Detail types are the texts in `spool.events`, and nothing else there has a space."""
    named = [text for name, text in vars(events).items() if name.isupper()]
    assert {one for one in named if isinstance(one, str) and " " in one} == set(DETAILS)


def test_every_event_has_an_example() -> None:
    assert {example(name)["detail-type"] for name in EXAMPLES} == set(DETAILS)


def test_the_examples_show_what_happens_to_an_asset() -> None:
    statuses = {name: detail(f"{STATUS}.{name}.json") for name in ("uploading", "ready", "failed")}
    assert {name: one["status"] for name, one in statuses.items()} == {n: n for n in statuses}
    assert "jobChange" not in statuses["uploading"]
    assert statuses["ready"]["jobChange"]["job"]["status"] == "ready"
    assert statuses["failed"]["error"]["code"] == "CORRUPT"
    assert detail(f"{STATUS}.replaced.json")["previousTag"]
    assert detail(f"{STATUS}.overtaken.json")["jobChange"]["overtaken"]["status"] == "superseded"
    deleted, queued = (detail(f"{STATUS}.{n}.json") for n in ("deleted", "deleted-queued"))
    assert deleted["status"] == queued["status"] == "deleted"
    assert "jobChange" not in deleted
    assert queued["jobChange"]["job"] is None
    private, moved = (detail(f"asset-access-changed.{n}.json") for n in ("made-private", "moved"))
    assert (private["private"], private["previousPrivate"]) == (True, False)
    assert (moved["tag"][0], moved["previousTag"]) == ("p", statuses["ready"]["tag"])


def told(record: StreamRecord | TranscodeChange) -> Iterator[dict[str, Any]]:
    """The event that the record is, if it is one, after its way as JSON."""
    news = MemoryNews()
    Newsroom(news=news).tell([record])
    for kind, said in news.published:
        envelope = {**example(f"{STATUS}.ready.json"), "detail-type": kind, "source": NEWS_SOURCE}
        yield json.loads(json.dumps({**envelope, "detail": said}))


@given(changes)
def test_whatever_becomes_of_an_asset_is_told_as_documented(
    record: StreamRecord | TranscodeChange,
) -> None:
    for event in told(record):
        documented_events.check(event)


@pytest.mark.parametrize(
    "place",
    [(), ("detail",), ("detail", "jobChange"), ("detail", "jobChange", "job"), ("detail", "error")],
    ids=lambda place: "/".join(place) or "event",
)
def test_what_is_added_without_a_word_is_noticed_here_and_hurts_no_consumer(
    place: tuple[str, ...],
) -> None:
    event = deepcopy(example(f"{STATUS}.failed.json"))
    inner = event
    for name in place:
        inner = inner[name]
    inner["later"] = 1

    with pytest.raises(AssertionError, match="later"):
        documented_events.check(event)
    open_schema = documented_events.schemas()[event["detail-type"]]
    assert documented_events.validator(open_schema).is_valid(event)


@pytest.mark.parametrize(
    ("name", "value"),
    [("rev", "7"), ("status", "done"), ("at", "yesterday"), ("previousTag", None), ("id", ...)],
)
def test_what_is_changed_or_left_out_is_noticed(name: str, value: Any) -> None:
    event = example(f"{STATUS}.ready.json")
    event["detail"].pop(name, None)
    if value is not ...:
        event["detail"][name] = value

    with pytest.raises(AssertionError, match="Asset Status Changed"):
        documented_events.check(event)


def test_an_event_that_nobody_documented_is_noticed() -> None:
    event = {**example(f"{STATUS}.ready.json"), "detail-type": "Asset Admired"}
    with pytest.raises(AssertionError, match="Asset Admired is not documented"):
        documented_events.check(event)
