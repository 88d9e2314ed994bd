"""The CloudFront Functions, run as the local edge runs them and without what CloudFront lacks."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from threading import Thread
from typing import Any, Self

from local.settings import NODE, ROOT
from spool.imaging.options import WIDTHS

EDGE = ROOT / "edge"
WORKER = ROOT / "local" / "edge" / "worker.mjs"
STORE = "arn:aws:cloudfront::000000000000:key-value-store/keys"

WITHOUT = """
['Atomics', 'BigInt', 'FinalizationRegistry', 'Intl', 'Iterator', 'Map', 'Proxy', 'Reflect', 'Set',
 'SharedArrayBuffer', 'WeakMap', 'WeakRef', 'WeakSet', 'WebAssembly', 'escape', 'unescape',
].forEach((name) => delete globalThis[name]);
['at', 'flat', 'flatMap', 'findLast', 'toSorted', 'toReversed', 'with'].forEach(
  (name) => delete Array.prototype[name]);
['at', 'matchAll', 'normalize', 'isWellFormed'].forEach((name) => delete String.prototype[name]);
['fromEntries', 'groupBy', 'hasOwn'].forEach((name) => delete Object[name]);
delete Array.from;
"""
"""Of ES 6 and later what "JavaScript runtime 2.0 features for CloudFront Functions" leaves out."""


@cache
def code(name: str, *, signed: bool = False, widths: Sequence[int] = WIDTHS) -> str:
    """As it is deployed: see `stacks/constructs/edge_function.py`."""
    imports = "import cf from 'cloudfront';\nimport crypto from 'crypto';\n" if signed else ""
    settings = json.dumps({"widths": list(widths), "signed": signed})
    files = ["img_signature", name] if signed else [name]
    sources = "".join((EDGE / f"{file}.js").read_text() for file in files)
    return f"{imports}const SPOOL = {settings};\n" + re.sub(r"(?m)^ *//.*\n", "", sources)


@dataclass
class Node:
    """One process for any number of calls."""

    process: subprocess.Popen[str]
    defined: dict[str, str] = field(default_factory=dict)

    @classmethod
    def start(cls) -> Self:
        pipe = subprocess.PIPE
        return cls(subprocess.Popen([NODE, WORKER], stdin=pipe, stdout=pipe, text=True))

    def keys(self, items: Mapping[str, str]) -> None:
        """What the KeyValueStore holds from now on."""
        self._tell([{"store": STORE, "items": dict(items)}])

    def results(self, source: str, events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """What `handler` returns for each event. Fails the test when it throws."""
        name = self.defined.setdefault(source, f"function-{len(self.defined)}")
        define = {"define": name, "code": WITHOUT + source, "store": STORE}
        calls = [{"id": n, "call": name, "event": event} for n, event in enumerate(events)]
        writer = Thread(target=self._tell, args=([define, *calls],))
        writer.start()
        answers = [self._answer() for _ in calls]
        writer.join()
        for answer in answers:
            assert "value" in answer, f"{events[answer['id']]} made it throw: {answer['error']}"
        return [answer["value"] for answer in sorted(answers, key=lambda answer: answer["id"])]

    def _tell(self, messages: Iterable[Mapping[str, Any]]) -> None:
        assert self.process.stdin
        self.process.stdin.writelines(json.dumps(message) + "\n" for message in messages)
        self.process.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def end(self) -> None:
        self.process.communicate()


def grouped(query: str) -> dict[str, Any]:
    """A raw query as CloudFront hands it to a function: nothing decoded, the first value first."""
    values: dict[str, list[str]] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        values.setdefault(name, []).append(value)
    return {
        name: {"value": given[0]}
        | ({"multiValue": [{"value": value} for value in given]} if len(given) > 1 else {})
        for name, given in values.items()
    }


def request(path: str, query: str = "", headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The request of an event."""
    return {
        "method": "GET",
        "uri": path,
        "querystring": grouped(query),
        "headers": {name: {"value": value} for name, value in (headers or {}).items()},
        "cookies": {},
    }


def event(kind: str, **parts: Any) -> dict[str, Any]:
    context = {"eventType": kind, "requestId": "r", "distributionDomainName": "d.cloudfront.net"}
    return {"version": "1.0", "context": context, "viewer": {"ip": "192.0.2.1"}, **parts}


def viewer_request(
    path: str, query: str = "", headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    return event("viewer-request", request=request(path, query, headers))


def table() -> list[dict[str, Any]]:
    """tests/canonical.json: requests and the one path, or the problem, that each is answered by."""
    rows: list[dict[str, Any]] = json.loads((ROOT / "tests" / "canonical.json").read_text())
    return rows


def outcome(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result as in the table's `expect`."""
    if "statusCode" not in result:
        return {"path": result["uri"]}
    problem = json.loads(result["body"]["data"])
    assert problem["status"] == result["statusCode"]
    return {"status": problem["status"], "code": problem["code"]}
