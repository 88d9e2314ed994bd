from __future__ import annotations

import json
import sys

from ministack import app
from ministack.core.iam_evaluator import EvalContext

from local.emulator.corrections import loopback_tls


def sees_tls() -> bool:
    app.pin_request_origin("127.0.0.1", False)
    context = EvalContext("arn", "Root", "0", "s3:GetObject", "*", "us-east-1")
    return bool(context.secure_transport)


if __name__ == "__main__":
    before = sees_tls()
    loopback_tls.apply()
    json.dump([before, sees_tls()], sys.stdout)
