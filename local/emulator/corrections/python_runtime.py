"""Python functions run on AWS's own runtime client instead of MiniStack's script.

MiniStack's script reports every error as `Runtime.HandlerError`, so that no state machine can catch
an error by its name, and ends the environment after each. Its worker for custom runtimes speaks the
real Runtime API, which awslambdaric, the client that runs in Lambda, speaks too: so a Python
function's package gets a `bootstrap` that starts that client on this interpreter, and its layers.

Environments of one function beyond `LAMBDA_ENVIRONMENTS` wait for a free one: a laptop can't scale
out, and a refusal would be an error that AWS would not send.
"""

from __future__ import annotations

import hashlib
import io
import shlex
import sys
import threading
import zipfile
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.settings import LAMBDA_ENVIRONMENTS

BOOTSTRAP = Path(__file__).parent.parent / "lambda_bootstrap.py"


class PythonEnvironment(lambda_runtime.ProvidedWorker):  # type: ignore[misc]  # untyped base
    """One execution environment of a Python function."""

    def __init__(self, func_name: str, config: dict[str, Any], code_zip: bytes) -> None:
        super().__init__(func_name, config, _package(code_zip, tuple(_layers(config))))

    def _build_handler_class(self, *args: Any) -> Any:
        handler = super()._build_handler_class(*args)
        handler.disable_nagle_algorithm = True  # else every invocation waits 40 ms for an ACK
        return handler

    def _drain_stderr_bounded(self, *_args: Any, **_kwargs: Any) -> str:
        # The client has written its lines before it answers; only the pump thread lags behind.
        return str(super()._drain_stderr_bounded(first_line_wait=0.005))


def apply() -> None:
    select = lambda_runtime._worker_class_for
    run_custom, run_other = (
        lambda_svc._execute_function_provided_warm,
        lambda_svc._execute_function_warm,
    )
    free: dict[str, threading.Semaphore] = defaultdict(
        lambda: threading.BoundedSemaphore(LAMBDA_ENVIRONMENTS)
    )

    def select_environment(config: dict[str, Any]) -> Any:
        return PythonEnvironment if _is_python(config) else select(config)

    def run(func: dict[str, Any], event: Any, request_id: str) -> Any:
        config = func.get("config") or func
        if not _is_python(config):
            return run_other(func, event, request_id)
        with free[config["FunctionName"]]:
            return run_custom(func, event, request_id)

    lambda_runtime._worker_class_for = select_environment
    lambda_svc._execute_function_warm = run


def _is_python(config: dict[str, Any]) -> bool:
    return str(config.get("Runtime", "")).startswith("python")


def _layers(config: dict[str, Any]) -> list[bytes]:
    archives = [lambda_svc._resolve_layer_zip(layer) for layer in config.get("Layers") or []]
    return [archive for archive in archives if archive]


@lru_cache(maxsize=64)
def _bootstrap_script() -> str:
    return f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -P {shlex.quote(str(BOOTSTRAP))}\n"


_packages: dict[str, bytes] = {}
_packages_lock = threading.Lock()


def _package(code: bytes, layers: tuple[bytes, ...]) -> bytes:
    """The function's files, its layers' under `.opt/`, and the bootstrap, as one archive."""
    digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in (code, *layers)))
    with _packages_lock:
        return _packages.setdefault(digest.hexdigest(), _merge(code, layers))


def _merge(code: bytes, layers: tuple[bytes, ...]) -> bytes:
    merged = io.BytesIO()
    with zipfile.ZipFile(merged, "w") as out:
        out.writestr("bootstrap", _bootstrap_script())
        for prefix, archive in (("", code), *((".opt/", layer) for layer in layers)):
            with zipfile.ZipFile(io.BytesIO(archive)) as source:
                for member in source.infolist():
                    out.writestr(f"{prefix}{member.filename}", source.read(member))
    return merged.getvalue()
