"""docs/video.md, held to the ladder and to the settings that it explains."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spool.video.job import template
from spool.video.ladder import box, capture_size, rungs
from tests.unit.test_docs import rows
from tests.unit.video.sources import video

TEXT = (Path(__file__).parents[3] / "docs" / "video.md").read_text()

SD, HD = 0.0075, 0.015
"""Dollars a minute of H.264 in the basic tier; HD begins at 720 lines."""


def section(name: str) -> list[list[str]]:
    return rows(TEXT.split(f"\n## {name}")[1].split("\n## ")[0])[1:]


def sizes(text: str) -> list[tuple[int, int]]:
    return [(int(width), int(height)) for width, height in re.findall(r"(\d+) × (\d+)", text)]


@pytest.mark.parametrize("row", section("The ladder"), ids=lambda row: row[0])
def test_the_documented_ladder_is_the_ladder(row: list[str]) -> None:
    [(width, height)] = sizes(row[0])
    source = video(width, height)

    ladder = rungs(source, uhd="`uhd`" in row[1])

    assert [(rung.width, rung.height) for rung in ladder] == sizes(row[1])
    assert [capture_size(source)] == sizes(row[2])


def settings(node: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting's name and value, but the names that only we give: groups' and selectors'."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "Name":
                yield from settings(value, key)
    elif isinstance(node, list) and node and isinstance(node[0], dict):
        for value in node:
            yield from settings(value, name)
    else:
        yield name, node


def test_every_setting_is_explained_with_its_values() -> None:
    values: dict[str, list[str]] = {}
    for name, value in settings(template()):
        text = f"`{value if isinstance(value, str) else json.dumps(value)}`"
        values.setdefault(name, [])
        if text not in values[name]:
            values[name].append(text)

    documented = {row[0].strip("`"): row[1].split(", ") for row in section("The settings")}

    assert {name: sorted(found) for name, found in documented.items()} == {
        name: sorted(found) for name, found in values.items()
    }


@pytest.mark.parametrize("row", section("The price"), ids=lambda row: row[0])
def test_the_prices_add_up(row: list[str]) -> None:
    rungs_made = [int(name) for name in re.findall(r"(\d+)p", row[1])]
    dollars = sum(10 * (HD if rung >= 720 else SD) for rung in rungs_made)

    assert row[3] == f"${dollars:.3f}"


def test_spools_own_outputs_are_those_of_the_ladder() -> None:
    made = {row[0]: re.findall(r"\d+p", row[1]) for row in section("The price")}

    for short in (1080, 480):
        ladder = rungs(video(*box(short)), uhd=False)
        assert made[f"{short}p, as Spool does it"] == [rung.name for rung in ladder]
