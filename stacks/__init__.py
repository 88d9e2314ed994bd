"""What Spool has in AWS, as CDK stacks.

Two things must be so before any module below is imported. aws_cdk starts Node when imported, and it
must be the virtualenv's: one on PATH may be missing or past its end of life. And each function's
settings and the vocabulary are found where Lambda finds them, at the top.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent

os.environ.setdefault("JSII_NODE", str(Path(sysconfig.get_path("scripts")) / "node"))
for folder in ("lambdas", "layers/spool/python"):
    if str(ROOT / folder) not in sys.path:
        sys.path.append(str(ROOT / folder))
