"""A page that listens by examples/live: its connection is cut, and it misses nothing."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest
from playwright.sync_api import Page

from local.cloud import Cloud
from local.settings import ROOT
from tests.browser.waiting import PATIENCE, until
from tests.integration.frontend import Frontend, photo
from tests.integration.listener import cut, listening_to

EXAMPLE = ROOT / "examples" / "live" / "live.js"

LISTEN = """async ({api, token, project}) => {
    const {Live} = await import('/live.js');
    window.shown = [];
    window.resets = 0;
    window.refused = [];
    window.live = new Live({
        api,
        token: () => token,
        onAsset: ({id, status, rev}) => shown.push({id, status, rev}),
        onReset: () => { resets += 1; },
        onError: ({code}) => refused.push(code),
    });
    live.subscribe({projectId: project});
}"""


@pytest.fixture
def project() -> str:
    return f"live-{uuid.uuid4().hex[:8]}"


def wait_for_listeners(cloud: Cloud, project: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not listening_to(cloud, project):
        assert time.monotonic() < deadline, "nobody listens"
        time.sleep(0.1)


@pytest.fixture
def listening(page: Page, frontend: Frontend, cloud: Cloud, project: str) -> Page:
    page.route(f"{cloud.edge_url}/live.js", lambda route: route.fulfill(path=EXAMPLE))
    page.evaluate(LISTEN, {"api": cloud.api_url, "token": frontend.token, "project": project})
    return page


def shown(page: Page, media_id: str) -> list[str]:
    """The statuses that the page was told of that asset; each rev once, rising."""
    told: list[dict[str, Any]] = page.evaluate("shown")
    mine = [one for one in told if one["id"] == media_id]
    revs = [one["rev"] for one in mine]
    assert revs == sorted(set(revs))
    return [one["status"] for one in mine]


def is_told(page: Page, media_id: str, status: str) -> None:
    until(page, f"shown.some(one => one.id === '{media_id}' && one.status === '{status}')")


def test_a_page_is_told_and_asks_for_nothing(
    listening: Page, frontend: Frontend, cloud: Cloud, project: str
) -> None:
    asked: list[str] = []
    listening.on("request", lambda request: asked.append(request.url))
    wait_for_listeners(cloud, project)

    media_id = frontend.upload(photo(120, 90), projectId=project)

    is_told(listening, media_id, "ready")
    assert shown(listening, media_id)[-1] == "ready"
    assert [url for url in asked if "/assets" in url] == []


def test_what_a_page_missed_while_it_was_cut_off_it_is_told_when_it_is_back(
    listening: Page, frontend: Frontend, cloud: Cloud, project: str
) -> None:
    wait_for_listeners(cloud, project)
    before = frontend.upload(photo(120, 90), projectId=project)
    is_told(listening, before, "ready")

    listening.context.set_offline(True)
    cut(cloud, project)
    meanwhile = frontend.upload(photo(90, 120), projectId=project)
    frontend.wait(meanwhile)
    listening.wait_for_timeout(1_500)  # it tries to come back, and can't
    assert shown(listening, meanwhile) == []
    listening.context.set_offline(False)

    is_told(listening, meanwhile, "ready")
    assert shown(listening, before)[-1] == "ready"
    later = frontend.upload(photo(60, 60), projectId=project)
    is_told(listening, later, "ready")
    assert listening.evaluate("resets") == 0


def test_a_page_is_told_what_it_may_not_listen_to(
    listening: Page, cloud: Cloud, project: str
) -> None:
    wait_for_listeners(cloud, project)
    listening.evaluate("live.subscribe({assetId: 'media_of_nobody'})")
    until(listening, "refused.length > 0")
    assert listening.evaluate("refused") == ["NOT_FOUND"]
