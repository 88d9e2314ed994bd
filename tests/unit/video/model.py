"""CreateJob's model in botocore, with the enums and upper bounds that its validator leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

_CREATE_JOB = (
    botocore.session.get_session()
    .get_service_model("mediaconvert")
    .operation_model("CreateJob")
    .input_shape
)


def problems(job: Mapping[str, Any]) -> list[str]:
    """What is wrong with the arguments of CreateJob, by the model alone."""
    assert _CREATE_JOB is not None
    report = ParamValidator().validate(job, _CREATE_JOB)
    if report.has_errors():
        return [report.generate_report()]
    return list(_problems(_CREATE_JOB, job, "job"))


def _problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name, item in value.items():
            yield from _problems(shape.members[name], item, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for index, item in enumerate(value):
            yield from _problems(shape.member, item, f"{path}[{index}]")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from _problems(shape.value, item, f"{path}.{key}")
    else:
        yield from _unlike(shape, value, path)


def _unlike(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StringShape) and shape.enum and value not in shape.enum:
        yield f"{path}: {value} is none of {shape.enum}"
    size = len(value) if isinstance(value, str) else value
    low, high = shape.metadata.get("min", size), shape.metadata.get("max", size)
    if not low <= size <= high:
        yield f"{path}: {value} is outside {low} to {high}"
