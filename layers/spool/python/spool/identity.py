"""Who calls: a person or a machine, the organisation it belongs to, and what it may do there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Each may do what those before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


@dataclass(frozen=True, kw_only=True)
class Member:
    """A principal's place in its organisation. `id` is the token's subject: of a person the user
    pool's `sub`, of a machine its client id. `name` is for people to read, an address or a purpose.
    """

    id: str
    org_id: str
    role: Role
    name: str
