"""What `docs/events.md` says of the events, held to their schemas and examples."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.events.models import EventPattern
from moto.sns.utils import FilterPolicyMatcher

from spool.news_views import DETAILS, AssetStatusNews
from spool.views import AssetSummary
from tests import documented_events
from tests.unit.test_docs import rows

PAGE = documented_events.PAGE.read_text()
PATTERN, FILTER = documented_events.examples_of_filters()
EXAMPLES = {
    path.name.removesuffix(".json"): json.loads(path.read_text())
    for path in sorted(documented_events.FOLDER.glob("*.json"))
    if not path.name.endswith(".schema.json")
}


def table(heading: str) -> list[list[str]]:
    """The rows below the headings, of which this is the first."""
    lines = PAGE[PAGE.index(f"| {heading} |") :].partition("\n\n")[0]
    return rows(lines)[1:]


def test_the_page_lists_every_event_with_its_schema() -> None:
    listed = {row[0].strip("`"): row[2] for row in table("`detail-type`")}
    assert listed.keys() == DETAILS.keys()
    for kind, link in listed.items():
        assert f"(events/{kind.lower().replace(' ', '-')}.schema.json)" in link


def test_the_page_explains_what_an_event_has_beside_the_asset() -> None:
    beside = AssetStatusNews.model_fields.keys() - AssetSummary.model_fields.keys()
    names = {AssetStatusNews.model_fields[name].alias for name in beside}
    assert {row[0].strip("`") for row in table("field")} == names


def test_the_pattern_on_the_page_takes_what_it_says() -> None:
    pattern: Any = EventPattern(None, PATTERN)
    taken = {name for name, event in EXAMPLES.items() if pattern.matches_event(event)}
    assert taken == {f"asset-status-changed.{name}" for name in ("ready", "replaced", "failed")}
    other = {**EXAMPLES["asset-status-changed.ready"]}
    other["detail"] = {**other["detail"], "orgId": "rival"}
    assert not pattern.matches_event(other)


@pytest.mark.parametrize("project", ["site", "press"])
def test_the_filter_policy_on_the_page_takes_what_it_says(project: str) -> None:
    matcher = FilterPolicyMatcher(FILTER, "MessageBody")

    def taken(event: dict[str, Any]) -> bool:
        moved = {**event, "detail": {**event["detail"], "projectId": project}}
        return bool(matcher.matches(None, json.dumps(moved)))

    names = {name for name, event in EXAMPLES.items() if taken(event)}
    ends = {f"asset-status-changed.{name}" for name in ("ready", "replaced", "failed")}
    assert names == (ends if project == "site" else set())
