"""One Node process that evaluates CloudFront Functions, with MiniStack's script for it."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from typing import Any

from ministack.core.cloudfront_js import _WORKER_SCRIPT as SCRIPT

from local.settings import NODE

SECONDS = 5.0  # only stops a runaway: CloudFront allows about a millisecond
LINE_BYTES = 2**20


class FunctionFailed(Exception):
    """The function threw or ran too long: CloudFront answers 503."""


class Sandbox:
    """Started by the first call; calls take turns, each well under a millisecond."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    async def evaluate(self, code: bytes, event: Mapping[str, Any]) -> Any:
        """What the function's `handler(event)` returns. Raises FunctionFailed."""
        question = json.dumps({"code": code.decode(), "event": event}).encode() + b"\n"
        async with self._turn:
            try:
                line = await asyncio.wait_for(self._ask(question), SECONDS)
            except TimeoutError as error:
                await self._end()
                raise FunctionFailed(f"it ran longer than {SECONDS:.0f} s") from error
            except asyncio.CancelledError:
                await self._end()  # its answer must not meet the next question
                raise
        answer = json.loads(line or b'{"status": "error", "message": "Node ended"}')
        if answer["status"] != "ok":
            raise FunctionFailed(answer["message"])
        return answer["value"]

    async def _ask(self, question: bytes) -> bytes:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                NODE, "-e", SCRIPT, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=LINE_BYTES
            )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("Node was started without pipes")
        self._process.stdin.write(question)
        await self._process.stdin.drain()
        return await self._process.stdout.readline()

    async def _end(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._process = None

    async def close(self) -> None:
        async with self._turn:
            await self._end()
