"""JSON of the API and botocore's names, each way, by MediaConvert's model in botocore."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape


@cache
def model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("mediaconvert")


def wire_name(name: str, member: Shape) -> str:
    """`FileInput` is `fileInput` on the wire."""
    return str(member.serialization.get("name", name))


def from_wire(shape: Shape, value: Any) -> Any:
    """`value` fits `shape` (local.mediaconvert.checks says so)."""
    if isinstance(shape, StructureShape):
        names = {wire_name(name, member): name for name, member in shape.members.items()}
        return {
            names[key]: from_wire(shape.members[names[key]], item) for key, item in value.items()
        }
    if isinstance(shape, ListShape):
        return [from_wire(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: from_wire(shape.value, item) for key, item in value.items()}
    return value


def to_wire(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape):
        return {
            wire_name(name, shape.members[name]): to_wire(shape.members[name], item)
            for name, item in value.items()
        }
    if isinstance(shape, ListShape):
        return [to_wire(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: to_wire(shape.value, item) for key, item in value.items()}
    return int(value) if shape.type_name == "timestamp" else value
