"""What operators switch while the system runs, and how each switch is read from its text."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_signer.configuration.settings import MAX_KMS_TIMEOUT_MS, SwitchedSettings, TenantNames

#: The largest body that anybody may send; operators can only ask for less.
MAX_PAYLOAD_BYTES = 64 * 1024

#: Reserved: nothing of this signer heeds them yet, and nobody shall think that it does.
NOT_SUPPORTED_YET = ("smart_placement_enabled",)


_TENANTS = "names of tenants (a-z, 0-9 and -; not audit), separated by commas"


class FlagError(Exception):
    """A text is no value of its flag, or there is no such flag; the message is one sentence."""


class Flags(BaseModel):
    """The flags in force; a field's description says what it takes.

    Attributes:
        edge_signer_enabled: Whether the edge signs; else the central signer does.
        edge_disabled_tenants: Tenants for whom it does not, whatever that flag says.
        execution_enabled: Whether jobs are run.
        central_signer_enabled: Whether the central signer is asked where the edge does not sign.
        tenant_allowlist: Tenants that may sign and have jobs run; nobody may unless named.
        kill_switch: Whether everybody is refused, whatever the other flags say.
        max_payload_size: Bytes of a request's body.
        kms_timeout_ms: How long KMS may take to answer, in milliseconds.
        circuit_breaker_enabled: Whether a KMS that fails is left alone for a while.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Any spelling of yes and no is read: whoever writes "on" in a hurry has to be understood.
    edge_signer_enabled: bool = Field(default=False, description="true or false")
    edge_disabled_tenants: TenantNames = Field(default=(), description=_TENANTS)
    execution_enabled: bool = Field(default=False, description="true or false")
    central_signer_enabled: bool = Field(default=True, description="true or false")
    tenant_allowlist: TenantNames = Field(default=(), description=_TENANTS)
    kill_switch: bool = Field(default=False, description="true or false")
    # A limit below that of any real request would be a second kill switch, with a misleading name.
    max_payload_size: int = Field(
        default=MAX_PAYLOAD_BYTES,
        ge=1024,
        le=MAX_PAYLOAD_BYTES,
        description=f"a whole number of bytes from 1024 to {MAX_PAYLOAD_BYTES}",
    )
    kms_timeout_ms: int = Field(
        default=MAX_KMS_TIMEOUT_MS,
        ge=50,
        le=MAX_KMS_TIMEOUT_MS,
        description=f"a whole number of milliseconds from 50 to {MAX_KMS_TIMEOUT_MS}",
    )
    circuit_breaker_enabled: bool = Field(default=True, description="true or false")

    @classmethod
    def defaults(cls, settings: SwitchedSettings) -> Flags:
        """Give what holds where SSM has no such parameter.

        Args:
            settings: Of the function.
        """
        return cls(
            edge_signer_enabled=settings.edge_signer_enabled,
            execution_enabled=settings.execution_enabled,
            tenant_allowlist=settings.tenant_allowlist,
            kms_timeout_ms=min(settings.kms_timeout_ms, MAX_KMS_TIMEOUT_MS),
        )

    def signs_at_edge(self, tenant_id: str) -> bool:
        """Tell whether the edge signs for a tenant; else the central signer does."""
        return self.edge_signer_enabled and tenant_id not in self.edge_disabled_tenants


def read_flag(name: str, text: str) -> Any:
    """Read the value of a flag.

    Args:
        name: Such as kill_switch.
        text: As it stands in SSM, or as an operator wrote it.

    Raises:
        FlagError: There is no such flag, it is not supported yet, or the text is no value of it.
    """
    if name in NOT_SUPPORTED_YET:
        raise FlagError(f"{name} is not supported yet")
    if name not in Flags.model_fields:
        raise FlagError(f"{name} is no flag; the flags are {', '.join(Flags.model_fields)}")
    try:
        return getattr(Flags.model_validate({name: text.strip()}), name)
    except ValidationError:
        raise FlagError(f"{name} takes {Flags.model_fields[name].description}") from None


def flag_text(value: Any) -> str:
    """Write a flag's value as `read_flag` reads it.

    Args:
        value: Of a field of `Flags`.
    """
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)
