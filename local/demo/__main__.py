"""`python -m local.demo [FILES…]`: uploads, watches, reports, and writes the contact sheet."""

from __future__ import annotations

import argparse
import os
import sys
import time
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import httpx
from rich.console import Console

from local import signals
from local.demo import sheet
from local.demo.client import Client
from local.demo.extras import Extras
from local.demo.journey import Journey
from local.demo.media import Upload, make_all
from local.demo.outcome import Outcome
from local.demo.photos import Photos, Unavailable, drawings, photographs
from local.demo.pictures import look_at
from local.demo.place import Place, place
from local.demo.porter import Porter
from local.demo.progress import telling, watch
from local.demo.report import report
from local.demo.tour import Tour
from local.demo.videos import look_at_video
from local.demo.wanted import is_video
from local.demo.warmup import warm_up
from local.errors import CloudError
from local.settings import EDGE_PORT, EMULATOR_PORT, ROOT

CACHE = ROOT / ".cache" / "demo-media"
SHEET = ROOT / "demo-output"
TIMEOUT = httpx.Timeout(60, connect=10)


def main(arguments: Sequence[str]) -> int:
    """0 when all went as expected, 1 when something did not, 2 when it could not begin."""
    options = _parser().parse_args(arguments)
    console = Console()
    signals.stop_like_ctrl_c()
    try:
        return 0 if _demo(options, console) else 1
    except (CloudError, OSError) as error:
        console.print(str(error), style="bold red", markup=False, soft_wrap=True)
        return 2
    except KeyboardInterrupt:
        return 130


def _demo(options: argparse.Namespace, console: Console) -> bool:
    uploads = _own(options.files) or _prepared(console)
    with (
        httpx.Client(timeout=TIMEOUT) as http,
        place(options.port, options.emulator_port, http, console) as where,
    ):
        try:
            went_well = run(where, uploads, http, console, SHEET)
            if where.mine and not os.environ.get("DEMO_EXIT"):
                _stay(where, console)
        finally:
            signals.ignore()
    return went_well


def run(
    where: Place,
    uploads: Sequence[Upload],
    http: httpx.Client,
    console: Console,
    folder: Path,
) -> bool:
    """The main job, start to end, its sheet in `folder`; whether everything went as expected."""
    client, began = Client(http, where.api, where.session(http)), datetime.now().astimezone()
    say = partial(console.print, highlight=False, markup=False, soft_wrap=True)
    say(f"\n{_signed_in(client, where)}")
    say("Warming up: a first small picture, through cold functions")
    first = warm_up(client)
    if first.state != "ready":
        say(f"It did not become ready, so the demo ends here. {Outcome(first).error}")
        return False
    say(f"It took {first.elapsed:.1f} s. Now {len(uploads)} files to {where.api}")
    say("and two more: one that is private, and one to be deleted.")
    say("What a WebSocket tells of them, in seconds after a file's last byte:")
    with TemporaryDirectory() as scratch:
        journeys, extras = [Journey.of(upload) for upload in uploads], Extras.of(Path(scratch))
        everything = [*journeys, *extras]
        with Porter(client, f"demo-{began:%Y%m%d-%H%M%S}").carrying(everything) as notes:
            watch(everything, notes, console)
    with telling(console) as tell:
        outcomes = []
        for journey in journeys:
            tell(f"Fetching what was made of {journey.name}")
            outcomes.append(_outcome(journey, client))
        tour = Tour.through(outcomes, extras, client, tell)
    report(outcomes, tour, console)
    _show(sheet.write(outcomes, where.edge, began, folder, tour), console)
    return not (tour.surprises or any(outcome.surprises for outcome in outcomes))


def _signed_in(client: Client, where: Place) -> str:
    """Raises httpx.HTTPError."""
    began = time.monotonic()
    _ = client.session.token
    who, organisation = where.auth["username"], where.auth["organisation"]
    return f"Signed in as {who} of {organisation!r} in {time.monotonic() - began:.1f} s"


def _outcome(journey: Journey, client: Client) -> Outcome:
    if journey.state != "ready":
        return Outcome(journey)
    asset = journey.asset
    video = look_at_video(asset, client.http) if is_video(asset) else None
    return Outcome(journey, look_at(asset, client.http), client.manifest(asset), video)


def _own(files: Sequence[Path]) -> list[Upload]:
    """The user's files. Raises OSError for one that can't be read."""
    for path in files:
        path.open("rb").close()
    return [Upload(path, "your own") for path in files]


def _prepared(console: Console) -> list[Upload]:
    with console.status("Preparing photographs and videos (once, half a minute)…"):
        photos, folder = _photos(console)
        return list(make_all(photos, CACHE / folder))


def _photos(console: Console) -> tuple[Photos, str]:
    try:
        return photographs(CACHE / "photos"), "made-of-photos"
    except Unavailable as why:
        sentence = f"No photographs, so the demo uses drawings: {why}"
        console.print(sentence, style="yellow", markup=False, soft_wrap=True)
        return drawings(), "made-of-drawings"


def _show(page: Path, console: Console) -> None:
    """Named always; opened where there is someone in front of a desktop."""
    console.print(f"Contact sheet: {page.as_uri()}", highlight=False, soft_wrap=True)
    attended = sys.stdout.isatty() and not os.environ.get("DEMO_EXIT")
    if attended and _has_desktop():
        webbrowser.open(page.as_uri())


def _has_desktop() -> bool:
    """On Linux without one, webbrowser would fill the terminal with a text browser."""
    displays = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return sys.platform == "darwin" or bool(displays)


def _stay(where: Place, console: Console) -> None:
    """Until Ctrl-C, which is how a demo ends well."""
    console.print(f"\nThe cloud stays up at {where.edge} until Ctrl-C.", highlight=False)
    with suppress(KeyboardInterrupt):
        Event().wait()
    console.print("Stopping …")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="your own files, in place of ours")
    parser.add_argument("--port", type=int, default=EDGE_PORT, help="of the edge")
    parser.add_argument("--emulator-port", type=int, default=EMULATOR_PORT)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
