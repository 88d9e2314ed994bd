"""Serves the edge from a thread of this process."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from socket import socket
from types import TracebackType
from typing import TYPE_CHECKING, Self

import uvicorn

from local.edge.app import application
from local.edge.cache import Cache
from local.edge.distribution import load
from local.edge.functions import FunctionRuntime
from local.edge.origins import Origins
from local.edge.pipeline import Pipeline
from local.edge.sandbox import Sandbox
from local.errors import StartFailed

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

START_SECONDS = 10


class Edge:
    """A running edge at `url`."""

    def __init__(
        self,
        *,
        listener: socket,
        url: str,
        emulator_url: str,
        cloudfront: CloudFrontClient,
        distribution_id: str,
    ) -> None:
        distribution = load(cloudfront, distribution_id)
        self._origins = Origins(emulator_url)
        self._sandbox = Sandbox()
        functions = FunctionRuntime(distribution, self._sandbox)
        pipeline = Pipeline(distribution, self._origins, functions, Cache())
        config = uvicorn.Config(
            application(pipeline),
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=2,
        )
        self.url, self._listener = url, listener
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="edge", daemon=True)

    def _run(self) -> None:
        async def serve() -> None:
            try:
                await self._server.serve(sockets=[self._listener])
            finally:
                await self._origins.close()
                await self._sandbox.close()

        asyncio.run(serve())

    def start(self, log: Path) -> None:
        """Returns once it listens. Raises StartFailed."""
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise StartFailed("The edge", "it does not listen.", log)
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
