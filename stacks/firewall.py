"""A web ACL for the CDN, which WAF wants in us-east-1 wherever the other stacks are."""

from __future__ import annotations

from aws_cdk import App, CfnOutput, Environment, Stack
from aws_cdk import aws_wafv2 as wafv2

from stacks.config import DeploySettings

REGION = "us-east-1"
WINDOW = 300  # seconds over which requests are counted


class FirewallStack(Stack):
    """Refuses an IP address that sends more than `rateLimit` requests in five minutes. Its output
    goes into the setting `webAclArn`: a stack can't refer to another region's."""

    def __init__(self, app: App, stack_name: str, *, deploy: DeploySettings) -> None:
        super().__init__(
            app,
            stack_name,
            description="Spool: the CDN's web ACL",
            env=Environment(region=REGION),
        )
        acl = wafv2.CfnWebACL(
            self,
            "WebAcl",
            scope="CLOUDFRONT",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_measured("WebAcl"),
            rules=[_rate_rule(deploy.rate_limit)],
        )
        CfnOutput(self, "WebAclArn", value=acl.attr_arn)


def _rate_rule(limit: int) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name="RateLimit",
        priority=0,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP", limit=limit, evaluation_window_sec=WINDOW
            )
        ),
        visibility_config=_measured("RateLimit"),
    )


def _measured(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=f"Spool{name}", sampled_requests_enabled=True
    )
