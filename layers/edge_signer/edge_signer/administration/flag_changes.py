"""Changes of operators' flags: a whole value, or one tenant of a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

from edge_signer.administration.audit_trail import AuditTrail, Caller, Change, DoneChange
from edge_signer.administration.errors import ConcurrentChangeError
from edge_signer.administration.flag_parameters import NOBODY, FlagParameters, SeenParameter, Turn
from edge_signer.configuration.flags import FlagError, flag_text, read_flag

ShutDown = Literal["edge", "central", "execution", "verification", "derivatives", "all"]
#: Maximum size of a standard parameter of SSM.
MAX_PARAMETER_BYTES = 4096
UPDATE, SHUTDOWN = "flags.update", "flags.emergency_shutdown"

#: Flags that can be set for one tenant: the list, and whether true means to be in it.
_LISTS: Mapping[str, tuple[str, bool]] = {
    "tenant_allowlist": ("tenant_allowlist", True),
    "edge_disabled_tenants": ("edge_disabled_tenants", True),
    "edge_signer_enabled": ("edge_disabled_tenants", False),
}
_OFF: Mapping[ShutDown, tuple[str, str]] = {
    "edge": ("edge_signer_enabled", "false"),
    "central": ("central_signer_enabled", "false"),
    "execution": ("execution_enabled", "false"),
    "verification": ("verification_enabled", "false"),
    "derivatives": ("derivatives_enabled", "false"),
    "all": ("kill_switch", "true"),
}
_Edit = Callable[[SeenParameter], str]
# Each round means that another whole value was written in between; that is rare.
_ATTEMPTS = 4


class FlagChanges:
    """Changes flags.

    All methods raise an EdgeSignerError if the change was not recorded, or could not be made.

    Args:
        parameters: Of the flags.
        trail: Records changes.
        turn: Held while a list is changed in part.
        default_allowlist: Tenants that may sign if the flag is absent.
    """

    def __init__(
        self,
        parameters: FlagParameters,
        trail: AuditTrail,
        turn: Turn,
        default_allowlist: tuple[str, ...],
    ) -> None:
        self._parameters = parameters
        self._trail = trail
        self._turn = turn
        self._defaults = {"tenant_allowlist": default_allowlist, "edge_disabled_tenants": ()}

    def set_value(self, caller: Caller, flag: str, value: Any) -> DoneChange:
        """Set a flag.

        Args:
            caller: The operator.
            flag: Its name.
            value: From JSON: a boolean, a number, a text as `read_flag` parses it, or a list of
                tenants.

        Raises:
            FlagError: The flag is unknown, or the value is not one of its values.
        """
        text = ",".join(map(str, value)) if isinstance(value, list) else flag_text(value)
        read = read_flag(flag, text)
        return self._edit(caller, UPDATE, flag, lambda _: _written(flag, read))

    def set_for_tenant(self, caller: Caller, flag: str, tenant_id: str, on: bool) -> DoneChange:
        """Set a flag for one tenant; the list's other tenants stay as they are.

        Args:
            caller: The operator.
            flag: `edge_signer_enabled`, or the name of a list of tenants.
            tenant_id: The tenant.
            on: Whether the flag is set for the tenant, or the tenant is in the list.

        Raises:
            FlagError: The flag cannot be set for one tenant, or the list is full.
        """
        if flag not in _LISTS:
            raise FlagError(f"{flag} cannot be set for one tenant; these can: {', '.join(_LISTS)}")
        name, true_is_in = _LISTS[flag]
        belongs = on == true_is_in

        def edited(seen: SeenParameter) -> str:
            listed = self._listed(name, seen)
            others = tuple(one for one in listed if one != tenant_id)
            if belongs:
                return _written(name, listed if tenant_id in listed else (*others, tenant_id))
            return _written(name, others)

        with self._turn.taken():
            return self._edit(caller, UPDATE, name, edited)

    def shut_down(self, caller: Caller, service: ShutDown) -> DoneChange:
        """Stop a service."""
        flag, text = _OFF[service]
        return self._edit(caller, SHUTDOWN, flag, lambda _: text)

    def _edit(self, caller: Caller, action: str, flag: str, edit: _Edit) -> DoneChange:
        """Write the edited value, again if another value was written in between."""
        seen = self._parameters.read(flag)
        for _ in range(_ATTEMPTS):
            text = edit(seen)
            change = Change(action, self._parameters.name_of(flag), seen.text, text)
            done, version = self._trail.record_and_make(
                caller, change, partial(self._parameters.write, flag, text)
            )
            if version == seen.version + 1:
                return done
            # Another whole value was overwritten: make the change again on top of it.
            seen = self._parameters.overwritten_by(flag, version)
            if edit(seen) == text:
                return done
        raise ConcurrentChangeError(
            f"Other operators keep changing {flag}; check its value and try again.", retry_after_s=1
        )

    def _listed(self, name: str, seen: SeenParameter) -> tuple[str, ...]:
        if seen.text is None:
            return self._defaults[name]
        try:
            listed: tuple[str, ...] = read_flag(name, seen.text)
        except FlagError as broken:
            raise FlagError(
                f"{broken}; its current value is invalid, so set the whole list"
            ) from None
        return listed


def _written(flag: str, value: Any) -> str:
    text = flag_text(value) or NOBODY
    if len(text) > MAX_PARAMETER_BYTES:
        raise FlagError(f"{flag} is longer than {MAX_PARAMETER_BYTES} bytes, the maximum of SSM")
    return text
