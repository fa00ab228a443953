"""The request and answer bodies of /admin."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge_signer.administration.audit_trail import DoneChange
from edge_signer.http.answers import AnswerBody
from edge_signer.http.wire_formats import read_body, read_json
from edge_signer.kms_guard.breaker_rules import BreakerStatus
from edge_signer.kms_guard.chaos import MAX_DURATION_S, ChaosOrder, FailureType, Scope
from edge_signer.platform.names import TenantName

MAX_BODY_BYTES = 16 * 1024

FlagValue = bool | int | str | list[str]


class AdminRequest(BaseModel):
    """The base of all requests: types are strict, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """Read a request body.

        Raises:
            RequestTooLargeError: It is too long.
            InvalidJsonError: It is not JSON, or readers could understand it differently.
            InvalidRequestError: A field is missing, wrong or unknown; the message names each.
        """
        return read_body(cls, body, MAX_BODY_BYTES)


class FlagUpdate(AdminRequest):
    """A flag's new value: for all tenants, or for one."""

    action: Literal["update"] = "update"
    flag: Annotated[str, Field(min_length=1, max_length=64, description="Such as kill_switch.")]
    tenant_id: Annotated[
        TenantName | None,
        Field(
            description="Switch it for this tenant only, with true or false; for "
            "edge_signer_enabled, tenant_allowlist and edge_disabled_tenants."
        ),
    ] = None
    value: Annotated[FlagValue, Field(description="As the flag takes it, or a list of tenants.")]

    @model_validator(mode="after")
    def _a_tenant_is_switched_on_or_off(self) -> Self:
        if self.tenant_id is not None and not isinstance(self.value, bool):
            raise ValueError("value: must be true or false for one tenant")
        return self


class EmergencyShutdown(AdminRequest):
    """Stop a service from signing, from running jobs or from verifying."""

    action: Literal["emergency_shutdown"]
    service: Annotated[
        Literal["edge", "central", "execution", "verification", "all"],
        Field(description="Which engine, jobs or verification; `all` refuses every request."),
    ]


class BreakerReset(AdminRequest):
    """Close the circuit breaker."""

    action: Literal["reset"]
    service: Annotated[Literal["kms"], Field(description="The service that it protects.")]


class UsageClear(AdminRequest):
    """Reset the usage of a tenant's limits."""

    action: Literal["clear"]
    tenant_id: TenantName


class Chaos(AdminRequest):
    """Make KMS fail for a while, or stop that; with `enabled` false, no other field is allowed."""

    enabled: bool
    failure_type: FailureType | None = None
    failure_rate: Annotated[
        float | None, Field(ge=0, le=1, description="Share of the calls that fail.")
    ] = None
    duration: Annotated[
        int | None, Field(ge=1, le=MAX_DURATION_S, description="Seconds until it ends.")
    ] = None
    scope: Annotated[
        Scope, Field(description="Only the edge's KMS calls, or the central signer's too.")
    ] = "edge"

    @model_validator(mode="after")
    def _an_order_is_whole(self) -> Self:
        for name in ("failure_type", "failure_rate", "duration"):
            if self.enabled and getattr(self, name) is None:
                raise ValueError(f"{name}: Field required")
            if not self.enabled and name in self.model_fields_set:
                raise ValueError(f"{name}: not allowed with enabled false")
        return self

    def order(self, now_s: float) -> ChaosOrder:
        """Return the order for KMS at `now_s` since 1970; one that has ended if not `enabled`."""
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


class ChangedAnswer(AnswerBody):
    """The change was audited, and then made."""

    action: Annotated[str, Field(description="What was done, such as flags.update.")]
    target: Annotated[str, Field(description="The parameter or the item that was changed.")]
    before: Annotated[Any, Field(description="The value before; null if there was none.")]
    after: Annotated[Any, Field(description="The value after; null if it was removed.")]
    operator: Annotated[str, Field(description="The operator whose token was used.")]
    audit_key: Annotated[str, Field(description="Key of the audit record in the manifest bucket.")]

    @classmethod
    def of(cls, done: DoneChange, operator: str) -> ChangedAnswer:
        """Describe a change and the operator who made it."""
        return cls(**vars(done.change), operator=operator, audit_key=done.audit_key)

    def to_json(self) -> str:
        """The body on the wire, with null values."""
        return self.model_dump_json()


class BreakerAnswer(AnswerBody):
    """The circuit breaker as all workers share it."""

    service: Literal["kms"] = "kms"
    state: Literal["closed", "open", "half_open"]
    since_ms: Annotated[
        int, Field(description="When it last opened or closed, ms since 1970; 0 for never.")
    ]
    opened_by: Literal["throttle", "failures"] | None = None
    failure_count: Annotated[int, Field(description="Failures in the last minute.")]
    next_probe_ms: Annotated[
        int | None, Field(description="When the next probe may be taken; only while it is open.")
    ] = None

    @classmethod
    def of(cls, status: BreakerStatus) -> BreakerAnswer:
        """Describe a breaker."""
        return cls(**vars(status))
