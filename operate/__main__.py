"""`python -m operate`: what an operator does to a deployment.

A module's `add_commands` declares each command with `run`, which is called with the deployment and
the options and gives the exit code.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from operate import members
from operate.deployment import Deployment, OperatorError
from spool.errors import Transient

MODULES = (members,)


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
    for module in MODULES:
        module.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
