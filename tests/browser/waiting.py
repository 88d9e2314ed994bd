"""Waiting for a page whose security policy forbids `eval`, which Playwright's own waiting needs."""

from __future__ import annotations

import time

from playwright.sync_api import Page

PATIENCE = 30.0


def until(page: Page, expression: str) -> None:
    """Until the JavaScript `expression` is true in `page`."""
    deadline = time.monotonic() + PATIENCE
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"it never came true: {expression}"
        page.wait_for_timeout(50)
