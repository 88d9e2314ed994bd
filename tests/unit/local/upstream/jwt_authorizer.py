from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from tempfile import TemporaryDirectory
from typing import Any

from ministack.services import apigateway, cognito

from local.emulator.corrections import jwt_authorizer

POOL = "us-east-1_abcdefghi"
ISSUER = f"https://cognito-idp.us-east-1.amazonaws.com/{POOL}"
AUTHORIZER = {
    "identitySource": ["$request.header.Authorization"],
    "jwtConfiguration": {"issuer": ISSUER, "audience": ["ours"]},
}
NOW = int(time.time())
GOOD = {
    "iss": ISSUER,
    "client_id": "ours",
    "sub": "me",
    "token_use": "access",
    "iat": NOW - 10,
    "exp": NOW + 60,
}


def signed(without: str | None = None, **changes: Any) -> str:
    claims = {name: value for name, value in {**GOOD, **changes}.items() if name != without}
    return str(cognito._signed_jwt(claims, POOL, "access"))


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def tokens() -> dict[str, str]:
    """By what is wrong with them, or right."""
    header, claims, signature = signed().split(".")
    unsigned = part({"alg": "none", "kid": json.loads(base64.b64decode(header + "=="))["kid"]})
    return {
        "good": signed(),
        "nothing": "",
        "garbage": "garbage",
        "alg none": f"{unsigned}.{claims}.",
        "alg none, signed": f"{unsigned}.{claims}.{signature}",
        "forged": f"{header}.{part({**GOOD, 'sub': 'you'})}.{signature}",
        "expired": signed(exp=NOW - 1),
        "not yet": signed(nbf=NOW + 60),
        "another's": signed(client_id="theirs"),
        "another's aud": signed(aud="theirs"),
        "another pool's": signed(iss=f"{ISSUER}x"),
        "without an end": signed(without="exp"),
        "an end that is no number": signed(exp="soon"),
        "a header that is none": f"{part([])}.{claims}.{signature}",
        "claims that are none": f"{header}.{part([])}.{signature}",
    }


def verdict(token: str) -> str:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    try:
        call = apigateway._validate_jwt_authorizer({}, AUTHORIZER, headers, {})
        claims, _, refusal = asyncio.run(call)
    except (AttributeError, ValueError):
        return "fails"
    return str(refusal[0]) if refusal else str(claims["sub"])


async def keys(_url: str) -> Any:
    """What the pool publishes, without a server."""
    return json.loads(cognito.well_known_jwks(POOL)[2])


def verdicts() -> list[Any]:
    """Of what is not refused, and how many are."""
    all_ = {name: verdict(token) for name, token in tokens().items()}
    other = {name: said for name, said in all_.items() if said != "401"}
    return [other, len(all_) - len(other)]


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        cognito._POOL_KEYS_DIR = folder
        apigateway._fetch_jwks = keys
        before = verdicts()
        jwt_authorizer.apply()
        json.dump([before, verdicts()], sys.stdout)
