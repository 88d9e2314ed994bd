"""What /img's edge function takes for a request, over the table of requests, in Node.

CloudFront allows a function about a millisecond, on processors and an engine of its own. Node is
told to interpret only, as small engines do; compiled it is several times faster.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any
from urllib.parse import parse_qsl

from bench.measure import Row, absolute
from examples.sign_img_url import signed_path
from local.settings import NODE, ROOT
from stacks.constructs.edge_function import SIGNATURE_IMPORTS, built

ROUNDS = 9
CALLS = 20  # of every row, a round
GOAL = 1.0
WIDTHS = [48, 96, 160, 240, 320, 480, 640, 750, 828, 960, 1080, 1280, 1440, 1600, 1920, 2560]
SIGNABLE = {"v", "w", "h", "fit", "q", "f", "dpr", "g", "bg", "blur", "frame", "dl"}
PICTURE = "/img/originals/org_1/site/media_1-hero.jpg"

PROGRAM = """
import crypto from 'node:crypto';
const cf = { kvs: () => ({ get: async () => 'key' }) };
const { code, rows, rounds, calls } = JSON.parse(await new Response(process.stdin).text());
const source = code.replace(/^import .*$/gm, '');
const handler = new Function('cf', 'crypto', `${source}; return handler`)(cf, crypto);
const entries = (pairs) => Object.fromEntries(pairs.map(([name, value]) => [name, { value }]));
const query = (raw) => raw.split('&').filter(Boolean).map((part) => part.split('='))
  .map(([name, value]) => [name, value ?? '']);
const event = (row) => ({ request: {
  method: 'GET', uri: row.path, cookies: {},
  querystring: entries(query(row.query)), headers: entries(Object.entries(row.headers)),
} });
const means = [];
for (let round = 0; round <= rounds; round += 1) {
  const events = Array.from({ length: calls }, () => rows.map(event)).flat();
  const start = performance.now();
  for (const one of events) await handler(one);
  means.push((performance.now() - start) / events.length);
}
const refused = (await Promise.all(rows.map((row) => handler(event(row)))))
  .filter((result) => result.statusCode === 403);
if (refused.length) throw new Error(refused[0].body.data);
console.log(JSON.stringify(means.slice(1)));  // the first only warms up
"""


def measure() -> list[Row]:
    rows = json.loads((ROOT / "tests" / "canonical.json").read_text())
    plain = built("img_request", settings={"widths": WIDTHS, "signed": False})
    signed = built(
        *("img_signature", "img_request"),
        imports=SIGNATURE_IMPORTS,
        settings={"widths": WIDTHS, "signed": True},
    )
    return [
        absolute("edge function, a request", "ms", _means(plain, rows), goal=GOAL),
        absolute("edge function, a signed one", "ms", _means(signed, _signed(rows)), goal=GOAL),
    ]


def _signed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are served, with their query signed."""
    served = [row for row in rows if row["path"] == PICTURE and "path" in row["expect"]]
    return [{**row, "query": _signed_query(row["query"])} for row in served]


def _signed_query(query: str) -> str:
    given = {n: value for n, value in reversed(parse_qsl(query)) if n in SIGNABLE}
    url = signed_path(PICTURE, given, key_id="a", key="key", expires=4_102_444_800)
    return url.partition("?")[2]


def _means(code: str, rows: list[dict[str, Any]]) -> list[float]:
    """Milliseconds of a call, the mean of each round."""
    question = json.dumps({"code": code, "rows": rows, "rounds": ROUNDS, "calls": CALLS})
    command = [str(NODE), "--jitless", "--input-type=module", "--eval", PROGRAM]
    means: list[float] = json.loads(subprocess.check_output(command, input=question, text=True))
    return means
