from __future__ import annotations

from typing import Any

import pytest

from emulator.errors import TemplateError
from emulator.gateway.api import Api, api_of
from emulator.stack.creation import Resource

FUNCTIONS = "arn:aws:lambda:r:123456789012:function:"
ROUTES = [
    ("$default", "x-amazon-apigateway-any-method", "rest"),
    ("/{proxy+}", "get", "greedy"),
    ("/jobs/{job_id}", "get", "job"),
    ("/jobs/latest", "get", "latest"),
    ("/jobs/latest", "x-amazon-apigateway-any-method", "latest-any"),
    ("/admin/{rest+}", "x-amazon-apigateway-any-method", "admin"),
    ("/a.b", "get", "dot"),
]


def stack(routes: list[tuple[str, str, str]]) -> dict[str, Resource]:
    paths: dict[str, dict[str, Any]] = {}
    for path, method, function in routes:
        arn = f"{FUNCTIONS}{function}"
        uri = f"arn:aws:apigateway:r:lambda:path/2015-03-31/functions/{arn}/invocations"
        paths.setdefault(path, {})[method] = {"x-amazon-apigateway-integration": {"uri": uri}}
    return {"Api": Resource("AWS::ApiGatewayV2::Api", "api", "", {"Body": {"paths": paths}})}


@pytest.fixture
def api() -> Api:
    return api_of(stack(ROUTES))


@pytest.mark.parametrize(
    ("method", "path", "function", "key", "values"),
    [
        ("GET", "/jobs/latest", "latest", "GET /jobs/latest", {}),
        ("PUT", "/jobs/latest", "latest-any", "ANY /jobs/latest", {}),
        ("GET", "/jobs/7", "job", "GET /jobs/{job_id}", {"job_id": "7"}),
        ("GET", "/jobs/a%20b", "job", "GET /jobs/{job_id}", {"job_id": "a b"}),
        ("DELETE", "/admin/x/y", "admin", "ANY /admin/{rest+}", {"rest": "x/y"}),
        ("GET", "/other/page", "greedy", "GET /{proxy+}", {"proxy": "other/page"}),
        ("GET", "/a.b", "dot", "GET /a.b", {}),
        ("GET", "/axb", "greedy", "GET /{proxy+}", {"proxy": "axb"}),
        ("POST", "/nowhere", "rest", "$default", {}),
    ],
)
def test_the_most_particular_route_is_taken(
    api: Api, method: str, path: str, function: str, key: str, values: dict[str, str]
) -> None:
    found = api.find(method, path)

    assert found is not None
    route, variables = found
    assert (route.function_arn, route.key, variables) == (f"{FUNCTIONS}{function}", key, values)


def test_without_a_default_route_nothing_may_match() -> None:
    assert api_of(stack([("/a", "get", "f")])).find("GET", "/b") is None


def test_a_stack_has_exactly_one_api() -> None:
    with pytest.raises(TemplateError, match="0 HTTP APIs"):
        api_of({})


def test_a_route_to_no_function_is_refused() -> None:
    resources = stack([("/a", "get", "f")])
    resources["Api"].properties["Body"]["paths"]["/a"]["get"] = {}

    with pytest.raises(TemplateError, match="get /a has no function"):
        api_of(resources)


def test_whatever_version_a_route_names_there_is_one() -> None:
    found = api_of(stack([("/a", "get", "f:live")])).find("GET", "/a")
    assert found is not None
    assert found[0].function_arn == f"{FUNCTIONS}f"
