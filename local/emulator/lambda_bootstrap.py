"""Starts AWS's runtime client for one function, as Lambda's `/var/runtime/bootstrap` does.

Run with `python -P`: the import path is the interpreter's, the function's, then its layers'.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from awslambdaric.__main__ import main as run_client


def main() -> None:
    task_root = os.environ["LAMBDA_TASK_ROOT"]
    sys.path[0:0] = [task_root, str(Path(task_root, ".opt", "python"))]

    run_client([sys.argv[0], os.environ["_HANDLER"]])


if __name__ == "__main__":
    main()
