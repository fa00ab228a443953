"""Changes of operators' flags: a whole value, or one tenant of a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

from edge_signer.administration.audit_trail import AuditTrail, Caller, Change
from edge_signer.administration.audited_change import DoneChange, change_recorded
from edge_signer.administration.errors import ConcurrentChangeError
from edge_signer.administration.flag_parameters import NOBODY, FlagParameters, SeenParameter
from edge_signer.administration.turn import Turn
from edge_signer.configuration.flags import FlagError, flag_text, read_flag

ShutDown = Literal["edge", "central", "execution", "all"]
#: A standard parameter of SSM holds no more.
MAX_PARAMETER_BYTES = 4096
UPDATE, SHUTDOWN = "flags.update", "flags.emergency_shutdown"

#: For which flags a single tenant can be switched: the list, and whether true means to be in it.
_LISTS: Mapping[str, tuple[str, bool]] = {
    "tenant_allowlist": ("tenant_allowlist", True),
    "edge_disabled_tenants": ("edge_disabled_tenants", True),
    "edge_signer_enabled": ("edge_disabled_tenants", False),
}
_OFF: Mapping[ShutDown, tuple[str, str]] = {
    "edge": ("edge_signer_enabled", "false"),
    "central": ("central_signer_enabled", "false"),
    "execution": ("execution_enabled", "false"),
    "all": ("kill_switch", "true"),
}
_Edit = Callable[[SeenParameter], str]


class FlagChanges:
    """Changes flags.

    Args:
        parameters: Where they are.
        trail: Where changes are recorded.
        turn: For changes of a part.
        default_allowlist: Tenants that may sign where the flag is absent.
    """

    # Each round means that a whole value came between; nobody sets flags that fast.
    ATTEMPTS = 4

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
            caller: Who does.
            flag: Its name.
            value: As JSON has it: true, false, a number, a text as `read_flag` takes it, or a list
                of tenants.

        Raises:
            FlagError: There is no such flag, or it has no such value.
            EdgeSignerError: It was not recorded, or could not be made.
        """
        text = ",".join(map(str, value)) if isinstance(value, list) else flag_text(value)
        read = read_flag(flag, text)
        return self._edit(caller, UPDATE, flag, lambda _: _written(flag, read))

    def set_for_tenant(self, caller: Caller, flag: str, tenant_id: str, on: bool) -> DoneChange:
        """Switch a flag for one tenant; the others of the list stay as they are.

        Args:
            caller: Who does.
            flag: `edge_signer_enabled`, or the name of a list of tenants.
            tenant_id: For whom.
            on: Whether the flag shall hold for the tenant, or the tenant be in the list.

        Raises:
            FlagError: The flag has no tenants, or the list is full.
            EdgeSignerError: It was not recorded, or could not be made.
        """
        if flag not in _LISTS:
            raise FlagError(f"{flag} has no tenants; these have: {', '.join(_LISTS)}")
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
        """Have a service sign, or run, nothing any more.

        Raises:
            EdgeSignerError: It was not recorded, or could not be made.
        """
        flag, text = _OFF[service]
        return self._edit(caller, SHUTDOWN, flag, lambda _: text)

    def _edit(self, caller: Caller, action: str, flag: str, edit: _Edit) -> DoneChange:
        """Write what an edit makes of the parameter, again where a value came between."""
        seen = self._parameters.read(flag)
        for _ in range(self.ATTEMPTS):
            text = edit(seen)
            change = Change(action, self._parameters.name_of(flag), seen.text, text)
            done, version = change_recorded(
                self._trail, caller, change, partial(self._parameters.write, flag, text)
            )
            if version == seen.version + 1:
                return done
            # A whole value came between, and this took its place: make it anew on top of that.
            seen = self._parameters.overwritten_by(flag, version)
            if edit(seen) == text:
                return done
        raise ConcurrentChangeError(
            f"Others keep changing {flag}; look at its value, and try again.", retry_after_s=1
        )

    def _listed(self, name: str, seen: SeenParameter) -> tuple[str, ...]:
        if seen.text is None:
            return self._defaults[name]
        try:
            listed: tuple[str, ...] = read_flag(name, seen.text)
        except FlagError as broken:
            raise FlagError(f"{broken}, and its value is not that: set it whole") from None
        return listed


def _written(flag: str, value: Any) -> str:
    text = flag_text(value) or NOBODY
    if len(text) > MAX_PARAMETER_BYTES:
        raise FlagError(f"{flag} has more than {MAX_PARAMETER_BYTES} bytes, which SSM holds")
    return text
