"""Runs `app.py` into a cloud assembly, or finds the one that the same sources made before."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from local.errors import SynthFailed
from local.settings import ASSEMBLIES, ROOT

# What a synthesis reads.
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
# The virtualenv holds what the binary layers would: nothing is bundled locally.
CONTEXT: Mapping[str, Any] = {"aws:cdk:bundling-stacks": []}
KEPT = 4  # assemblies of earlier sources


def synthesize(settings: Mapping[str, Any] | None = None) -> Path:
    """The assembly's folder, never written again; `settings` are as in `cdk.json`'s context.

    Raises SynthFailed with app.py's output.
    """
    context = json.dumps({**CONTEXT, **(settings or {})}, sort_keys=True)
    assembly = ASSEMBLIES / _digest(context)
    if not assembly.exists():
        ASSEMBLIES.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=ASSEMBLIES, prefix=".") as draft:
            _run(Path(draft, "cdk.out"), context)
            # Whoever synthesized the same meanwhile has made the same.
            if not assembly.exists():
                Path(draft, "cdk.out").rename(assembly)
        _prune(assembly)
    return assembly


def _run(outdir: Path, context: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "CDK_OUTDIR": str(outdir), "CDK_CONTEXT_JSON": context},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)  # jsii's Node must not outlive us
        process.wait()
        raise
    if process.returncode != 0:
        raise SynthFailed(output.strip())


def _digest(context: str) -> str:
    digest = hashlib.sha256(f"{context}\n".encode())
    for path in sorted(_files()):
        digest.update(f"{path.relative_to(ROOT)}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _files() -> Iterator[Path]:
    for name in SOURCES:
        top = ROOT / name
        candidates = top.rglob("*") if top.is_dir() else [top]
        yield from (p for p in candidates if p.is_file() and "__pycache__" not in p.parts)


def _prune(newest: Path) -> None:
    others = [path for path in ASSEMBLIES.iterdir() if path != newest and path.name[0] != "."]
    for path in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
