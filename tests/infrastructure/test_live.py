"""The WebSocket API: who may connect, and what becomes of what is said."""

from __future__ import annotations

from typing import Any

from spool.events import ACCESS_CHANGED, PROGRESSED, STATUS_CHANGED
from tests.infrastructure.cloud import Cloud, Resource


def by_key(cloud: Cloud) -> dict[str, Resource]:
    return {r.properties["RouteKey"]: r for r in cloud.of_api("WEBSOCKET", "Route")}


def test_a_ticket_is_asked_for_where_one_connects(cloud: Cloud) -> None:
    (authorizer,) = cloud.of_api("WEBSOCKET", "Authorizer")
    assert authorizer.properties["AuthorizerType"] == "REQUEST"
    assert authorizer.properties["IdentitySource"] == ["route.request.querystring.ticket"]
    assert authorizer.properties.get("AuthorizerResultTtlInSeconds", 0) == 0

    routes = by_key(cloud)
    assert routes.keys() == {"$connect", "$disconnect", "$default"}
    connect = routes["$connect"].properties
    assert (connect["AuthorizationType"], connect["AuthorizerId"]) == ("CUSTOM", authorizer.ref)


def test_the_stage_is_throttled_and_logs_no_address(cloud: Cloud) -> None:
    """A ticket is in it, though it is used by then."""
    (stage,) = cloud.of_api("WEBSOCKET", "Stage")
    limits = stage.properties["DefaultRouteSettings"]
    assert limits == {"ThrottlingRateLimit": 100, "ThrottlingBurstLimit": 200}
    assert "AccessLogSettings" not in stage.properties


def patterns(cloud: Cloud) -> list[dict[str, Any]]:
    return [
        rule.properties["EventPattern"]
        for rule in cloud.resources("AWS::Events::Rule")
        if rule.stack == "Spool-Live"
    ]


def test_all_news_of_assets_is_pushed(cloud: Cloud) -> None:
    (pattern,) = patterns(cloud)
    assert pattern["source"] == ["spool"]
    assert set(pattern["detail-type"]) == {STATUS_CHANGED, ACCESS_CHANGED, PROGRESSED}


def test_who_pushes_may_speak_to_connections_of_this_api_and_no_others(cloud: Cloud) -> None:
    (stage,) = cloud.of_api("WEBSOCKET", "Stage")
    allowed = {
        resource
        for policy in cloud.resources("AWS::IAM::Policy")
        for statement in policy.properties["PolicyDocument"]["Statement"]
        if statement["Action"] == "execute-api:ManageConnections"
        for resource in [statement["Resource"]]
    }
    api = f"arn:aws:execute-api:eu-west-1:123456789012:{stage.properties['ApiId']}/live"
    assert allowed == {f"{api}/POST/@connections/*", f"{api}/DELETE/@connections/*"}
