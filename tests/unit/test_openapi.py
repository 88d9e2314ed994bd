"""The OpenAPI document, held to the code that it describes."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

from operate import openapi
from operate.openapi_answers import model, refused
from spool import views
from spool.aws.routes import Route
from spool.model import Asset, Status

ROUTES = list(openapi.declared())
DOCUMENT = openapi.document()


def operation(route: Route) -> Any:
    method, _, path = route.key.partition(" ")
    return DOCUMENT["paths"][path][method.lower()]


def test_the_committed_document_is_what_the_handlers_declare() -> None:
    assert openapi.DOCUMENT.read_text() == openapi.text(), "run `make openapi`"


def test_it_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    errors = list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors())
    assert errors == []


def test_every_route_is_described_under_a_name_of_its_own() -> None:
    described = {
        f"{method.upper()} {path}" for path, item in DOCUMENT["paths"].items() for method in item
    }
    assert described == {route.key for route in ROUTES}
    names = [operation(route)["operationId"] for route in ROUTES]
    assert len(set(names)) == len(names)
    assert all(operation(route)["summary"] for route in ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_a_route_says_who_may_call_it(route: Route) -> None:
    described = operation(route)
    if route.role is None:
        assert "security" not in described
        assert "401" not in described["responses"]
    else:
        assert described["security"] == [{"token": []}]
        assert described["x-role"] == route.role
        assert {"401", "403"} <= described["responses"].keys()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_a_route_says_how_it_may_refuse(route: Route) -> None:
    answers = operation(route)["responses"]
    for error in refused(route):
        assert error.code in answers[str(error.status)]["description"]
        assert "application/problem+json" in answers[str(error.status)]["content"]
    for status in ("429", "500", "503"):
        assert status in answers


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_a_route_says_what_its_success_is(route: Route) -> None:
    for status in route.statuses:
        answer = operation(route)["responses"][str(status)]
        if status in {204, 304}:
            assert not answer.get("content")
        else:
            assert answer["content"].keys() >= set(route.media_types)
    assert route.answer is None or issubclass(model(route.answer), BaseModel)


def test_a_query_has_the_names_and_bounds_that_are_checked() -> None:
    listed = {p["name"]: p for p in DOCUMENT["paths"]["/assets"]["get"]["parameters"]}

    assert {"projectId", "status", "type", "from", "to", "limit", "cursor"} == listed.keys()
    assert listed["limit"]["schema"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "default": 50,
    }
    assert not any(parameter["required"] for parameter in listed.values())


def test_an_asset_is_described_member_by_member() -> None:
    asset = Asset(
        id="media_1",
        org_id="org",
        project_id="project",
        filename="a.jpg",
        original_key="originals/org/project/media_1-a.jpg",
        status=Status.UPLOADING,
        uploaded_at="2025-01-15T10:00:00.000Z",
    )
    record = asset.public_record()

    described = {field.alias for field in views.AssetView.model_fields.values()}
    assert described == record.keys()
    views.AssetView.model_validate(record)
