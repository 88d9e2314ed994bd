from __future__ import annotations

import json
import sys
from typing import Any

from ministack.services import lambda_svc

from local.emulator.corrections import function_url_path
from tests.unit.local.upstream.requests import ROOT, answer

HOST = f"{'a' * 32}.lambda-url.us-east-1.on.aws"

seen: list[dict[str, Any]] = []


def execute(_function: object, event: dict[str, Any]) -> dict[str, Any]:
    seen.append(event)
    return {"body": {"statusCode": 200, "body": ""}}


def path_that_the_function_sees() -> str:
    headers = {"host": HOST, "authorization": ROOT.format(service="lambda")}
    answer("GET", "/img/100%25.jpg", headers, decoded="/img/100%.jpg")
    return str(seen.pop()["rawPath"])


if __name__ == "__main__":
    config = {
        "FunctionName": "f",
        "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:f",
    }
    url = ("000000000000", "us-east-1", "f", None, {"AuthType": "NONE"})
    lambda_svc.resolve_function_url = lambda *_: url
    lambda_svc._get_func_record_for_ref_in_scope = lambda *_, **__: ({}, config, "f")
    lambda_svc._execution_record_for_config = lambda *_: {}
    lambda_svc._execute_function_with_config_scope = execute
    before = path_that_the_function_sees()
    function_url_path.apply()
    json.dump([before, path_that_the_function_sees()], sys.stdout)
