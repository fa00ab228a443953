"""SSM bounds its parameters: moto takes a value of any length in any tier.

After the Systems Manager user guide, "Managing parameter tiers".
"""

from typing import Any

_LIMITS_BYTES = {"Standard": 4096, "Advanced": 8192}
_AUTOMATIC = "Intelligent-Tiering"


def mend_ssm() -> None:
    """Refuse values that are too long for their tier, and choose a tier where that is asked for."""
    from moto.ssm.exceptions import ValidationException
    from moto.ssm.models import SimpleSystemManagerBackend as Backend

    if getattr(Backend.put_parameter, "is_mended", False):
        return
    unbounded: Any = Backend.put_parameter

    def bounded(
        backend: Backend,
        name: str,
        description: str | None,
        value: str,
        *others: Any,
        tier: str | None,
        policies: str | None,
    ) -> Any:
        versions = backend._parameters.get(name) or []
        tier = tier or (versions[-1].tier if versions else None) or "Standard"
        length = len((value or "").encode())
        if tier == _AUTOMATIC:
            tier = "Standard" if length <= _LIMITS_BYTES["Standard"] else "Advanced"
        if length > _LIMITS_BYTES[tier]:
            raise ValidationException(
                f"{tier} tier parameters support a maximum parameter value of "
                f"{_LIMITS_BYTES[tier]} characters."
            )
        return unbounded(backend, name, description, value, *others, tier=tier, policies=policies)

    bounded.is_mended = True  # type: ignore[attr-defined]
    Backend.put_parameter = bounded  # type: ignore[method-assign,assignment]
