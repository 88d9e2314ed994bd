"""The emulator's own process: `python -m local.emulator`, configured by MiniStack's environment.

It serves until SIGTERM or SIGINT, or until its standard input closes, which is how it learns that
the process that started it is gone. Lambda environments and FFmpeg end with it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from ministack.app import app
from ministack.core import lambda_runtime

from local.emulator import corrections
from local.mediaconvert.service import MediaConvert


async def serve(mediaconvert: MediaConvert) -> None:
    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    stop = _stop_event()

    async def end_of_serving() -> None:
        await stop.wait()
        await asyncio.to_thread(mediaconvert.stop)  # its jobs may wait for an answer of ours

    try:
        await hypercorn_serve(app, config, shutdown_trigger=end_of_serving)
    finally:
        lambda_runtime.reset()


def _stop_event() -> asyncio.Event:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def wait_for_parent() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait_for_parent, daemon=True).start()
    return stop


def main() -> None:
    asyncio.run(serve(corrections.apply()))
    os._exit(0)  # handlers that still run hold threads which nothing can end


if __name__ == "__main__":
    main()
