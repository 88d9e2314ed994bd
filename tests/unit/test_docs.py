"""What the documents say about the code, held to it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from spool.imaging.economy import MEASURED, SMALL_AFTER

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def rows(text: str) -> list[list[str]]:
    """The cells of every row of the Markdown tables in `text`, headings left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [
        [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in lines
    ]
    return [row for row in cells if not set("".join(row)) <= set("-: ")]


def test_the_readme_explains_every_setting_with_its_default() -> None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    settings = {name[3:]: note for name, note in context.items() if re.match("// [a-z]", name)}
    section = README.split("## Configuration")[1].split("\n## ")[0]

    documented = {row[0].strip("`"): row[1:] for row in rows(section)[1:]}

    assert documented == {
        name: [f"`{json.dumps(context[name])}`", note] for name, note in settings.items()
    }


def test_every_bad_input_names_a_test_that_exists() -> None:
    tests = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^ *def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    named = [row[2].strip("`") for row in rows((ROOT / "docs" / "bad-input.md").read_text())[1:]]

    assert len(named) > 20
    assert set(named) <= tests


def test_the_price_of_a_small_encode_is_as_the_code_reckons() -> None:
    section = (ROOT / "docs" / "delivery.md").read_text().split("| format | seconds")[1]
    documented = rows("| format | seconds" + section.split("\n\n")[0])[1:]

    assert documented == [
        [f"`{name}`", f"{encode.seconds:g}", f"{encode.saved:,}", str(SMALL_AFTER[name])]
        for name, encode in MEASURED.items()
    ]


def test_links_between_documents_lead_somewhere() -> None:
    for document in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for link in re.findall(r"\]\(([^)#]+?)\)", document.read_text()):
            if "://" not in link:
                assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        named = set(re.findall(r"(?:`|^)make ([a-z]+)", document.read_text(), re.MULTILINE))
        assert named <= targets, document.name
