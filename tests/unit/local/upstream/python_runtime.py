from __future__ import annotations

import io
import json
import sys
import zipfile
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.emulator.corrections import python_runtime

HANDLER = """
import os
import domain

class Superseded(Exception):
    pass

def handler(event, context):
    if event == "raise":
        raise Superseded("a newer one came")
    if event == "exit":
        os._exit(3)
    return {"pid": os.getpid(), "layer": domain.NAME, "ms": context.get_remaining_time_in_millis()}
"""

CONFIG = {
    "FunctionName": "f",
    "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:f",
    "Version": "1",
    "Runtime": "python3.12",
    "Handler": "handler.handler",
    "Timeout": 5,
    "Layers": [{"Arn": "a layer"}],
}


def archive(name: str, text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as files:
        files.writestr(name, text)
    return out.getvalue()


def invoke(event: str) -> dict[str, Any]:
    function = {"config": CONFIG, "code_zip": archive("handler.py", HANDLER)}
    return dict(lambda_svc._execute_function(function, event)["body"])


if __name__ == "__main__":
    layer = archive("python/domain.py", "NAME = 'layer'")
    lambda_svc._resolve_layer_zip = lambda _: layer
    uncorrected = invoke("raise")
    lambda_runtime.reset()
    python_runtime.apply()
    first, failed, second, died = (invoke(event) for event in ("a", "raise", "b", "exit"))
    json.dump(
        [
            {"error": uncorrected["errorType"]},
            {
                "error": failed["errorType"],
                "layer": first["layer"],
                "warm after an error": first["pid"] == second["pid"],
                "has time left": 0 < first["ms"] <= 5000,
                "exit": died["errorType"],
            },
        ],
        sys.stdout,
    )
    lambda_runtime.reset()
