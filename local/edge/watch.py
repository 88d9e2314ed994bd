"""Asks the emulator for news while the edge serves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

News = TypeVar("News")


async def watch(ask: Callable[[], News], tell: Callable[[News], None], seconds: float) -> None:
    """Until cancelled. `ask` blocks, in a thread; `tell` runs in the loop of the caller. An
    emulator that doesn't answer is asked again."""
    while True:
        await asyncio.sleep(seconds)
        with suppress(BotoCoreError, ClientError):
            tell(await asyncio.to_thread(ask))
