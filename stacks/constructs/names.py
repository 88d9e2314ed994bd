from __future__ import annotations

from aws_cdk import Aws, Names
from constructs import Construct

_MOST = 64 - len("-ap-southeast-1")  # the longest region; an origin access control's name has 64


def regional_name(scope: Construct, construct_id: str) -> str:
    """A name for `construct_id` in `scope` that the same stack in another region doesn't have.

    CloudFront's names are the account's, and CDK's own are the same in every region.
    """
    unique = Names.unique_resource_name(scope, max_length=_MOST - len(construct_id))
    return f"{unique}{construct_id}-{Aws.REGION}"
