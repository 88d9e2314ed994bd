"""Where a client's list goes on: opaque, and good for nobody else and for no other list.

A cursor is base64url of 16 bytes of HMAC-SHA256 and the position. The digest covers whose list it
is, which one and how filtered, and the position, so that what comes back is what was given.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass

from spool.errors import InvalidRequest, Misconfigured

_DIGEST_BYTES = 16

List = tuple[str | None, ...]
"""What a list is bound to: its organisation first, its purpose, and everything that filters it."""


@dataclass(frozen=True)
class Cursors:
    """`key` reads the secret that signs; it is asked for only when a list has more than a page."""

    key: Callable[[], str | None]

    def issue(self, position: str, of: List) -> str:
        """Raises Misconfigured where there is no key."""
        return _text(self._digest(position, of) + position.encode())

    def position(self, cursor: str, of: List) -> str:
        """The inverse. Raises InvalidRequest for what `issue` did not give for this list."""
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            given = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
            digest, position = given[:_DIGEST_BYTES], given[_DIGEST_BYTES:].decode()
        except (binascii.Error, ValueError) as error:
            raise _refused() from error
        if not hmac.compare_digest(digest, self._digest(position, of)):
            raise _refused()
        if _text(given) != cursor:  # spare bits of the last letter make no second cursor
            raise _refused()
        return position

    def _digest(self, position: str, of: List) -> bytes:
        key = self.key()
        if not key:
            raise Misconfigured("The secret that signs cursors has no value.")
        covered = json.dumps([*of, position]).encode()
        return hmac.digest(key.encode(), covered, hashlib.sha256)[:_DIGEST_BYTES]


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _refused() -> InvalidRequest:
    return InvalidRequest("cursor is not one that this list gave.")
