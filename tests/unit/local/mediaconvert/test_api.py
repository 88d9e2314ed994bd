"""Requests that no botocore client would send, and those that every one does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.mediaconvert.api import Api
from local.mediaconvert.checks import problems
from local.mediaconvert.wire import from_wire, model, to_wire
from local.settings import ROOT
from tests.unit.local.mediaconvert.stand_ins import Bench

SETTINGS = model().shape_for("JobSettings")
TEMPLATE = json.loads((ROOT / "mediaconvert" / "video.json").read_text())["Settings"]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.sampled_from(["inputs", "fileInput", "outputGroups", "name", "audioSelectors", "x"]),
            children,
            max_size=3,
        )
    ),
)


@pytest.fixture(scope="module")
def api() -> Api:
    return Api(Bench().service)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "The body is not JSON"),
        (b"[]", "The body is not a JSON object"),
        (b"\xff", "The body is not JSON"),
        (b"{}", "role is a required property; : settings is a required property"),
        (b'{"role": 1, "settings": {}}', "/role: Should be string"),
        (b'{"role": "", "settings": {"inputs": {}}}', "/inputs: Should be list"),
        (b'{"role": "", "settings": {"adAvailOffset": true}}', "/adAvailOffset: Should be integer"),
        (b'{"role": "", "settings": {"inputz": []}}', ": inputz is not a known property"),
        (b'{"role": "", "settings": {"inputs": null}}', "/inputs: Should be list"),
    ],
)
def test_what_is_no_job_is_refused_by_name(api: Api, body: bytes, message: str) -> None:
    status, answer = api.handle("POST", "/2017-08-29/jobs", {}, body)

    assert (status, answer["code"]) == (400, "BadRequestException")
    assert message in answer["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/2017-08-29/nothing"), ("PATCH", "/2017-08-29/jobs"), ("GET", "/")],
)
def test_an_unknown_path_is_not_found(api: Api, method: str, path: str) -> None:
    assert api.handle(method, path, {}, b"")[0] == 404


@pytest.mark.parametrize("asked", ["0", "21", "many", "-1"])
def test_a_page_has_one_to_twenty_jobs(api: Api, asked: str) -> None:
    status, answer = api.handle("GET", "/2017-08-29/jobs", {"maxResults": asked}, b"")

    assert status == 400
    assert "/maxResults: Should be" in answer["message"]


def test_our_settings_survive_the_wire() -> None:
    wire = to_wire(SETTINGS, TEMPLATE)

    assert list(problems(SETTINGS, wire)) == []
    assert from_wire(SETTINGS, json.loads(json.dumps(wire))) == TEMPLATE


@given(JSON)
def test_any_json_is_either_read_or_refused(value: Any) -> None:
    if not list(problems(SETTINGS, value)):
        assert to_wire(SETTINGS, from_wire(SETTINGS, value)) == value
