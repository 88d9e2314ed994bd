"""A part of a job's settings that knows its place, and a rule that it may break."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.mediaconvert import messages

UG = "https://docs.aws.amazon.com/mediaconvert/latest/ug"
_API = "https://docs.aws.amazon.com/mediaconvert/latest/apireference/jobs.html"
OURS = "docs/video.md"
"""Of what AWS would run, but this project never means."""


def api(shape: str, member: str) -> str:
    """Where the API reference describes one setting."""
    return f"{_API}#jobs-prop-{shape}-{member}".lower()


@dataclass(frozen=True)
class Node:
    """`value` is the part; `path` leads to it as in the service's own messages."""

    value: Mapping[str, Any]
    path: str = ""
    parent: Node | None = field(default=None, repr=False)

    def get(self, *names: str) -> Any:
        """What the settings hold below this part, None where they don't."""
        value: Any = self.value
        for name in names:
            value = (value or {}).get(name)
        return value

    def child(self, *names: str) -> Node:
        """The part below; an empty one where the settings have none."""
        return Node(self.get(*names) or {}, self.at(*names), self)

    def children(self, name: str) -> Iterator[Node]:
        for index, item in enumerate(self.get(name) or ()):
            yield Node(item, f"{self.at(name)}/{index}", self)

    def at(self, *names: str) -> str:
        return messages.at(self.path, *filter(None, names))

    @property
    def above(self) -> Node:
        return self.parent or Node({})


@dataclass(frozen=True)
class Rule:
    """`setting` is named, below the part, when `broken`; `see` is the page that says so."""

    setting: str
    broken: Callable[[Node], object]
    says: str
    see: str


def broken(rules: Iterable[Rule], node: Node) -> Iterator[str]:
    for rule in rules:
        if rule.broken(node):
            yield f"{node.at(*rule.setting.split('.'))}: {rule.says} ({rule.see})"
