"""CloudFront Functions, made of `edge/*.js` and what the settings say."""

from __future__ import annotations

import json
import re
from typing import Any

from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from stacks import ROOT
from stacks.config import DeploySettings
from stacks.context import BadSetting

EDGE = ROOT / "edge"
MOST_BYTES = 10_240  # of one function's code, CloudFront's limit
_COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)

SIGNATURE_IMPORTS = "import cf from 'cloudfront';\nimport crypto from 'crypto';\n"


def img_request_code(deploy: DeploySettings) -> str:
    """What canonicalises the requests of `/img`."""
    return built(
        *(["img_signature"] if deploy.img_signatures else []),
        "img_request",
        imports=SIGNATURE_IMPORTS if deploy.img_signatures else "",
        settings={"widths": list(deploy.widths), "signed": deploy.img_signatures},
    )


def built(*names: str, imports: str = "", settings: dict[str, Any] | None = None) -> str:
    """The code of `edge/{name}.js`, one after the other, with `SPOOL` before it and without the
    lines that are comments.

    Raises BadSetting when it is longer than CloudFront takes.
    """
    constant = f"const SPOOL = {json.dumps(settings)};\n" if settings else ""
    sources = "".join((EDGE / f"{name}.js").read_text() for name in names)
    code = imports + constant + _COMMENT.sub("", sources)
    if (size := len(code.encode())) > MOST_BYTES:
        raise BadSetting(f"edge/{names[-1]}.js is {size} bytes; CloudFront takes {MOST_BYTES}.")
    return code


class EdgeFunction(cloudfront.Function):
    """`code` at the edge, with what `keys` holds."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        code: str,
        keys: cloudfront.IKeyValueStore | None = None,
    ) -> None:
        super().__init__(
            scope,
            name,
            code=cloudfront.FunctionCode.from_inline(code),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
            key_value_store=keys,
        )


def on_request(function: cloudfront.IFunction) -> cloudfront.FunctionAssociation:
    return cloudfront.FunctionAssociation(
        event_type=cloudfront.FunctionEventType.VIEWER_REQUEST, function=function
    )


def on_response(function: cloudfront.IFunction) -> cloudfront.FunctionAssociation:
    return cloudfront.FunctionAssociation(
        event_type=cloudfront.FunctionEventType.VIEWER_RESPONSE, function=function
    )
