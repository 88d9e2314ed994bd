"""The permissions of a CloudFront KeyValueStore's keys are granted on that store.

MiniStack checks them on `*`, so that nobody has them but who has them on every store.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfrontkeyvaluestore.html
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from ministack.core import iam_actions

NAME = "cloudfront-keyvaluestore"

_STORE = re.compile(r"/key-value-stores/(arn:[^/]+/[^/]+)")


def apply() -> None:
    extract = iam_actions.extract_resource_arn

    def extract_with_stores(service: str, method: str, path: str, *request: Any) -> Any:
        store = _STORE.match(unquote(path)) if service == NAME else None
        return store[1] if store else extract(service, method, path, *request)

    iam_actions.extract_resource_arn = extract_with_stores
