"""Starts AWS's runtime client for one function, as Lambda's `/var/runtime/bootstrap` does.

Run with `python -P`: the import path is the interpreter's, the function's, then its layers'.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path
from urllib.parse import urlsplit

MANAGEMENT = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"


def find_connections(environment: MutableMapping[str, str]) -> None:
    """The emulator has WebSocket APIs by path, where AWS has them by host."""
    deployed = urlsplit(environment.get("LIVE_ENDPOINT", ""))
    if deployed.hostname:
        api_id = deployed.hostname.partition(".")[0]
        base = environment["AWS_ENDPOINT_URL"]
        environment[MANAGEMENT] = f"{base}/_aws/execute-api/{api_id}{deployed.path}"


def main() -> None:
    find_connections(os.environ)
    task_root = os.environ["LAMBDA_TASK_ROOT"]
    sys.path.append(str(Path(__file__).parent / "portable"))
    sys.path[0:0] = [task_root, str(Path(task_root, ".opt", "python"))]
    from awslambdaric.__main__ import main as run_client  # noqa: PLC0415  # needs that path

    run_client([sys.argv[0], os.environ["_HANDLER"]])


if __name__ == "__main__":
    main()
