"""How the service's messages name settings, and what they say of those that it lacks."""

from __future__ import annotations

NOT_IMPLEMENTED = "not implemented by the local MediaConvert"


def at(path: str, *names: str) -> str:
    """The path of a member, by its names in botocore, below `path`: `/outputGroups/0/name`."""
    return "/".join([path, *(name[0].lower() + name[1:] for name in names)])
