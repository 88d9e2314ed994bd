from __future__ import annotations

import json
import os
import subprocess

import pytest

from stacks import ROOT
from stacks.constructs.edge_function import SIGNATURE_IMPORTS, built
from tests.unit.edge_functions import runtime

ESLINT = ROOT / "node_modules/eslint/bin/eslint.js"
WIDTHS = (48, 640, 3840)

NOT_RUN = {
    "for (const x of []) x();": "for-of",
    "f(...[]);": "spread",
    "const { a } = f();": "destructuring",
    "const [b] = f();": "destructuring",
    "function g(a = 1) {}": "default parameters",
    "class A {}": "classes",
    "f(class {});": "classes",
    "f(a?.b);": "optional chaining",
    "f(a ?? b);": "the ?? operator",
    "a ||= 1;": "logical assignment",
    "a ??= 1;": "logical assignment",
    "function* g() { yield 1; }": "generators",
    "import('crypto');": "import()",
    "a`b`;": "tagged templates",
    "try { f(); } catch { f(); }": "catch without a binding",
    "f({ a });": "shorthand properties",
    "f({ [a]: 1 });": "computed property names",
    "f(1n);": "BigInt",
    "f(1_000);": "numeric separators",
    "f(/a/u);": "that flag",
    "f(/(?<=a)b/);": "lookbehind",
    "f(async () => a);": "async closures",
    "f(async function () {});": "async closures",
    "async function g() { f(await a); }": "await in arguments",
    "eval('1');": "`eval` can be harmful",
    "f(new Map());": "Unexpected use of 'Map'",
    "f([].flat());": "'flat' is restricted",
    "f(Array.from(a));": "'Array.from' is restricted",
    "setTimeout(f, 1);": "'setTimeout' is not defined",
    "f(new URL(a));": "'URL' is not defined",
    "require('fs');": "'require' is not defined",
}


def lint(*arguments: str, source: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [os.environ["JSII_NODE"], str(ESLINT), *arguments]
    return subprocess.run(
        command, input=source, capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_edge_functions_use_only_what_cloudfront_runs() -> None:
    result = lint("edge")
    assert result.returncode == 0, result.stdout


def test_the_example_for_pages_has_no_slips() -> None:
    result = lint("examples/uppy")
    assert result.returncode == 0, result.stdout


def test_what_cloudfront_does_not_run_is_found() -> None:
    messages = findings("\n".join(NOT_RUN))
    missed = [
        source
        for number, (source, complaint) in enumerate(NOT_RUN.items(), start=1)
        if not any(complaint in text for text in messages.get(number, []))
    ]
    assert missed == []


def findings(source: str) -> dict[int, list[str]]:
    """What eslint says of each line of a file in edge/."""
    output = lint("--stdin", "--stdin-filename", "edge/some.js", "-f", "json", source=source).stdout
    found: dict[int, list[str]] = {}
    for message in json.loads(output)[0]["messages"]:
        assert not message.get("fatal"), message
        found.setdefault(message["line"], []).append(message["message"])
    return found


@pytest.mark.parametrize("signed", [False, True])
def test_what_is_tested_is_what_is_deployed(signed: bool) -> None:
    deployed = built(
        *(["img_signature"] if signed else []),
        "img_request",
        imports=SIGNATURE_IMPORTS if signed else "",
        settings={"widths": list(WIDTHS), "signed": signed},
    )
    assert deployed == runtime.code("img_request", signed=signed, widths=WIDTHS)
