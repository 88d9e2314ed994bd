from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from ministack.services import cognito

from local.emulator.corrections import sign_up


def call(action: str, **data: Any) -> Any:
    status, _, body = asyncio.run(cognito._dispatch_idp(action, data))
    answer = json.loads(body)
    return answer if status == 200 else answer["message"]


def client(*, by_invitation: bool) -> str:
    """Of a pool of its own."""
    wish = {"AllowAdminCreateUserOnly": by_invitation}
    pool = call("CreateUserPool", PoolName="p", AdminCreateUserConfig=wish)["UserPool"]["Id"]
    made = call("CreateUserPoolClient", UserPoolId=pool, ClientName="c")
    return str(made["UserPoolClient"]["ClientId"])


def outcome(*, by_invitation: bool) -> Any:
    client_id = client(by_invitation=by_invitation)
    answer = call("SignUp", ClientId=client_id, Username="a", Password="Passw0rd!")
    return answer if isinstance(answer, str) else answer["UserConfirmed"]


def outcomes() -> list[Any]:
    return [outcome(by_invitation=True), outcome(by_invitation=False)]


if __name__ == "__main__":
    before = outcomes()
    sign_up.apply()
    json.dump([before, outcomes()], sys.stdout)
