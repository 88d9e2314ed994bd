from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from local.browser import chromium
from local.cloud import Cloud


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, cloud: Cloud) -> Iterator[Page]:
    """A page of the cloud's own origin, from which a frontend may upload.

    It is made up here, so that Chromium doesn't know that it comes from this machine and asks
    whether it may reach others there; one that `localhost` serves is not asked.
    """
    with browser.new_context(permissions=["local-network-access"]) as context:
        page = context.new_page()
        page.route(f"{cloud.edge_url}/", lambda route: route.fulfill(body="<!doctype html>"))
        page.goto(cloud.edge_url)
        yield page
