"""Serves the edge from a thread of this process."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from socket import socket
from types import TracebackType
from typing import TYPE_CHECKING, Self

import uvicorn
from starlette.types import ASGIApp

from local.edge.app import application
from local.edge.cache import Cache
from local.edge.configuration import load
from local.edge.functions import FunctionRuntime
from local.edge.identity import sign_in
from local.edge.invalidations import Invalidation, InvalidationFeed
from local.edge.kvs import Items, KeyValueStores
from local.edge.origins import Origins
from local.edge.pipeline import Pipeline
from local.edge.sandbox import Sandbox
from local.edge.store import Store
from local.edge.watch import watch
from local.emulator.client import client
from local.errors import StartFailed

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

START_SECONDS = 10
INVALIDATIONS_EVERY = 0.25  # seconds
STORES_EVERY = 1.0


class Edge:
    """A running edge at `url`. The distribution is read once, at the start; its invalidations and
    its functions' stores again and again."""

    def __init__(
        self,
        *,
        listener: socket,
        url: str,
        emulator_url: str,
        cloudfront: CloudFrontClient,
        distribution_id: str,
    ) -> None:
        connect = partial(client, emulator_url=emulator_url)
        distribution = load(cloudfront, distribution_id)
        self._origins = Origins(emulator_url, sign_in(connect, distribution))
        self._sandbox, self._cache = Sandbox(), Cache()
        self._feed = InvalidationFeed(cloudfront, distribution_id)
        self._stores = KeyValueStores(connect, distribution.stores)
        self._put_stores(self._stores.news())
        pipeline = Pipeline(
            distribution,
            FunctionRuntime(distribution, self._sandbox),
            Store(distribution, self._origins, self._cache),
        )
        self.url, self._listener = url, listener
        self._server = uvicorn.Server(config(application(pipeline)))
        self._thread = threading.Thread(target=self._run, name="edge", daemon=True)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        watches = [
            asyncio.create_task(watch(self._feed.news, self._invalidate, INVALIDATIONS_EVERY)),
            asyncio.create_task(watch(self._stores.news, self._put_stores, STORES_EVERY)),
        ]
        try:
            await self._server.serve(sockets=[self._listener])
        finally:
            for task in watches:
                task.cancel()
            await self._origins.close()
            await self._sandbox.close()

    def _invalidate(self, news: list[Invalidation]) -> None:
        for invalidation in news:
            self._cache.invalidate(invalidation)

    def _put_stores(self, news: Mapping[str, Items]) -> None:
        for arn, items in news.items():
            self._sandbox.put_store(arn, items)

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


def config(app: ASGIApp) -> uvicorn.Config:
    """Who the viewer is, its connection says and no header, since signatures may depend on it."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=2,
    )
