"""Sign a URL of /img, for a deployment with the setting imgSignatures.

    IMG_KEY_ID=2025-01 IMG_KEY=… python sign_img_url.py '/img/originals/org/site/m-a b.jpg' w=640

The key is what the edge function's KeyValueStore holds as `img-key-{id}`. Keep it on your server.
"""

import hashlib
import hmac
import os
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import quote


def signed_path(path: str, query: Mapping[str, str], *, key_id: str, key: str, expires: int) -> str:
    """`path` and what is in `query` are as meant, not percent-encoded; `expires` is a Unix time."""
    parameters = sorted({**query, "k": key_id, "e": str(expires)}.items())
    pairs = [f"{name}={value.replace('&', '%26')}" for name, value in parameters]
    digest = hmac.digest(key.encode(), f"{path}?{'&'.join(pairs)}".encode(), hashlib.sha256)
    signature = urlsafe_b64encode(digest).decode().rstrip("=")
    sent = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters)
    return f"{quote(path)}?{sent}&s={signature}"


if __name__ == "__main__":
    options = dict(argument.split("=", 1) for argument in sys.argv[2:])
    in_an_hour = int(time.time()) + 3600
    secret = {"key_id": os.environ["IMG_KEY_ID"], "key": os.environ["IMG_KEY"]}
    print(signed_path(sys.argv[1], options, **secret, expires=in_an_hour))
