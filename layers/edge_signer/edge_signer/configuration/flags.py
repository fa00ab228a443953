"""Flags, which operators change while the system runs: their values and how SSM holds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.configuration.settings import MAX_KMS_TIMEOUT_MS, SwitchedSettings, TenantNames
from edge_signer.platform.clients import client

#: The largest body of a request by default.
DEFAULT_PAYLOAD_BYTES = 64 * 1024
#: The most that operators can allow: Lambda takes events and answers of 6 MiB, and an event holds
#: the body with its quotation marks escaped, and the headers.
MAX_PAYLOAD_BYTES = 6_000_000
#: Reserved names. Setting one is an error, so that nobody relies on it.
NOT_SUPPORTED_YET = ("smart_placement_enabled",)
# A worker reads the flags every 5.0 to 6.2 s, beside the request that finds them due. A worker that
# had no request in the meantime waits for the read: it may have been asleep for hours. Even with a
# second attempt, a change takes effect within the 10 s that operators are promised.
_REFRESH_S = 5.6
_LATEST_S = 7.5

_TENANTS = "names of tenants (a-z, 0-9 and -; not audit or trust), separated by commas"


class FlagError(Exception):
    """The text is not a value of the flag, or the flag is unknown; the message is one sentence."""


class Flags(BaseModel):
    """The flags in force. Each field's description says which values it takes.

    Attributes:
        edge_signer_enabled: Whether the edge signs; otherwise the central signer does.
        edge_disabled_tenants: Tenants for which the edge never signs.
        execution_enabled: Whether jobs are run.
        verification_enabled: Whether tenants' files are verified.
        derivatives_enabled: Whether images are made smaller and signed for the CDN.
        central_signer_enabled: Whether the central signer signs if the edge does not.
        tenant_allowlist: The only tenants that may sign, run jobs and verify.
        kill_switch: Whether every request is refused, whatever the other flags say.
        max_payload_size: Maximum size of a request's body in bytes.
        kms_timeout_ms: Timeout of a call to KMS, in milliseconds.
        circuit_breaker_enabled: Whether calls to a failing KMS stop for a while.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Any spelling of yes and no is accepted: an operator in a hurry may write "on".
    edge_signer_enabled: bool = Field(default=False, description="true or false")
    edge_disabled_tenants: TenantNames = Field(default=(), description=_TENANTS)
    execution_enabled: bool = Field(default=False, description="true or false")
    verification_enabled: bool = Field(default=False, description="true or false")
    derivatives_enabled: bool = Field(default=False, description="true or false")
    central_signer_enabled: bool = Field(default=True, description="true or false")
    tenant_allowlist: TenantNames = Field(default=(), description=_TENANTS)
    kill_switch: bool = Field(default=False, description="true or false")
    # A limit below the size of any real request would be a second kill switch.
    max_payload_size: int = Field(
        default=DEFAULT_PAYLOAD_BYTES,
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
        """Return the values of flags that SSM does not have."""
        return cls(
            edge_signer_enabled=settings.edge_signer_enabled,
            execution_enabled=settings.execution_enabled,
            verification_enabled=settings.verification_enabled,
            derivatives_enabled=settings.derivatives_enabled,
            tenant_allowlist=settings.tenant_allowlist,
            kms_timeout_ms=min(settings.kms_timeout_ms, MAX_KMS_TIMEOUT_MS),
        )

    def signs_at_edge(self, tenant_id: str) -> bool:
        """Tell whether the edge signs for a tenant; otherwise the central signer does."""
        return self.edge_signer_enabled and tenant_id not in self.edge_disabled_tenants


def read_flag(name: str, text: str) -> Any:
    """Parse the value of a flag, such as kill_switch, from SSM or as an operator wrote it.

    Raises:
        FlagError: The flag is unknown or not supported yet, or the text is not one of its values.
    """
    if name in NOT_SUPPORTED_YET:
        raise FlagError(f"{name} is not supported yet")
    if name not in Flags.model_fields:
        raise FlagError(f"{name} is not a flag; known flags: {', '.join(Flags.model_fields)}")
    try:
        return getattr(Flags.model_validate({name: text.strip()}), name)
    except ValidationError:
        raise FlagError(f"{name} takes {Flags.model_fields[name].description}") from None


def flag_text(value: Any) -> str:
    """Format the value of a field of `Flags` so that `read_flag` can parse it."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)


class OperatorFlags:
    """The flags as a worker applies them, from one parameter each.

    An invalid text never changes a flag: the last valid value stays in force, or the default if
    this worker saw none.

    Args:
        texts: Gives the parameters by the flags' names.
        defaults: Values of flags without a parameter.
        complain: Called once with a line for each invalid text.
    """

    def __init__(
        self,
        texts: Callable[[], Mapping[str, str]],
        defaults: Flags,
        complain: Callable[[str], None],
    ) -> None:
        self._current_texts = texts
        self._defaults = defaults
        self._complain = complain
        self._texts: Mapping[str, str] | None = None
        self._read: Mapping[str, Any] = {}
        self._flags = defaults

    def __call__(self) -> Flags:
        """Return the flags in force.

        Raises:
            StoreUnavailableError: SSM failed and was never read. The defaults do not apply then,
                because the kill switch may be on.
        """
        texts = self._current_texts()
        if texts is not self._texts:
            self._take_up(texts)
        return self._flags

    def _take_up(self, texts: Mapping[str, str]) -> None:
        known, read = self._texts or {}, {}
        for name, text in texts.items():
            if name in self._read:
                read[name] = self._read[name]
            if text == known.get(name):
                continue
            try:
                read[name] = read_flag(name, text)
            except FlagError as broken:
                self._complain(f"flag ignored: {broken}")
        self._texts, self._read = texts, read
        self._flags = self._defaults.model_copy(update=read)


def operator_flags(settings: SwitchedSettings, complain: Callable[[str], None]) -> OperatorFlags:
    """Make the flags of a function's stage; needs `ssm:GetParametersByPath` on their folder.

    Args:
        settings: Of the function.
        complain: Called with a line for each invalid text.
    """
    ssm = client("ssm", settings.aws_region)
    folder = SsmParameterFolder(ssm, settings.flag_folder, refresh_s=_REFRESH_S, latest_s=_LATEST_S)
    return OperatorFlags(folder.values, Flags.defaults(settings), complain)
