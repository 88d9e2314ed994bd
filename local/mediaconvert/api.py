"""The REST API: requests to operations and back, by MediaConvert's model in botocore."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote

from botocore import xform_name
from botocore.model import OperationModel, StructureShape

from local.mediaconvert.checks import problems
from local.mediaconvert.errors import BadRequestException, NotFoundException, ServiceError
from local.mediaconvert.messages import NOT_IMPLEMENTED
from local.mediaconvert.service import MediaConvert
from local.mediaconvert.wire import from_wire, model, to_wire, wire_name

Response = tuple[int, dict[str, Any]]

_NOTHING = StructureShape("Nothing", {"type": "structure", "members": {}})


class Api:
    def __init__(self, service: MediaConvert) -> None:
        self._service = service

    def handle(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Response:
        """Status and JSON; a refusal is `{"code", "message"}`."""
        try:
            return self._answer(method, path, query, body)
        except ServiceError as error:
            return error.status, {"code": error.code, "message": str(error)}

    def _answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Response:
        operation, labels = _route(method, path)
        run = self._service.operation(xform_name(operation.name))
        if run is None:
            raise BadRequestException(f"{operation.name}: {NOT_IMPLEMENTED}")
        result = run(**_read(operation, labels, query, body))
        status = int(operation.http["responseCode"])
        return status, to_wire(operation.output_shape or _NOTHING, result)


def _route(method: str, path: str) -> tuple[OperationModel, dict[str, str]]:
    """The operation, and the values of its path's labels."""
    for verb, pattern, operation in _routes():
        if verb == method and (found := pattern.fullmatch(path)):
            return operation, {name: unquote(value) for name, value in found.groupdict().items()}
    raise NotFoundException(f"There is no {method} {path}")


@cache
def _routes() -> list[tuple[str, re.Pattern[str], OperationModel]]:
    operations = [model().operation_model(name) for name in model().operation_names]
    return [
        (
            operation.http["method"],
            re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>.+)", operation.http["requestUri"])),
            operation,
        )
        for operation in operations
    ]


def _read(
    operation: OperationModel, labels: Mapping[str, str], query: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    """What the request says of the operation's members. Raises BadRequestException."""
    shape = operation.input_shape or _NOTHING
    wire = {**_body(body), **labels, **_query(shape, query)}
    if wrong := list(problems(shape, wire)):
        raise BadRequestException("; ".join(text.removeprefix("/settings") for text in wrong))
    return dict(from_wire(shape, wire))


def _body(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body or b"{}")
    except ValueError as error:
        raise BadRequestException(f"The body is not JSON: {error}") from error
    if not isinstance(read, dict):
        raise BadRequestException("The body is not a JSON object")
    return read


def _query(shape: StructureShape, query: Mapping[str, str]) -> dict[str, Any]:
    integers = {
        wire_name(name, member)
        for name, member in shape.members.items()
        if member.type_name == "integer"
    }
    return {
        name: int(value) if name in integers and value.isdigit() else value
        for name, value in query.items()
    }
