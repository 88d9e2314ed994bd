"""Whether a request fits MediaConvert's model in botocore: names, types, enums, bounds.

botocore's own validation, which runs in every client, leaves out enums and upper bounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from local.mediaconvert.wire import wire_name

_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "timestamp": (int, float),
}


def problems(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """Each in the words of the service, as `/inputs/0/videoSelector: Should be …`."""
    if not _fits(shape, value):
        yield f"{path}: Should be {shape.type_name}"
    elif isinstance(shape, StructureShape):
        yield from _structure(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _bounds(shape, len(value), path, "Should have at {} {} items")
        for index, item in enumerate(value):
            yield from problems(shape.member, item, f"{path}/{index}")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from problems(shape.value, item, f"{path}/{key}")
    elif isinstance(shape, StringShape):
        yield from _string(shape, value, path)
    else:
        yield from _bounds(shape, value, path, "Should be at {} {}")


def _fits(shape: Shape, value: Any) -> bool:
    if isinstance(value, bool):
        return shape.type_name == "boolean"
    return isinstance(value, _TYPES[shape.type_name])


def _structure(shape: StructureShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    members = {wire_name(name, member): member for name, member in shape.members.items()}
    required = {wire_name(name, shape.members[name]) for name in shape.required_members}
    for name in sorted(required - value.keys()):
        yield f"{path}: {name} is a required property"
    for name, item in value.items():
        if name in members:
            yield from problems(members[name], item, f"{path}/{name}")
        else:
            yield f"{path}: {name} is not a known property"


def _string(shape: StringShape, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield f"{path}: Should be one of {', '.join(shape.enum)}"
    pattern = shape.metadata.get("pattern")
    if pattern and not re.search(pattern, value):
        yield f"{path}: Should match the pattern {pattern}"
    yield from _bounds(shape, len(value), path, "Should have at {} {} characters")


def _bounds(shape: Shape, size: float, path: str, sentence: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{path}: {sentence.format('least', least)}"
    if most is not None and size > most:
        yield f"{path}: {sentence.format('most', most)}"
