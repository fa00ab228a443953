"""The environment of a function, read once, typed and validated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from edge_signer.platform.names import PROD, TenantName

# An origin, or `*.` for all hosts below one. Plain http, `null` and `*` alone are not allowed.
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
Origin = Annotated[str, Field(pattern=rf"^https://(\*\.)?{_LABEL}(\.{_LABEL})+(:[0-9]{{1,5}})?$")]


#: Maximum timeout of a call of KMS.
MAX_KMS_TIMEOUT_MS = 2000


def _listed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    # SSM keeps no empty value: a hyphen stands for an empty list.
    return () if value.strip() in ("", "-") else tuple(part.strip() for part in value.split(","))


TenantNames = Annotated[tuple[TenantName, ...], BeforeValidator(_listed)]


class SettingsError(Exception):
    """An environment variable is missing or wrong; the message names it."""


def _lower_case(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


class TelemetrySettings(BaseModel):
    """Settings of every function; fields are the variables in lower case.

    Attributes:
        metrics_enabled: Whether metrics are written beside the log.
        trace_sampling_rate: Share of the requests whose line has the time of every step.
        aws_lambda_function_memory_size: Memory of the function in MB, set by Lambda.
    """

    # A function uses one of these classes; pydantic need not build the others.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    stage: str = Field(pattern=r"^[a-z][a-z0-9]{1,15}$")
    aws_region: str = Field(min_length=1)
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], BeforeValidator(_lower_case)
    ] = "info"
    metrics_enabled: bool = True
    trace_sampling_rate: float = Field(default=0.1, ge=0, le=1)
    aws_lambda_function_memory_size: int = Field(default=128, ge=128)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings from an environment, usually `os.environ`.

        Raises:
            SettingsError: Naming each variable that is missing or wrong.
        """
        known = {
            name: environment[name.upper()]
            for name in cls.model_fields
            if name.upper() in environment
        }
        try:
            return cls.model_validate(known)
        except ValidationError as refused:
            faults = [
                f"{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in refused.errors()
            ]
            raise SettingsError("; ".join(faults)) from None


class ChaosSettings(TelemetrySettings):
    """Additional settings of functions that apply, order or report chaos.

    Attributes:
        chaos_allowed: The template's parameter, which does not suffice alone.
    """

    chaos_allowed: bool = False

    @property
    def allows_chaos(self) -> bool:
        """Whether chaos may be ordered and applied; never in prod."""
        return self.chaos_allowed and self.stage != PROD


class SwitchedSettings(TelemetrySettings):
    """Additional settings of functions that follow operators' flags.

    Attributes:
        edge_signer_enabled, execution_enabled, verification_enabled, derivatives_enabled,
            tenant_allowlist: Defaults of the flags.
        kms_timeout_ms: Timeout of calls of KMS, capped at `MAX_KMS_TIMEOUT_MS`.
    """

    edge_signer_enabled: bool = False
    execution_enabled: bool = False
    verification_enabled: bool = False
    derivatives_enabled: bool = False
    tenant_allowlist: TenantNames = ()
    kms_timeout_ms: int = Field(MAX_KMS_TIMEOUT_MS, ge=50, le=30_000)

    @property
    def flag_folder(self) -> str:
        """Folder of SSM in which operators put flags."""
        return f"/edge-signer/{self.stage}/flags"


class CalledSettings(SwitchedSettings):
    """Additional settings of functions that tenants call."""

    tenants_table: str = Field(min_length=3)
    requests_table: str = Field(min_length=3)
    limits_table: str = Field(min_length=3)
    cors_origins: Annotated[tuple[Origin, ...], BeforeValidator(_listed)] = ()


class SigningSettings(TelemetrySettings):
    """Additional settings of functions that sign."""

    kms_region: str = Field(min_length=1)
    tsa_url: str = Field("", pattern=r"^(https?://[^ ]+)?$")

    def key_alias(self, key_name: str) -> str:
        """Alias of the KMS key that policies call `key_name`."""
        return f"alias/edge-signer-{self.stage}-{key_name}"

    def certificate_parameter(self, certificate_name: str) -> str:
        """Name of the SSM parameter that holds a certificate chain."""
        return f"/edge-signer/{self.stage}/certificates/{certificate_name}"

    @property
    def policy_folder(self) -> str:
        """Folder of SSM in which operators put policy documents."""
        return f"/edge-signer/{self.stage}/policies"


class ReplicaSettings(TelemetrySettings):
    """Additional settings of functions that use the signing key's replica.

    Attributes:
        kms_replica_key: ARN of the replica or of its alias; empty for none.
    """

    kms_replica_key: str = Field(
        "",
        pattern=r"^(arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:(key/mrk-[0-9a-f-]+|alias/[\w/-]+))?$",
    )

    @property
    def kms_replica_region(self) -> str:
        """Region of the replica key."""
        return self.kms_replica_key.split(":")[3]


class Settings(SigningSettings, CalledSettings, ChaosSettings):
    """The environment of the sign function, as `template.yaml` sets it.

    Attributes:
        cpu_timeout_ms: Maximum CPU time from parsing to the digest at the edge.
        retry_attempts: Total attempts at the edge.
        retry_delay_ms: Maximum delay before the second.
        fallback_function: Name of the central signer's function; empty for none.
        central_signer_url: Address of an external central signer, used instead of that function.
        central_signer_api_key: Name of the SSM parameter that holds its API key.
        upload_bucket: Where tenants upload ingredients' manifest stores; empty for none.
    """

    manifest_bucket: str = Field(min_length=3)
    manifest_base_url: str = Field(pattern=r"^https?://[^ ]+[^/ ]$")
    breakers_table: str = Field(min_length=3)
    cpu_timeout_ms: int = Field(150, ge=10, le=10_000)
    retry_attempts: int = Field(3, ge=1, le=10)
    retry_delay_ms: int = Field(200, ge=0, le=10_000)
    fallback_function: str = Field("", pattern=r"^[A-Za-z0-9_:-]*$")
    central_signer_url: str = Field("", pattern=r"^(https://[^ ]+|http://127\.0\.0\.1:[^ ]+)?$")
    central_signer_api_key: str = Field("", pattern=r"^(/[A-Za-z0-9._/-]+)?$")
    upload_bucket: str = Field("", pattern=r"^([a-z0-9][a-z0-9.-]{2,62})?$")

    @property
    def has_central_signer(self) -> bool:
        """Whether there is a central signer to sign if the edge cannot."""
        return bool(self.central_signer_url or self.fallback_function)
