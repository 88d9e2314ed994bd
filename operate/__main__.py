"""`python -m operate`: what an operator does to a deployment.

Each command's parser has a `run`, which is called with the deployment and the options and gives the
exit code.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
)

from operate import members, storage_commands
from operate.deployment import Deployment, OperatorError
from spool.errors import Transient


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        deployment = Deployment.chosen(local=options.local, prefix=options.prefix)
        print(f"({deployment.name})", file=sys.stderr)
        code: int = options.run(deployment, options)
    except (NoCredentialsError, NoRegionError) as error:
        hint = "" if options.prefix else " No embedded cloud is up either: make up."
        print(f"{error} The shell's AWS settings count.{hint}", file=sys.stderr)
        return 1
    except (OperatorError, BotoCoreError, ClientError, Transient) as error:
        print(error, file=sys.stderr)
        return 1
    return code


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operate", description=__doc__)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--local", action="store_true", help="the embedded cloud that is up")
    where.add_argument(
        "--prefix",
        help="the stacks in AWS whose names begin so; unless said, the embedded cloud where one is "
        "up, else Spool",
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    members.add_commands(commands)
    storage_commands.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
