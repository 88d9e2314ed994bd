"""Nobody signs up where only administrators create users.

MiniStack keeps `AllowAdminCreateUserOnly` and doesn't look at it. Documented at
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUserConfigType.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import cognito


def apply() -> None:
    sign_up = cognito._sign_up

    def sign_up_where_allowed(data: Mapping[str, Any]) -> Any:
        pools = [
            pool
            for pool in cognito._user_pools.values()
            if data.get("ClientId") in pool["_clients"]
        ]
        if any(
            pool.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly") for pool in pools
        ):
            said = "SignUp is not permitted for this user pool"
            return error_response_json("NotAuthorizedException", said, 400)
        return sign_up(data)

    cognito._sign_up = sign_up_where_allowed
