"""One picture ahead of the others: only the first run of a function takes seconds."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from local.demo.client import Client
from local.demo.drawn import draw
from local.demo.journey import Journey
from local.demo.media import Upload
from local.demo.pictures import look
from local.demo.porter import Porter
from local.demo.wanted import variants


def warm_up(client: Client) -> Journey:
    """Sends a small picture all the way and asks for one variant of it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "warm-up.jpg"
        draw(0, (640, 480)).save(path)
        journey = Journey.of(Upload(path, "a small picture"))
        with Porter(client, "warm-up").carrying([journey]):
            pass
    if journey.state == "ready":
        look(next(variants(journey.asset)), client.http)
    return journey
