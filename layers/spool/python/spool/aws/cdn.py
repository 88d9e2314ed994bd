"""The CloudFront distribution that assets are served by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spool.aws import clients
from spool.keys import RENDITIONS, AssetRef, delivered

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient


@dataclass(frozen=True, kw_only=True)
class CloudFrontCdn:
    """Implements `ports.Cdn` by invalidations. An item `#tag` is a cache tag (`CacheTagConfig`).
    Paths that end in `*` are for streams only, since CloudFront works on 15 of them at a time."""

    distribution_id: str
    client: Callable[[], CloudFrontClient] = clients.cloudfront

    def purge(self, ref: AssetRef, reference: str, *, streams: bool) -> None:
        items = [f"#{ref.path}"]
        if streams:
            items += [f"/{place}{ref.path}/*" for place in delivered(RENDITIONS)]
        self.client().create_invalidation(
            DistributionId=self.distribution_id,
            InvalidationBatch={
                "Paths": {"Quantity": len(items), "Items": items},
                "CallerReference": reference,
            },
        )
