from __future__ import annotations

import json
import sys
from urllib.parse import quote

from ministack.core import iam_actions

from local.emulator.corrections import key_value_store_rights

STORE = "arn:aws:cloudfront::000000000000:key-value-store/keys"


def checked() -> list[str]:
    """On which resource MiniStack checks a call about a store, its keys and one of them."""
    path = f"/key-value-stores/{quote(STORE, safe='')}"
    account = ("us-east-1", "000000000000")
    return [
        iam_actions.extract_resource_arn(
            key_value_store_rights.NAME, "GET", f"{path}{rest}", {}, b"", {}, *account
        )
        for rest in ("", "/keys", "/keys/img-key-a")
    ]


if __name__ == "__main__":
    before = checked()
    key_value_store_rights.apply()
    json.dump([before, checked()], sys.stdout)
