"""Signed URLs and signed cookies of behaviours that trust key groups.

Sources: "Use signed URLs" and "Use signed cookies" in the CloudFront Developer Guide; the codes of
refusals are those that "How do I troubleshoot issues related to a signed URL" (AWS re:Post) shows.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace

from local.edge.access_policy import AccessPolicy
from local.edge.messages import Pairs, Request, Response, without
from local.edge.paths import normalised
from local.edge.trusted_keys import DEFAULT_HASH, HASHES, TrustedKeys, is_signed_by

PARAMETERS = frozenset({"Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"})
COOKIE = "CloudFront-"

_URL_SAFE = bytes.maketrans(b"-_~", b"+=/")


class AccessRefused(Exception):
    """What CloudFront answers with 403 and the code and sentence in XML."""

    def __init__(self, code: str = "AccessDenied", sentence: str = "Access denied") -> None:
        super().__init__(f"{code}: {sentence}")
        self.response = Response(
            403,
            (("content-type", "text/xml"),),
            '<?xml version="1.0" encoding="UTF-8"?><Error>'
            f"<Code>{code}</Code><Message>{sentence}</Message></Error>".encode(),
        )


def authorised(keys: TrustedKeys, request: Request, now: float) -> Request:
    """`request` without what signed it. `now` is seconds since 1970. Raises AccessRefused."""
    _check(keys, request, _url(request, request.path), now)
    return replace(
        request,
        query=tuple(pair for pair in request.query if pair[0] not in PARAMETERS),
        headers=_without_cookies(request),
    )


def _check(keys: TrustedKeys, request: Request, url: str, now: float) -> None:
    given = _given(request)
    key_id = given.get("Key-Pair-Id")
    if not key_id:
        raise AccessRefused("MissingKey", "Missing Key-Pair-Id query parameter or cookie value")
    if key_id not in keys:
        raise AccessRefused("InvalidKey", "Unknown Key")
    text = _decoded(given["Policy"]) if "Policy" in given else _canned(given, url)
    algorithm = given.get("Hash-Algorithm", DEFAULT_HASH)
    signature = _decoded(given.get("Signature", ""))
    if algorithm not in HASHES or not is_signed_by(keys[key_id], signature, text, algorithm):
        raise AccessRefused
    if "Policy" not in given:
        opened = now < int(given["Expires"])
    else:
        # Both: a path with `..` must not lead out of what the signer opened.
        reached = (url, _url(request, normalised(request.path)))
        policy = _parsed(text)
        opened = policy.allows(request.client, now) and all(map(policy.opens, reached))
    if not opened:
        raise AccessRefused


def _given(request: Request) -> Mapping[str, str]:
    """A signed URL decides alone, whatever the cookies say."""
    if signed := {name: value for name, value in request.query if name in PARAMETERS}:
        return signed
    return {
        name.removeprefix(COOKIE): value
        for name, value in request.cookies
        if name.startswith(COOKIE)
    }


def _canned(given: Mapping[str, str], url: str) -> bytes:
    expires = given.get("Expires", "")
    if not (expires.isascii() and expires.isdigit() and len(expires) < 12):
        raise AccessRefused
    return AccessPolicy.canned_text(url, expires)


def _parsed(text: bytes) -> AccessPolicy:
    try:
        return AccessPolicy.parse(text)
    except ValueError as error:
        raise AccessRefused("MalformedPolicy", "Malformed Policy") from error


def _decoded(text: str) -> bytes:
    """Base64 with the characters that a URL does not take replaced as CloudFront has it."""
    try:
        return base64.b64decode(text.encode("ascii").translate(_URL_SAFE), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise AccessRefused from error


def _url(request: Request, path: str) -> str:
    """What was asked for, as the signer saw it. The embedded cloud speaks plain HTTP."""
    parts = request.raw_query.split("&") if request.raw_query else []
    query = "&".join(part for part in parts if part.partition("=")[0] not in PARAMETERS)
    return f"http://{request.header('host')}{path}{'?' if query else ''}{query}"


def _without_cookies(request: Request) -> Pairs:
    kept = "; ".join(
        f"{name}={value}"
        for name, value in request.cookies
        if name.removeprefix(COOKIE) not in PARAMETERS
    )
    rest = without(request.headers, ["cookie"])
    return (*rest, ("cookie", kept)) if kept else rest
