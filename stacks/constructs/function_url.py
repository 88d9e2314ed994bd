from __future__ import annotations

from aws_cdk import Fn
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.constructs.names import regional_name


class FunctionUrl(Construct):
    """The URL of a function's alias, which only a CloudFront distribution may call.

    CDK's own origin grants on the function; a call by an alias's URL needs the grant on the alias.
    """

    def __init__(self, scope: Construct, construct_id: str, *, alias: lambda_.Alias) -> None:
        super().__init__(scope, construct_id)
        self._alias = alias
        self._url = alias.add_function_url(auth_type=lambda_.FunctionUrlAuthType.AWS_IAM)
        self._access = cloudfront.FunctionUrlOriginAccessControl(
            self, "Access", origin_access_control_name=regional_name(self, "Access")
        )

    def origin(self, shield_region: str | None) -> cloudfront.IOrigin:
        return origins.HttpOrigin(
            Fn.select(2, Fn.split("/", self._url.url)),
            origin_access_control_id=self._access.origin_access_control_id,
            origin_shield_region=shield_region,
        )

    def allow(self, distribution: cloudfront.Distribution) -> None:
        """Both actions are needed: the URL's own, and the function's when called through a URL."""
        self._permit(distribution, "InvokeFunctionUrl", function_url_auth_type="AWS_IAM")
        self._permit(distribution, "InvokeFunction", invoked_via_function_url=True)

    def _permit(
        self,
        distribution: cloudfront.Distribution,
        action: str,
        *,
        function_url_auth_type: str | None = None,
        invoked_via_function_url: bool | None = None,
    ) -> None:
        lambda_.CfnPermission(
            self,
            action,
            action=f"lambda:{action}",
            function_name=self._alias.function_arn,
            principal="cloudfront.amazonaws.com",
            source_arn=distribution.distribution_arn,
            function_url_auth_type=function_url_auth_type,
            invoked_via_function_url=invoked_via_function_url,
        )
