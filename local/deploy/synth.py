"""Runs `app.py` into a cloud assembly, or keeps the one that is there when nothing changed."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from local.errors import SynthFailed
from local.settings import ROOT

# What a synthesis reads. Compiled Python and the like are not its input.
SOURCES = (
    "app.py",
    "cdk.json",
    "requirements.txt",
    "stacks",
    "lambdas",
    "layers",
    "edge",
    "state_machines",
)
_IGNORED = {"__pycache__"}
# The virtualenv holds what the binary layers would: nothing is bundled locally.
CONTEXT: dict[str, list[str]] = {"aws:cdk:bundling-stacks": []}
STAMP = "inputs.sha256"


def synthesize(outdir: Path) -> None:
    """Raises SynthFailed with what the application printed."""
    stamp, inputs = outdir / STAMP, _digest()
    if stamp.exists() and stamp.read_text() == inputs:
        return
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "CDK_OUTDIR": str(outdir), "CDK_CONTEXT_JSON": json.dumps(CONTEXT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # jsii's Node must not outlive us
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if process.returncode != 0:
        raise SynthFailed(output.strip())
    stamp.write_text(inputs)


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(_files()):
        digest.update(f"{path.relative_to(ROOT)}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for name in SOURCES:
        top = ROOT / name
        candidates = top.rglob("*") if top.is_dir() else [top]
        yield from (p for p in candidates if p.is_file() and not _IGNORED & set(p.parts))
