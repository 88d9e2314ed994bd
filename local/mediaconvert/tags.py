"""Tags of jobs and queues, by ARN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Tags:
    def __init__(self) -> None:
        self._tags: dict[str, dict[str, str]] = {}

    def tag_resource(self, *, Arn: str, Tags: Mapping[str, str]) -> dict[str, Any]:  # noqa: N803  # the API's names
        self._tags.setdefault(Arn, {}).update(Tags)
        return {}

    def untag_resource(self, *, Arn: str, TagKeys: Sequence[str] = ()) -> dict[str, Any]:  # noqa: N803
        for key in TagKeys:
            self.of(Arn).pop(key, None)
        return {}

    def list_tags_for_resource(self, *, Arn: str) -> dict[str, Any]:  # noqa: N803
        return {"ResourceTags": {"Arn": Arn, "Tags": self.of(Arn)}}

    def of(self, arn: str) -> dict[str, str]:
        return self._tags.get(arn, {})

    def drop(self, arn: str) -> None:
        self._tags.pop(arn, None)

    def save(self) -> dict[str, dict[str, str]]:
        return dict(self._tags)

    def restore(self, saved: dict[str, dict[str, str]]) -> None:
        self._tags |= saved
