from __future__ import annotations

import json
import time

import pytest

from describe_api.handler import DOCUMENT
from spool.aws import clients
from spool.services.health import KEPT, Doctor
from tests.unit.conftest import ORIGINALS
from tests.unit.lambdas.conftest import Functions

NOBODY: dict[str, str] = {}


def test_the_document_is_served_to_anyone_and_kept_by_who_has_it(functions: Functions) -> None:
    status, body, headers = functions.http("describe_api", "GET /openapi.json", NOBODY)

    assert (status, body) == (200, json.loads(DOCUMENT.read_text()))
    assert headers["content-type"] == "application/json"
    again = functions.invoke(
        "describe_api",
        {
            "routeKey": "GET /openapi.json",
            "headers": {"if-none-match": headers["etag"]},
            "requestContext": {"requestId": "request-2", "http": {"method": "GET"}},
        },
    )
    assert (again["statusCode"], again["body"]) == (304, "")
    assert again["headers"]["etag"] == headers["etag"]


def test_health_names_what_is_well(functions: Functions) -> None:
    status, body, headers = functions.http("describe_api", "GET /health", NOBODY)

    assert (status, body["status"]) == (200, "healthy"), body
    names = [one["name"] for one in body["dependencies"]]
    assert names == ["catalogue", "originals", "pipeline"]
    assert {one["status"] for one in body["dependencies"]} == {"healthy"}
    assert headers["cache-control"] == "max-age=5"


def test_health_names_which_dependency_is_ill_and_tells_no_more(functions: Functions) -> None:
    clients.s3().delete_bucket(Bucket=ORIGINALS)

    status, body, _ = functions.http("describe_api", "GET /health", NOBODY)

    assert (status, body["status"]) == (503, "ill")
    assert {one["name"]: one["status"] for one in body["dependencies"]} == {
        "catalogue": "healthy",
        "originals": "ill",
        "pipeline": "healthy",
    }
    assert "arn:" not in json.dumps(body)
    assert "404" not in json.dumps(body)


def test_hammering_health_does_not_hammer_what_it_asks() -> None:
    asked: list[float] = []
    now = 100.0
    doctor = Doctor({"catalogue": lambda: asked.append(now)}, lambda: now)

    for _ in range(50):
        doctor.examine()
    assert len(asked) == 1
    now += KEPT
    doctor.examine()
    assert len(asked) == 2


@pytest.fixture
def stuck() -> Doctor:
    return Doctor(
        {"catalogue": lambda: time.sleep(0.5), "originals": lambda: None},
        time.monotonic,
        patience=0.05,
    )


def test_who_never_answers_is_ill_and_holds_up_nobody(stuck: Doctor) -> None:
    began = time.monotonic()
    health = stuck.examine().to_dict()

    assert time.monotonic() - began < 0.4
    assert {one["name"]: one["status"] for one in health["dependencies"]} == {
        "catalogue": "ill",
        "originals": "healthy",
    }


def test_the_document_is_packaged_with_who_serves_it() -> None:
    assert DOCUMENT.parent.name == "describe_api"
    assert json.loads(DOCUMENT.read_text())["openapi"].startswith("3.1")
