"""The routes of the API beside what the handlers declare, which the OpenAPI document is made of."""

from __future__ import annotations

from collections.abc import Mapping

from operate import openapi
from tests.infrastructure.cloud import Cloud, Resource


def by_key(cloud: Cloud) -> Mapping[str, Resource]:
    return {r.properties["RouteKey"]: r for r in cloud.of_api("HTTP", "Route")}


def test_the_api_has_the_routes_that_the_handlers_declare(cloud: Cloud) -> None:
    assert sorted(by_key(cloud)) == sorted(route.key for route in openapi.declared())


def test_a_route_leads_to_the_function_that_declares_it(cloud: Cloud) -> None:
    integrations = {r.ref: r for r in cloud.of_api("HTTP", "Integration")}
    functions = {
        f.arn: f.properties["Handler"].partition(".")[0]
        for f in cloud.resources("AWS::Lambda::Function")
    }
    for route in openapi.declared():
        target = by_key(cloud)[route.key].properties["Target"].removeprefix("integrations/")
        alias = integrations[target].properties["IntegrationUri"]
        declaring = route.work.__module__.partition(".")[0]
        assert functions[alias.removesuffix(":live")] == declaring, route.key


def test_a_token_is_asked_for_exactly_where_a_role_is(cloud: Cloud) -> None:
    for route in openapi.declared():
        kind = by_key(cloud)[route.key].properties["AuthorizationType"]
        assert kind == ("NONE" if route.role is None else "JWT"), route.key
