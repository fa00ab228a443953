"""An endpoint's surroundings without AWS: a door that lets everybody in, and an invocation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from edge_signer.http.admission import Admitted, Entry
from edge_signer.http.received import ReceivedRequest
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.tenancy.rate_limits import Limits, Usage, decide
from edge_signer.tenancy.tenants import Tenant

_STANDING = decide(Usage(), Limits(), 0).standing


class OpenDoor:
    """Lets everybody in; requests need no tables.

    Attributes:
        tenant: Whose requests come in.
    """

    def __init__(self) -> None:
        self.tenant = Tenant("acme")

    def admit(self, event: APIGatewayProxyEventV2, record: RequestRecord) -> Admitted:
        """Let a request in."""
        return self.enter(event, record).admitted()

    def enter(self, event: APIGatewayProxyEventV2, record: RequestRecord) -> Entry:
        """Let a request in that is counted later."""
        received = ReceivedRequest(event.headers, "POST", "/", (event.body or "").encode())
        return Entry(received, self.tenant, record, lambda: _STANDING, is_certain=True)


class FreshContext:
    """As of an invocation that has just begun."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds left."""
        return 29_000


def json_event(
    body: Mapping[str, Any], query: Mapping[str, str] | None = None
) -> APIGatewayProxyEventV2:
    """Return the event of a request with a JSON body."""
    return APIGatewayProxyEventV2(
        {
            "headers": {"content-type": "application/json"},
            "queryStringParameters": dict(query or {}),
            "body": json.dumps(body),
        }
    )
