"""What the KeyValueStores of functions hold, read as their data plane has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

Items = Mapping[str, str]


class KeyValueStores:
    """`connect` gives a boto3 client by its service's name."""

    def __init__(self, connect: Callable[[str], Any], arns: Iterable[str]) -> None:
        self._connect = connect
        self._versions: dict[str, str] = dict.fromkeys(arns, "")

    @cached_property
    def _client(self) -> Any:
        return self._connect("cloudfront-keyvaluestore")

    def news(self) -> dict[str, Items]:
        """The stores that changed since the last call, whole. All of them at the first."""
        changed = {}
        for arn, before in self._versions.items():
            version = self._client.describe_key_value_store(KvsARN=arn)["ETag"]
            if version != before:
                changed[arn] = self._items(arn)
                self._versions[arn] = version
        return changed

    def _items(self, arn: str) -> Items:
        pages = self._client.get_paginator("list_keys").paginate(KvsARN=arn)
        return {item["Key"]: item["Value"] for page in pages for item in page.get("Items", [])}
