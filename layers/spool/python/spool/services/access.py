"""Who is given access to what is private: policies that the CDN checks, and URLs that bear them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from spool.errors import Conflict, InvalidRequest, NoPrivateContent, NotReady
from spool.keys import ORIGINALS, PRIVATE, RENDITIONS, AssetRef, is_private, url_path
from spool.model import Asset, timestamp
from spool.services.lookup import live_asset
from spool.services.ports import Catalogue, Clock
from spool.video.signed_playlists import SignedLinks

LEAST_SECONDS, USUAL_SECONDS = 60, 3600


@dataclass(frozen=True)
class Policy:
    """What of the CDN is open, a URL that may hold the wildcards `*` and `?`, and until when, in
    whole seconds."""

    resource: str
    expires: datetime


class Policies(Protocol):
    """Signed policies, in the form in which the CDN takes them."""

    def signed(self, policy: Policy) -> Mapping[str, str]:
        """The policy and its signature as a query's parameters, whose values need no encoding; with
        `CloudFront-` before their names they are cookies. Raises Misconfigured."""

    def verified(self, query: Mapping[str, str]) -> tuple[Policy, Mapping[str, str]]:
        """The policy that a query bears, which may have expired, and the parameters that do so as
        `signed` names them; here their names' case doesn't matter. Raises Forbidden where none of
        our keys signed it."""


@dataclass(frozen=True)
class Grant:
    """What opens every URL that `resource` covers. `path` is that of its cookies."""

    resource: str
    path: str
    parameters: Mapping[str, str]

    @property
    def query(self) -> str:
        return "&".join(f"{name}={value}" for name, value in self.parameters.items())

    @property
    def cookies(self) -> Mapping[str, str]:
        return {f"CloudFront-{name}": value for name, value in self.parameters.items()}

    def to_dict(self) -> dict[str, Any]:
        return {
            "resource": self.resource,
            "query": self.query,
            "cookies": self.cookies,
            "path": self.path,
        }


@dataclass(frozen=True)
class Access:
    """The grants of one asset, good for `seconds`, and its `urls` signed by them."""

    expires: datetime
    seconds: int
    grants: Sequence[Grant]
    urls: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        grants = [grant.to_dict() for grant in self.grants]
        return {"expiresAt": timestamp(self.expires), "grants": grants, "urls": self.urls}

    def set_cookies(self) -> list[str]:
        """Values of Set-Cookie. Pages of other sites send them too, since it is the policy that
        says what they open."""
        kept = f"Max-Age={self.seconds}; Secure; HttpOnly; SameSite=None"
        return [
            f"{name}={value}; Path={grant.path}; {kept}"
            for grant in self.grants
            for name, value in grant.cookies.items()
        ]


@dataclass(frozen=True, kw_only=True)
class Granting:
    """`cdn_url` is the distribution's origin, scheme and host; `most_seconds` the longest that a
    grant may last."""

    catalogue: Catalogue
    policies: Policies
    cdn_url: str
    private_content: bool
    most_seconds: int
    clock: Clock

    def grant(self, org_id: str, media_id: str, seconds: int | None) -> Access:
        """Access for `seconds`, an hour unless said. Raises RequestError, Misconfigured."""
        if not self.private_content:
            raise NoPrivateContent
        lasting = min(USUAL_SECONDS, self.most_seconds) if seconds is None else seconds
        if not LEAST_SECONDS <= lasting <= self.most_seconds:
            raise InvalidRequest(f"seconds must be from {LEAST_SECONDS} to {self.most_seconds}.")
        asset = live_asset(self.catalogue, org_id, media_id)
        tag = _private_tag(asset)
        expires = self.clock().replace(microsecond=0) + timedelta(seconds=lasting)
        place = f"/{PRIVATE}{RENDITIONS}{asset.ref.path}/"
        renditions = self._grant(f"{place}*", place, expires)
        # A cookie's path ends at a slash or is the whole of it: at a slash, one for each asset of
        # the project would replace the one before.
        img_path = f"/{PRIVATE}img/{url_path(asset.original_key)}"
        img = self._grant(f"/{PRIVATE}img/{ORIGINALS}{asset.ref.path}-*", img_path, expires)
        links = signed_links(self.cdn_url, asset.ref, tag, renditions.parameters)
        urls = {
            name: f"{self.cdn_url}{img_path}?v={tag}&{img.query}"
            if name == "img"
            else _signed(value, asset.ref, tag, links)
            for name, value in asset.processed.items()
        }
        return Access(expires, lasting, [renditions, img], urls)

    def _grant(self, covered: str, path: str, expires: datetime) -> Grant:
        """A `*` at the end of a path covers every query too, as CloudFront reads policies."""
        policy = Policy(f"{self.cdn_url}{covered}", expires)
        return Grant(policy.resource, path, self.policies.signed(policy))


def signed_links(
    cdn_url: str, ref: AssetRef, tag: str, parameters: Mapping[str, str]
) -> SignedLinks:
    """The route's parameters are in lower case, lest the CDN takes them for its own and keeps them
    back; its `v` pins the tag, so that the playlists of one film are of one encoding."""
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    lower = "&".join(f"{name.lower()}={value}" for name, value in parameters.items())
    return SignedLinks(
        root=f"{cdn_url}/{ref.rendition(tag, '')}",
        query=query,
        route=f"{cdn_url}/api/assets/{ref.media_id}/stream/",
        route_query=f"v={tag}&{lower}",
    )


def _private_tag(asset: Asset) -> str:
    """The tag under which what is private is. Raises Conflict, NotReady."""
    moving = asset.tag is not None and is_private(asset.tag) is not asset.private
    if not asset.private and not moving:
        raise Conflict(f"{asset.id} is public: its URLs need no signature.")
    if asset.tag is None or moving:
        doing = f"{asset.status}" if asset.tag is None else "being moved"
        raise NotReady(f"{asset.id} is {doing}.")
    return asset.tag


def _signed(value: Any, ref: AssetRef, tag: str, links: SignedLinks) -> Any:
    """A member of an asset's `processed`. The CDN may have had another name when it was written."""
    _, place, name = str(value).partition(f"/{ref.rendition(tag, '')}")
    return links.of(name) if place else value
