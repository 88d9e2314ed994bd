"""A headless Chromium from the npm side: for tests that need a real browser, and for pictures."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from local.settings import NODE, ROOT

_UNPACKED = ROOT / ".cache" / "chromium"
_LOCATE = 'console.log(await (await import("@sparticuz/chromium")).default.executablePath())'
# Taken for Lambda, the package unpacks the libraries and fonts too that a bare machine lacks.
_LAMBDA = {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs24.x", "TMPDIR": str(_UNPACKED)}
# The package's own arguments would switch off web security, which is what tests look at.
_ARGUMENTS = [
    "--no-sandbox",  # needs no privilege; it sees our own pages only
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for as long as the block lasts."""
    _UNPACKED.mkdir(parents=True, exist_ok=True)
    located = subprocess.run(
        [NODE, "--input-type=module", "--eval", _LOCATE],
        cwd=ROOT,
        env={**os.environ, **_LAMBDA},
        capture_output=True,
        text=True,
        check=True,
    )
    environment: dict[str, str | float | bool] = {
        **os.environ,
        "LD_LIBRARY_PATH": str(_UNPACKED / "al2023" / "lib"),
        "FONTCONFIG_FILE": str(ROOT / "local" / "fonts.conf"),
        "XDG_DATA_HOME": str(_UNPACKED / "fonts"),
        "XDG_CACHE_HOME": str(_UNPACKED),
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=located.stdout.strip(), args=_ARGUMENTS, env=environment
        )
        try:
            yield browser
        finally:
            browser.close()
