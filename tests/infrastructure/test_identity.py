"""Who may sign in, what tokens the API takes, and how much of each route."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stacks.context import BadSetting
from tests.infrastructure.cloud import REGION, Cloud, Resource
from tests.infrastructure.conftest import synthesize

OPEN = {"GET /health", "GET /openapi.json", "GET /assets/{id}/stream/{file}"}


def only(cloud: Cloud, kind: str) -> Resource:
    (resource,) = cloud.resources(kind)
    return resource


def clients(cloud: Cloud, *, secret: bool) -> list[Resource]:
    listed = cloud.resources("AWS::Cognito::UserPoolClient")
    return [client for client in listed if client.properties["GenerateSecret"] is secret]


def test_people_come_by_invitation_unless_the_settings_say_otherwise(
    cloud: Cloud, tmp_path: Path
) -> None:
    pool = only(cloud, "AWS::Cognito::UserPool").properties
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    anyone = only(Cloud(synthesize(tmp_path, selfSignUp=True)), "AWS::Cognito::UserPool")
    assert anyone.properties["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is False


def test_the_pool_is_protected_and_nothing_in_it_is_paid_for(cloud: Cloud) -> None:
    pool = only(cloud, "AWS::Cognito::UserPool").properties
    assert pool["DeletionProtection"] == "ACTIVE"
    assert pool["UserPoolTier"] == "LITE"
    assert "UserPoolAddOns" not in pool
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("OPTIONAL", ["SOFTWARE_TOKEN_MFA"])
    policy = pool["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] >= 12
    assert all(required for name, required in policy.items() if name.startswith("Require"))


def test_the_invitation_has_what_is_needed_to_sign_in(cloud: Cloud) -> None:
    pool = only(cloud, "AWS::Cognito::UserPool").properties
    message = pool["AdminCreateUserConfig"]["InviteMessageTemplate"]["EmailMessage"]
    assert "{username}" in message
    assert "{####}" in message


def test_peoples_client_has_no_secret_and_tokens_that_end(cloud: Cloud) -> None:
    (people,) = clients(cloud, secret=False)
    assert people.properties["AccessTokenValidity"] == 60
    assert people.properties["TokenValidityUnits"]["AccessToken"] == "minutes"
    assert people.properties["EnableTokenRevocation"] is True
    assert people.properties["PreventUserExistenceErrors"] == "ENABLED"
    assert people.properties["AllowedOAuthFlowsUserPoolClient"] is False


def test_a_machines_client_is_for_client_credentials_and_for_nobody_to_sign_in_by(
    cloud: Cloud,
) -> None:
    (machine,) = clients(cloud, secret=True)
    assert machine.properties["AllowedOAuthFlows"] == ["client_credentials"]
    assert machine.properties["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    (scope,) = machine.properties["AllowedOAuthScopes"]
    assert scope.endswith("/api")


def test_no_secret_is_an_output(templates: Mapping[str, Mapping[str, Any]]) -> None:
    assert "ClientSecret" not in str(templates)


def test_the_authorizer_takes_tokens_of_all_our_clients_and_no_others(cloud: Cloud) -> None:
    authorizer = next(cloud.of_api("HTTP", "Authorizer")).properties
    pool = only(cloud, "AWS::Cognito::UserPool")
    ours = {client.ref for client in cloud.resources("AWS::Cognito::UserPoolClient")}
    configuration = authorizer["JwtConfiguration"]
    assert set(configuration["Audience"]) == ours
    assert configuration["Issuer"] == f"https://cognito-idp.{REGION}.amazonaws.com/{pool.ref}"
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]


def test_every_route_but_the_open_ones_asks_the_authorizer(cloud: Cloud) -> None:
    authorizer = next(cloud.of_api("HTTP", "Authorizer"))
    for route in cloud.of_api("HTTP", "Route"):
        kind, by = (route.properties.get(name) for name in ("AuthorizationType", "AuthorizerId"))
        if route.properties["RouteKey"] in OPEN:
            assert (kind, by) == ("NONE", None)
        else:
            assert (kind, by) == ("JWT", authorizer.ref), route.name


def test_a_machine_can_be_taken_away(
    templates: Mapping[str, Mapping[str, Any]], tmp_path: Path
) -> None:
    """What a stack exports can neither change nor go while another stack imports it."""
    fewer = synthesize(tmp_path, machineClients=[])
    for these in (templates, fewer):
        exported = [
            o["Value"] for o in these["Spool-Identity"]["Outputs"].values() if "Export" in o
        ]
        assert [value["Ref"].startswith("Authorizer") for value in exported] == [True]


def test_the_domains_prefix_is_no_other_stacks(cloud: Cloud) -> None:
    domain = only(cloud, "AWS::Cognito::UserPoolDomain").properties["Domain"]
    assert domain == "spool-0a1b2c3d-0000-0000"


def test_each_route_is_throttled_by_itself_and_calls_are_logged(cloud: Cloud) -> None:
    stage = next(cloud.of_api("HTTP", "Stage"))
    routes = list(cloud.of_api("HTTP", "Route"))
    limits = stage.properties["RouteSettings"]
    assert limits.keys() == {route.properties["RouteKey"] for route in routes}
    assert limits["GET /assets"] == {"ThrottlingRateLimit": 100, "ThrottlingBurstLimit": 200}
    assert limits["POST /downloads"] == {"ThrottlingRateLimit": 10, "ThrottlingBurstLimit": 20}
    # API Gateway knows no settings of a route that isn't there yet.
    assert {route.logical_id for route in routes} <= set(stage.body["DependsOn"])
    assert "$context.authorizer.claims.sub" in stage.properties["AccessLogSettings"]["Format"]


def test_a_limit_of_a_route_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="routeLimits names 'POST /download'"):
        synthesize(tmp_path, routeLimits={"POST /download": 5})


def test_a_page_may_send_its_token(cloud: Cloud) -> None:
    """To the API, which answers preflights itself, through the CDN, which keeps no answer of one
    caller for another."""
    (cors,) = [
        api.properties["CorsConfiguration"]
        for api in cloud.resources("AWS::ApiGatewayV2::Api")
        if "CorsConfiguration" in api.properties
    ]
    assert "authorization" in cors["AllowHeaders"]
    (policy,) = [
        p.properties["CachePolicyConfig"]
        for p in cloud.resources("AWS::CloudFront::CachePolicy")
        if "errors" in p.properties["CachePolicyConfig"]["Comment"]
    ]
    keyed_by = policy["ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"]
    assert "Authorization" in keyed_by["Headers"]
    assert policy["DefaultTTL"] == 0
