"""DynamoDB items as plain values: `{"n": 0.5}` ↔ `{"n": {"N": "0.5"}}`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

_SMALLEST, _LARGEST = 1e-120, 1e120  # of a DynamoDB number, with room to spare

_SERIALIZER = TypeSerializer()
_DESERIALIZER = TypeDeserializer()


def to_item(record: Mapping[str, Any]) -> dict[str, Any]:
    """JSON-like values to DynamoDB's. Floats become numbers of the same decimal text, or that text
    where DynamoDB has no such number: they may be a stranger's metadata, which breaks nothing."""
    return {name: to_attribute(value) for name, value in record.items()}


def to_attribute(value: Any) -> Any:
    return _SERIALIZER.serialize(_with_decimals(value))


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse: whole numbers come back as int, others as float."""
    return {name: _with_numbers(_DESERIALIZER.deserialize(value)) for name, value in item.items()}


def _with_decimals(value: Any) -> Any:
    if isinstance(value, float):
        held = value == 0 or _SMALLEST <= abs(value) <= _LARGEST
        return Decimal(repr(value)) if held else repr(value)
    if isinstance(value, Mapping):
        return {name: _with_decimals(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_with_decimals(member) for member in value]
    return value


def _with_numbers(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _with_numbers(member) for name, member in value.items()}
    return [_with_numbers(member) for member in value] if isinstance(value, list) else value
