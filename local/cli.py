"""`python -m local up`: the embedded cloud until Ctrl-C; `token`: lets one in."""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx
from rich.console import Console

from local import signals
from local.cloud import Cloud
from local.errors import CloudError, NotUp
from local.report import TerminalReport
from local.settings import EDGE_PORT, EMULATOR_PORT, STATE
from local.tokens import TokenRequest

WELCOME = """
[bold]Spool is up at {edge}[/]

  API         {api}
  Images      {edge}/img/{{original key}}?w=640
  Emulator    {emulator}
  Logs        {log}
  All of it   {outputs}
  Console     comes later: / is empty

Upload a picture:

  TOKEN=$(make -s token)   # of {user}, good for an hour
  curl -s {api}/uploads/presign -H "authorization: Bearer $TOKEN" \\
    -H 'content-type: application/json' \\
    -d '{{"filename": "photo.jpg", "contentType": "image/jpeg", "projectId": "demo"}}'
  curl -X PUT -H 'content-type: image/jpeg' -T photo.jpg '(its presignedUrls[0], with its headers)'
  curl -s {api}/assets/(its mediaId) -H "authorization: Bearer $TOKEN"

Ctrl-C stops it; what you uploaded stays.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    console = Console()
    signals.stop_like_ctrl_c()
    try:
        return _token(options) if options.command == "token" else _up(console, options)
    except CloudError as error:
        console.print(str(error), style="bold red", markup=False, highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start everything and stay up until Ctrl-C")
    up.add_argument("--port", type=int, default=EDGE_PORT, help="of the edge (%(default)s)")
    up.add_argument(
        "--emulator-port", type=int, default=EMULATOR_PORT, help="of the emulator (%(default)s)"
    )
    up.add_argument("--state", type=Path, default=STATE, help="folder of what is kept (.local)")
    up.add_argument(
        "--origin", action="append", default=[], help="of pages elsewhere that may use it"
    )
    up.add_argument("--fresh", action="store_true", help="forget what was uploaded before")
    token = commands.add_parser("token", help="print an access token of the cloud that is up")
    token.add_argument("--state", type=Path, default=STATE, help="its folder (.local)")
    return parser


def _token(options: argparse.Namespace) -> int:
    """Raises NotUp."""
    try:
        face = json.loads((options.state / "outputs.json").read_text())
        print(TokenRequest(**face["auth"]["token"]).send())
    except (FileNotFoundError, httpx.HTTPError) as error:
        raise NotUp(options.state) from error
    return 0


def _up(console: Console, options: argparse.Namespace) -> int:
    with (
        TerminalReport(console) as report,
        Cloud.start(
            port=options.port,
            emulator_port=options.emulator_port,
            state=options.state,
            fresh=options.fresh,
            origins=options.origin,
            report=report,
        ) as cloud,
    ):
        report.done()
        console.print(_welcome(cloud), highlight=False, soft_wrap=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
        signals.ignore()
        console.print("Stopping …")
    return 0


def _welcome(cloud: Cloud) -> str:
    return WELCOME.format(
        edge=cloud.edge_url,
        api=cloud.api_url,
        user=cloud.auth["username"],
        emulator=cloud.emulator_url,
        log=cloud.log_path,
        outputs=cloud.log_path.parent / "outputs.json",
    )
