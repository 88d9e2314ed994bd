"""Whether a CloudFront Function's result depends on its event alone, judged by its source text.

Such a result may be remembered. In doubt the answer is no: what reads a clock, chance, a store or
the request's id, what writes logs or keeps a variable between calls.
"""

from __future__ import annotations

import re
from functools import lru_cache

_COMMENT_LINE = re.compile(r"^\s*//.*$", re.MULTILINE)
_IMPURE = re.compile(
    r"\b(?:Date|random|crypto|cloudfront|kvs|import|require|console|requestId|context"
    r"|globalThis|this)\b"
)
_KEPT_VARIABLE = re.compile(r"^(?:let|var)\b", re.MULTILINE)


@lru_cache(64)
def is_pure(code: bytes) -> bool:
    text = _COMMENT_LINE.sub("", code.decode())
    return not _IMPURE.search(text) and not _KEPT_VARIABLE.search(text)
