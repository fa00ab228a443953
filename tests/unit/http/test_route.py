"""What is derived from the routes: the sample events' answers, the template, the catalogue."""

from __future__ import annotations

import re

import pytest

from cli.openapi.schemas import ROUTES
from edge_signer.http.catalogue import STATUS
from edge_signer.http.errors import MethodNotAllowedError, NotFoundError
from edge_signer.http.route import Route
from edge_signer.http.routes import admin
from edge_signer.http.routes.derive import DERIVE, DERIVE_HEAD
from tests.calls.sample_events import EXPECTED, api, event

#: Those that the API document leaves out.
OF_OTHERS = (
    DERIVE,
    DERIVE_HEAD,
    admin.FLAGS,
    admin.BREAKER,
    admin.USAGE,
    admin.CHAOS,
    admin.BREAKER_STATUS,
)


def _pattern(path: str) -> str:
    return re.sub(r"{\w+}", "[^/]+", re.sub(r"{\w+[+]}", ".+", path))


def route_of(name: str) -> Route | None:
    """The route that an event takes; None if there is none."""
    http = event(name)["requestContext"]["http"]
    return next(
        (
            route
            for route in (*ROUTES, *OF_OTHERS)
            if route.method == http["method"] and re.fullmatch(_pattern(route.path), http["path"])
        ),
        None,
    )


@pytest.mark.parametrize("name", EXPECTED)
def test_an_event_gets_an_answer_that_its_route_describes(name: str) -> None:
    status, code = EXPECTED[name]
    route = route_of(name)
    if route is None:
        elsewhere = {NotFoundError.code, MethodNotAllowedError.code}
        assert status == 204 if code is None else code in elsewhere
    elif code is None:
        assert (status, bool(route.answers)) == (200, True)
    else:
        assert code in {error.code for error in route.errors}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_every_described_route_has_an_event(route: Route) -> None:
    assert [name for name in EXPECTED if route_of(name) == route]


@pytest.mark.parametrize("route", [*ROUTES, *OF_OTHERS], ids=lambda route: route.key)
def test_the_template_leads_to_every_route(route: Route) -> None:
    found = api().find(route.method, re.sub(r"{\w+\+?}", "x", route.path))
    assert found is not None
    assert found[0].key != "$default"


def test_every_error_of_the_catalogue_belongs_to_a_route() -> None:
    described = {error for route in (*ROUTES, *OF_OTHERS) for error in route.errors}
    assert STATUS.keys() - described == {MethodNotAllowedError}
