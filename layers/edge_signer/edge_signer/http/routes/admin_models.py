"""The bodies of what operators send to /admin, as they stand on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge_signer.http.wire_formats import read_body, read_json
from edge_signer.kms_guard.chaos import MAX_DURATION_S, ChaosOrder, FailureType, Scope
from edge_signer.platform.names import TenantName

MAX_BODY_BYTES = 16 * 1024

FlagValue = bool | int | str | list[str]


class AdminRequest(BaseModel):
    """What all share: nothing is guessed, and no other fields are known."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """Read a request body.

        Raises:
            RequestTooLargeError: It is too long.
            InvalidJsonError: It is no JSON that all read alike.
            InvalidRequestError: A field is missing, wrong or unknown; the message names each.
        """
        return read_body(cls, body, MAX_BODY_BYTES)


class FlagUpdate(AdminRequest):
    """A flag's new value: for everybody, or for one tenant."""

    action: Literal["update"] = "update"
    flag: Annotated[str, Field(min_length=1, max_length=64, description="Such as kill_switch.")]
    tenant_id: Annotated[
        TenantName | None,
        Field(
            description="Switch it for this tenant alone, with true or false; of "
            "edge_signer_enabled, tenant_allowlist and edge_disabled_tenants."
        ),
    ] = None
    value: Annotated[FlagValue, Field(description="As the flag takes it, or a list of tenants.")]

    @model_validator(mode="after")
    def _a_tenant_is_switched_on_or_off(self) -> Self:
        if self.tenant_id is not None and not isinstance(self.value, bool):
            raise ValueError("value: for one tenant it is true or false")
        return self


class EmergencyShutdown(AdminRequest):
    """A service shall sign, or run, nothing any more."""

    action: Literal["emergency_shutdown"]
    service: Annotated[
        Literal["edge", "central", "execution", "all"],
        Field(description="Which engine, or jobs; all refuses every request."),
    ]


class BreakerReset(AdminRequest):
    """The circuit breaker shall close."""

    action: Literal["reset"]
    service: Annotated[Literal["kms"], Field(description="Before which it stands.")]


class UsageClear(AdminRequest):
    """What a tenant used of its limits shall be forgotten."""

    action: Literal["clear"]
    tenant_id: TenantName


class Chaos(AdminRequest):
    """KMS shall fail for a while, or no longer; with `enabled` false nothing else is said."""

    enabled: bool
    failure_type: FailureType | None = None
    failure_rate: Annotated[
        float | None, Field(ge=0, le=1, description="Share of the calls that fail.")
    ] = None
    duration: Annotated[
        int | None, Field(ge=1, le=MAX_DURATION_S, description="Seconds, after which it ends.")
    ] = None
    scope: Annotated[
        Scope, Field(description="The edge's calls of KMS, or the central signer's too.")
    ] = "edge"

    @model_validator(mode="after")
    def _an_order_is_whole(self) -> Self:
        for name in ("failure_type", "failure_rate", "duration"):
            if self.enabled and getattr(self, name) is None:
                raise ValueError(f"{name}: Field required")
            if not self.enabled and name in self.model_fields_set:
                raise ValueError(f"{name}: with enabled false there is nothing to say of it")
        return self

    def order(self, now_s: float) -> ChaosOrder:
        """Return the order for KMS; one that has ended if `enabled` is false.

        Args:
            now_s: Seconds since 1970.
        """
        if self.failure_type is None or self.failure_rate is None or self.duration is None:
            return ChaosOrder(failure_type="timeout", failure_rate=0, ends_at_s=0)
        return ChaosOrder(
            failure_type=self.failure_type,
            failure_rate=self.failure_rate,
            ends_at_s=int(now_s) + self.duration,
            scope=self.scope,
        )


def flag_request(body: bytes) -> FlagUpdate | EmergencyShutdown:
    """Read the body of POST /admin/flags; without an action it is an update.

    Raises:
        EdgeSignerError: As `AdminRequest.from_body` does.
    """
    if len(body) <= MAX_BODY_BYTES:
        fields: Any = read_json(body)
        if isinstance(fields, dict) and fields.get("action") == "emergency_shutdown":
            return EmergencyShutdown.from_body(body)
    return FlagUpdate.from_body(body)
