"""The playlists of a private asset, rewritten for who bears a grant of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from spool.errors import Forbidden, NotFound, NotReady
from spool.keys import PRIVATE, RENDITIONS, AssetRef, InvalidKey, is_private, is_tag
from spool.services.access import Policies, signed_links
from spool.services.lookup import live_asset, unknown
from spool.services.ports import Catalogue, Clock
from spool.services.storage_ports import Objects
from spool.video.signed_playlists import content_type, playlist_name, rewrite

CURRENT_SECONDS = 60
_NOT_COVERED = "The policy does not cover this."


@dataclass(frozen=True)
class Playlist:
    """`max_age` in seconds is for the client that asked, and for it alone."""

    text: str
    content_type: str
    max_age: int


@dataclass(frozen=True, kw_only=True)
class Streaming:
    """`cdn_url` is the distribution's origin, scheme and host."""

    catalogue: Catalogue
    renditions: Objects
    policies: Policies
    cdn_url: str
    clock: Clock

    def playlist(self, media_id: str, file: str, query: Mapping[str, str]) -> Playlist:
        """What the query opens of this asset, which is all that authorises. `v` in it is the tag,
        the current one if none. Raises Forbidden, NotFound, NotReady."""
        policy, parameters = self.policies.verified(query)
        remaining = int((policy.expires - self.clock()).total_seconds())
        if remaining <= 0:
            raise Forbidden("The policy has expired.")
        ref, pattern = self._opened(policy.resource)
        if ref.media_id != media_id:
            raise Forbidden(_NOT_COVERED)
        name = playlist_name(file)
        if name is None:
            raise NotFound(f"{file} is no playlist.")
        tag = self._tag(ref, query.get("v"))
        if not covers(pattern, f"{tag}/{name}"):
            raise Forbidden(_NOT_COVERED)
        text = self.renditions.get(ref.rendition(tag, name)).read().decode()
        links = signed_links(self.cdn_url, ref, tag, parameters)
        return Playlist(
            rewrite(name, text, links),
            content_type(name),
            remaining if "v" in query else min(remaining, CURRENT_SECONDS),
        )

    def _opened(self, resource: str) -> tuple[AssetRef, str]:
        """The one asset whose renditions the resource names, and which of these. Raises
        Forbidden."""
        place = f"{self.cdn_url}/{PRIVATE}{RENDITIONS}"
        parts = resource.removeprefix(place).split("/", 3)
        if not resource.startswith(place) or len(parts) != 4:
            raise Forbidden(_NOT_COVERED)
        try:
            return AssetRef(*parts[:3]), parts[3]
        except InvalidKey as error:
            raise Forbidden(_NOT_COVERED) from error

    def _tag(self, ref: AssetRef, pinned: str | None) -> str:
        asset = live_asset(self.catalogue, ref.org_id, ref.media_id)
        if asset.ref != ref:
            raise unknown(ref.media_id)
        tag = asset.tag if pinned is None else pinned
        if tag is None:
            raise NotReady(f"{asset.id} is {asset.status}.")
        if not is_tag(tag) or not is_private(tag):
            raise NotFound(f"{asset.id} has no such private version.")
        return tag


def covers(pattern: str, path: str) -> bool:
    """Whether the pattern is of this path: `*` is any characters, none included, `?` is one."""
    wild = {"*": ".*", "?": "."}
    return bool(
        re.fullmatch("".join(wild.get(c) or re.escape(c) for c in pattern), path, re.DOTALL)
    )
