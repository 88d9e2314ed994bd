from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.stub import Stubber

from spool.aws import clients
from spool.aws.cdn import CloudFrontCdn
from spool.errors import Transient
from spool.keys import AssetRef

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

REF = AssetRef("org", "proj", "m1")


@pytest.fixture
def distribution(aws: None) -> str:
    return _distribution(clients.cloudfront())


def _distribution(cloudfront: CloudFrontClient) -> str:
    answer = cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": "one",
            "Comment": "",
            "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "renditions",
                        "DomainName": "renditions.s3.amazonaws.com",
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                    }
                ],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "renditions",
                "ViewerProtocolPolicy": "https-only",
            },
        }
    )
    return answer["Distribution"]["Id"]


def purged(distribution: str) -> dict[str, list[str]]:
    """Items by caller reference."""
    cloudfront = clients.cloudfront()
    listed = cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"]
    found = {}
    for one in listed["Items"]:
        answer = cloudfront.get_invalidation(DistributionId=distribution, Id=one["Id"])
        batch = answer["Invalidation"]["InvalidationBatch"]
        found[batch["CallerReference"]] = batch["Paths"]["Items"]
    return found


def test_an_asset_is_purged_by_its_tag_and_its_streams_by_their_paths(distribution: str) -> None:
    cdn = CloudFrontCdn(distribution_id=distribution)

    cdn.purge(REF, "picture.1", streams=False)
    cdn.purge(REF, "video.1", streams=True)

    assert purged(distribution) == {
        "picture.1": ["#org/proj/m1"],
        "video.1": ["#org/proj/m1", "/renditions/org/proj/m1/*", "/p/renditions/org/proj/m1/*"],
    }


def test_a_cdn_that_is_busy_purging_is_asked_again_later(aws: None) -> None:
    with Stubber(clients.cloudfront()) as stub:
        stub.add_client_error(
            "create_invalidation", "TooManyInvalidationsInProgress", http_status_code=400
        )

        with pytest.raises(Transient, match="TooManyInvalidationsInProgress"):
            CloudFrontCdn(distribution_id="D1").purge(REF, "one", streams=True)
