"""One Node process that evaluates CloudFront Functions, any number of calls at a time."""

from __future__ import annotations

import asyncio
import hashlib
import json
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from local.settings import NODE

WORKER = Path(__file__).with_name("worker.mjs")
SECONDS = 5.0  # only stops a runaway: CloudFront allows about a millisecond
ATTEMPTS = 3
LINE_BYTES = 2**20
HEAP_MIB = 256


class FunctionFailed(Exception):
    """The function threw or ran too long: CloudFront answers 503."""


class _NodeEnded(Exception):
    """The process is gone, and who caused it may be another call."""


@dataclass(frozen=True)
class EdgeFunction:
    """A CloudFront Function's code, and the ARN of the KeyValueStore associated with it."""

    code: bytes
    store: str | None = None

    @cached_property
    def name(self) -> str:
        return hashlib.sha256(self.code + (self.store or "").encode()).hexdigest()


class Sandbox:
    """Started by the first call, and again by the first after it ended."""

    def __init__(self) -> None:
        self._node: _Node | None = None
        self._starting = asyncio.Lock()
        self._stores: dict[str, Mapping[str, str]] = {}

    def put_store(self, arn: str, items: Mapping[str, str]) -> None:
        """What functions read from the KeyValueStore `arn` from now on."""
        self._stores[arn] = items
        if self._node and self._node.runs:
            self._node.put_store(arn, items)

    async def evaluate(self, function: EdgeFunction, event: Mapping[str, Any]) -> Any:
        """What the function's `handler(event)` returns. Raises FunctionFailed."""
        for _ in range(ATTEMPTS):
            node = await self._running()
            try:
                return await node.call(function, event)
            except _NodeEnded:
                continue
        raise FunctionFailed("Node ended")

    async def _running(self) -> _Node:
        if self._node and self._node.runs:
            return self._node
        async with self._starting:
            if self._node is None or not self._node.runs:
                self._node = await _Node.start()
                for arn, items in self._stores.items():
                    self._node.put_store(arn, items)
        return self._node

    async def close(self) -> None:
        if self._node:
            await self._node.end()


class _Node:
    def __init__(self, process: Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("Node was started without pipes")
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout
        self._defined: set[str] = set()
        self._calls: dict[int, asyncio.Future[Any]] = {}  # in the order in which they began
        self._last = 0
        self._ending = False
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls) -> _Node:
        arguments = (f"--max-old-space-size={HEAP_MIB}", str(WORKER))
        return cls(
            await asyncio.create_subprocess_exec(
                NODE, *arguments, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=LINE_BYTES
            )
        )

    @property
    def runs(self) -> bool:
        return not self._ending and not self._reading.done()

    def put_store(self, arn: str, items: Mapping[str, str]) -> None:
        self._tell({"store": arn, "items": dict(items)})

    async def call(self, function: EdgeFunction, event: Mapping[str, Any]) -> Any:
        """Raises FunctionFailed, _NodeEnded."""
        if function.name not in self._defined:
            self._defined.add(function.name)
            code, store = function.code.decode(), function.store
            self._tell({"define": function.name, "code": code, "store": store})
        self._last += 1
        number, answer = self._last, asyncio.get_running_loop().create_future()
        self._calls[number] = answer
        self._tell({"id": number, "call": function.name, "event": event})
        try:
            return await self._answered(number, answer)
        finally:
            self._calls.pop(number, None)

    async def _answered(self, number: int, answer: asyncio.Future[Any]) -> Any:
        while True:
            done, _ = await asyncio.wait([answer], timeout=SECONDS)
            if done:
                return answer.result()
            if not self._ending and number == next(iter(self._calls)):  # others wait behind it
                del self._calls[number]
                await self.end()
                raise FunctionFailed(f"it ran longer than {SECONDS:.0f} s")

    def _tell(self, message: Mapping[str, Any]) -> None:
        self._stdin.write(json.dumps(message).encode() + b"\n")

    async def _read(self) -> None:
        try:
            while line := await self._stdout.readline():
                self._take(json.loads(line))
        finally:
            self._kill()
            for call in self._calls.values():
                if not call.done():
                    call.set_exception(_NodeEnded())

    def _take(self, message: Mapping[str, Any]) -> None:
        call = self._calls.get(message["id"])
        if call is None or call.done():
            return
        if "error" in message:
            call.set_exception(FunctionFailed(message["error"]))
        else:
            call.set_result(message["value"])

    def _kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()

    async def end(self) -> None:
        self._ending = True
        self._kill()
        await self._process.wait()
        await asyncio.wait([self._reading])
