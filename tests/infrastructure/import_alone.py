"""Import a function's handler with nothing on the path but what is given, as Lambda would.

Run by `python -I -S`: `import_alone.py {function} {folder} …`. Fails when an import does, also one
inside a function of ours that hasn't been called yet.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path


def main(function: str, *path: str) -> None:
    sys.path += path
    handler = importlib.import_module(f"{function}.handler").handler
    assert callable(handler)
    own = (function, "spool")
    ours = [m for name, m in sys.modules.items() if name.partition(".")[0] in own]
    for module in ours:
        for name in imported_later(Path(str(module.__file__)).read_text()):
            importlib.import_module(name)


def imported_later(source: str) -> Iterator[str]:
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    yield node.module


if __name__ == "__main__":
    main(*sys.argv[1:])
