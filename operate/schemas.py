"""Documents that are made of pydantic's models, as they are committed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def plain(node: Any) -> Any:
    """Without titles, and with whole numbers where Powertools has floats."""
    if isinstance(node, Mapping):
        kept = (pair for pair in node.items() if pair[0] != "title" or not isinstance(pair[1], str))
        return {name: plain(value) for name, value in kept}
    if isinstance(node, list):
        return [plain(value) for value in node]
    return int(node) if isinstance(node, float) and node.is_integer() else node


def written(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
