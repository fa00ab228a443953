"""The template's HTTP API: its routes and its throttling.

Follows "Create routes for HTTP APIs" and "Throttling requests to your HTTP API" in the API Gateway
developer guide: a full match comes before one with a greedy variable (`{name+}`), a route's own
method before ANY, and $default takes the rest.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from emulator.errors import TemplateError
from emulator.stack.creation import Resource

_API = "AWS::ApiGatewayV2::Api"
_ANY = "ANY"
_DEFAULT = "$default"
_VARIABLE = re.compile(r"\{([^}+]+)(\+?)\}")
# The emulator has one version of a function, whatever alias or version a route names.
_FUNCTION_OF_URI = re.compile(r"/functions/(arn:[^/]+:function:[^/:]+)(?::[^/:]+)?/invocations$")


@dataclass(frozen=True)
class Route:
    """One route.

    Attributes:
        key: For instance POST /jobs/{job_id}, or $default.
        method: In capitals, or ANY.
        path: The route's path with its variables.
        function_arn: The function behind it.
    """

    key: str
    method: str
    path: str
    function_arn: str

    def match(self, path: str) -> dict[str, str] | None:
        """Match a decoded path, and return the values of the variables, or None."""
        if self.path == _DEFAULT:
            return {}
        found = re.fullmatch(_pattern(self.path), path)
        return found.groupdict() if found else None

    @property
    def generality(self) -> tuple[bool, bool, int, bool]:
        """Sort key of routes: the most specific comes first."""
        variables = _VARIABLE.findall(self.path)
        is_greedy = any(greedy for _, greedy in variables)
        return self.path == _DEFAULT, is_greedy, len(variables), self.method == _ANY


@dataclass(frozen=True)
class Api:
    """An HTTP API.

    Attributes:
        api_id: Its id.
        routes: Its routes, the most specific first.
    """

    api_id: str
    routes: tuple[Route, ...]

    def find(self, method: str, target_path: str) -> tuple[Route, dict[str, str]] | None:
        """Find the route of a request, with the values of its variables.

        Args:
            method: In capitals.
            target_path: The path as sent.
        """
        path = unquote(target_path)
        for route in self.routes:
            if route.method in (method, _ANY):
                values = route.match(path)
                if values is not None:
                    return route, values
        return None


def api_of(resources: Mapping[str, Resource]) -> Api:
    """Read the HTTP API of a stack from its OpenAPI body.

    Raises:
        TemplateError: There is not exactly one, or a route has no function.
    """
    apis = {name: found for name, found in resources.items() if found.type == _API}
    if len(apis) != 1:
        raise TemplateError(f"it has {len(apis)} HTTP APIs; the emulator runs exactly one")
    ((logical_id, api),) = apis.items()
    paths = api.properties.get("Body", {}).get("paths", {})
    routes = sorted(_routes(logical_id, paths), key=lambda route: route.generality)
    return Api(api.ref, tuple(routes))


def _routes(logical_id: str, paths: Mapping[str, Mapping[str, Any]]) -> Iterator[Route]:
    for path, methods in paths.items():
        for openapi_method, operation in methods.items():
            integration = operation.get("x-amazon-apigateway-integration", {})
            function = _FUNCTION_OF_URI.search(str(integration.get("uri", "")))
            if function is None:
                raise TemplateError(f"{logical_id}: {openapi_method} {path} has no function")
            is_any = openapi_method == "x-amazon-apigateway-any-method"
            method = _ANY if is_any else openapi_method.upper()
            key = path if path == _DEFAULT else f"{method} {path}"
            yield Route(key, method, path, function[1])


def _pattern(path: str) -> str:
    pattern, end = "", 0
    for variable in _VARIABLE.finditer(path):
        name, greedy = variable.groups()
        pattern += re.escape(path[end : variable.start()])
        pattern += f"(?P<{name}>{'.+' if greedy else '[^/]+'})"
        end = variable.end()
    return pattern + re.escape(path[end:])


_STAGE = "AWS::ApiGatewayV2::Stage"
_SETTINGS = {"ThrottlingRateLimit", "ThrottlingBurstLimit"}


class TokenBucket:
    """A token bucket, full at first. AWS spreads it over many machines; this one is exact.

    Args:
        rate: Tokens added per second.
        burst: The most tokens that it holds.
        clock: A monotonic clock, in seconds.
    """

    def __init__(
        self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._tokens = burst
        self._counted_s = clock()

    def take(self) -> bool:
        """Take a token if there is one."""
        now_s = self._clock()
        back = (now_s - self._counted_s) * self._rate
        self._tokens = min(self._burst, self._tokens + back)
        self._counted_s = now_s
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


@dataclass(frozen=True)
class Throttle:
    """The token buckets of a stage.

    Attributes:
        default: For routes without their own bucket; None does not throttle.
        of_routes: Routes' own buckets, by route key.
    """

    default: TokenBucket | None = None
    of_routes: Mapping[str, TokenBucket] = field(default_factory=dict)

    def lets_through(self, route_key: str) -> bool:
        """Take a token for a request to a route, if there is one."""
        bucket = self.of_routes.get(route_key, self.default)
        return bucket is None or bucket.take()


def throttle_of(resources: Mapping[str, Resource]) -> Throttle:
    """Read the throttle of a stack's stage.

    Raises:
        TemplateError: A route has unknown settings, or one limit without the other.
    """
    for logical_id, stage in resources.items():
        if stage.type == _STAGE:
            properties, where = stage.properties, f"{logical_id}.Properties"
            default = properties.get("DefaultRouteSettings")
            return Throttle(
                None if default is None else _bucket(default, f"{where}.DefaultRouteSettings"),
                {
                    key: _bucket(settings, f"{where}.RouteSettings.{key}")
                    for key, settings in properties.get("RouteSettings", {}).items()
                },
            )
    return Throttle()


def _bucket(settings: Mapping[str, Any], where: str) -> TokenBucket:
    if strange := sorted(set(settings) - _SETTINGS):
        raise TemplateError(f"{where}: {', '.join(strange)} is unknown here")
    if missing := sorted(_SETTINGS - set(settings)):
        raise TemplateError(f"{where}: {', '.join(missing)} is missing")
    # Parameters arrive as text.
    rate, burst = settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]
    return TokenBucket(float(rate), float(burst))
