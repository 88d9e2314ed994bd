"""The commands `fsck`, `rebuild` and `quota`: arguments in, lines and an exit code out."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from operate import quota
from operate.deployment import Deployment
from operate.fsck import GRACE, Fsck, organisations
from operate.rebuild import Rebuild
from operate.register import Moving, Register, Unreadable
from operate.shelf import Shelf
from spool.aws.intake_queue import IntakeQueue
from spool.model import utc_now

CONFIRM_AFTER = 2.0  # seconds: a write in several steps is through by then


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    _add_fsck(commands.add_parser("fsck", help="prove that S3, catalogue and counters agree"))
    _add_rebuild(commands.add_parser("rebuild", help="make the catalogue anew of S3"))
    _add_quota(commands.add_parser("quota", help="what an organisation may hold, and holds"))


def _add_fsck(parser: ArgumentParser) -> None:
    parser.set_defaults(run=_fsck)
    parser.add_argument("--org", help="look at this organisation only")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--mend", action="store_true", help="set wrong counters right, first")
    parser.add_argument(
        "--grace",
        type=float,
        default=GRACE.total_seconds(),
        metavar="SECONDS",
        help="what is younger is on its way, and no fault (%(default)g)",
    )


def _add_rebuild(parser: ArgumentParser) -> None:
    parser.set_defaults(run=_rebuild)
    parser.add_argument("--org", help="this organisation only")
    parser.add_argument("--yes", action="store_true", help="do it; else it is only said")
    parser.add_argument(
        "--process",
        action="store_true",
        help="process again what has no manifest: deleted assets whose originals are still there "
        "come back by this too",
    )


def _add_quota(parser: ArgumentParser) -> None:
    parser.set_defaults(run=_quota)
    parser.add_argument("org", help="the organisation")
    parser.add_argument("--bytes", help="most bytes of originals: 1000, 100GiB, 1.5TB")
    parser.add_argument("--assets", type=int, help="most assets")


def _fsck(deployment: Deployment, options: Namespace) -> int:
    """0 when all agrees, 1 when something doesn't."""
    say = _json_line if options.json else _line
    register = _register(deployment)
    if options.mend:
        _mend(register, options.org, quiet=options.json)
    check = Fsck(
        register=register,
        shelf=_shelf(deployment),
        clock=utc_now,
        pause=lambda: time.sleep(CONFIRM_AFTER),
        grace=timedelta(seconds=options.grace),
        progress=_progress(),
    )
    wrong = kept = 0
    for finding in check.run(options.org):
        say(finding.to_dict() if options.json else finding)
        wrong, kept = wrong + (not finding.kept), kept + finding.kept
    if not options.json:
        _line(f"{wrong} wrong, {kept} kept")
    return 1 if wrong else 0


def _rebuild(deployment: Deployment, options: Namespace) -> int:
    register = _register(deployment)
    work = Rebuild(
        register=register,
        shelf=_shelf(deployment),
        intake=_intake(deployment) if options.process else None,
        private="SigningKeySecret" in deployment.outputs,
        clock=utc_now,
        really=options.yes,
    )
    for said in work.run(options.org):
        _line(said)
    if not options.yes:
        _line("Nothing was written: --yes does it.")
        return 0
    for org in sorted({*work.organisations, *organisations(register, options.org)}):
        _mend(register, org)
    _line(
        "Lost, where it wasn't in the table: members and limits, usage by day, private EXIF, "
        "errors, names of older versions, and who was deleted (docs/operations.md)."
    )
    return 0


def _quota(deployment: Deployment, options: Namespace) -> int:
    ledger = _register(deployment).ledger
    try:
        if options.bytes is not None or options.assets is not None:
            size = None if options.bytes is None else quota.read_bytes(options.bytes)
            limits = quota.changed(ledger.limits(options.org), size, options.assets)
            ledger.set_limits(options.org, limits)
    except quota.BadQuota as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for said in quota.lines(options.org, ledger):
        _line(said)
    return 0


def _register(deployment: Deployment) -> Register:
    return Register(table=deployment.outputs["TableName"], client=_client(deployment, "dynamodb"))


def _shelf(deployment: Deployment) -> Shelf:
    return Shelf(
        originals_bucket=deployment.outputs["OriginalsBucket"],
        renditions_bucket=deployment.outputs["RenditionsBucket"],
        client=_client(deployment, "s3"),
    )


def _intake(deployment: Deployment) -> IntakeQueue:
    return IntakeQueue(
        queue_url=deployment.outputs["IntakeQueueUrl"],
        bucket=deployment.outputs["OriginalsBucket"],
        client=_client(deployment, "sqs"),
    )


def _client(deployment: Deployment, service: str) -> Callable[[], Any]:
    """Made once: several threads ask for it."""
    return cache(lambda: deployment.client(service))


def _mend(register: Register, org_id: str | None, *, quiet: bool = False) -> None:
    for org in organisations(register, org_id):
        try:
            mended = register.mend(org)
        except (Moving, Unreadable) as error:
            sys.stderr.write(f"{error}\n")
            continue
        if mended is not None and not quiet:
            before, after = mended
            _line(f"mended  {org}: was {before}, is {after}")


def _progress() -> Callable[[str], None]:
    """A line on a terminal that is written over; nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda _said: None
    last = [0.0]

    def show(said: str) -> None:
        if time.monotonic() - last[0] > 0.1:
            last[0] = time.monotonic()
            sys.stderr.write(f"\r\033[K{said}\r")
            sys.stderr.flush()

    return show


def _line(said: object) -> None:
    sys.stdout.write(f"{said}\n")


def _json_line(said: object) -> None:
    sys.stdout.write(f"{json.dumps(said, ensure_ascii=False)}\n")
