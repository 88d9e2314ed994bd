"""`python -m operate`: what an operator does to a deployment.

Each command's parser has a `run`, which is called with the deployment and the options and gives the
exit code.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from operate import members
from operate import storage_commands as storage
from operate.deployment import Deployment, OperatorError
from spool.errors import Transient

_STORAGE = (
    ("fsck", "prove that S3, catalogue and counters agree", storage.add_fsck, storage.fsck),
    ("rebuild", "make the catalogue anew of S3", storage.add_rebuild, storage.rebuild),
    ("quota", "what an organisation may hold, and holds", storage.add_quota, storage.show_quota),
)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        deployment = (
            Deployment.of_embedded_cloud()
            if options.local
            else Deployment.of_stacks(options.prefix)
        )
        code: int = options.run(deployment, options)
    except (OperatorError, BotoCoreError, ClientError, Transient) as error:
        print(error, file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operate", description=__doc__)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--local", action="store_true", help="the embedded cloud that is up")
    where.add_argument(
        "--prefix", default="Spool", help="what the stacks' names begin with (%(default)s)"
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    members.add_commands(commands)
    for name, about, add_arguments, run in _STORAGE:
        command = commands.add_parser(name, help=about)
        add_arguments(command)
        command.set_defaults(run=partial(_at_place, run))
    return parser


def _at_place(
    run: Callable[[storage.Place, argparse.Namespace], int],
    deployment: Deployment,
    options: argparse.Namespace,
) -> int:
    return run(storage.Place(deployment.outputs, deployment.client), options)


if __name__ == "__main__":
    sys.exit(main())
