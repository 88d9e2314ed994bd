from __future__ import annotations

import os
import subprocess

from stacks import ROOT

ESLINT = ROOT / "node_modules/eslint/bin/eslint.js"


def lint(*arguments: str, source: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [os.environ["JSII_NODE"], str(ESLINT), *arguments]
    return subprocess.run(
        command, input=source, capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_edge_functions_use_only_what_cloudfront_runs() -> None:
    result = lint("edge")
    assert result.returncode == 0, result.stdout


def test_what_cloudfront_does_not_run_is_found() -> None:
    source = "function handler(event) { const { request } = event; return { ...request }; }"
    found = lint("--stdin", "--stdin-filename", "edge/some.js", source=source).stdout
    assert "don't have destructuring" in found
    assert "don't have spread" in found
