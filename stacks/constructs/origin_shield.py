"""Where Origin Shield is, for a stack in each region.

Its own regions, and for the others the one that "Choose the AWS Region for your origin with
Origin Shield" in the CloudFront Developer Guide names; for younger ones the nearest.
"""

from __future__ import annotations

from aws_cdk import Aws, CfnMapping
from constructs import Construct

_SHIELDS = [
    *("us-east-1", "us-east-2", "us-west-2", "sa-east-1"),
    *("eu-central-1", "eu-west-1", "eu-west-2", "me-central-1", "ap-south-1"),
    *("ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2"),
]
_NEAREST = {
    "af-south-1": "eu-west-1",
    "ap-east-1": "ap-southeast-1",
    "ap-northeast-3": "ap-northeast-1",
    "ap-south-2": "ap-south-1",
    "ap-southeast-3": "ap-southeast-1",
    "ap-southeast-4": "ap-southeast-2",
    "ap-southeast-5": "ap-southeast-1",
    "ap-southeast-7": "ap-southeast-1",
    "ca-central-1": "us-east-1",
    "ca-west-1": "us-west-2",
    "eu-central-2": "eu-central-1",
    "eu-north-1": "eu-west-2",
    "eu-south-1": "eu-central-1",
    "eu-south-2": "eu-west-2",
    "eu-west-3": "eu-west-2",
    "il-central-1": "eu-central-1",
    "me-south-1": "ap-south-1",
    "mx-central-1": "us-east-2",
    "us-west-1": "us-west-2",
}


def shield_region(scope: Construct) -> str:
    """The region of the shield, as a token: stacks don't know theirs before they are deployed."""
    regions = {**{region: region for region in _SHIELDS}, **_NEAREST}
    mapping = CfnMapping(
        scope, "OriginShield", mapping={region: {"shield": at} for region, at in regions.items()}
    )
    return mapping.find_in_map(Aws.REGION, "shield")
