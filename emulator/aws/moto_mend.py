"""Makes moto behave like AWS in the points that this system depends on; KMS is in `moto_kms`."""

import importlib
import sys
import threading
from types import ModuleType
from typing import Any

from moto.dynamodb.responses import DynamoHandler
from moto.s3.models import FakeBucket

from emulator.aws.moto_kms import mend_kms
from emulator.aws.moto_transactions import mend_transactions
from emulator.aws.s3_notifications import name_versions

_EC2 = "moto.ec2"
_one_at_a_time = threading.RLock()
_unlocked_call = DynamoHandler.call_action
_TIER_BYTES = {"Standard": 4096, "Advanced": 8192}
_AUTOMATIC_TIER = "Intelligent-Tiering"


def mend() -> None:
    """Patch moto in this process; a second call changes nothing."""
    _import_ssm_without_ec2()
    mend_kms()
    # moto reads, computes and writes an item without a lock; in DynamoDB each write is atomic.
    DynamoHandler.call_action = _locked_call  # type: ignore[method-assign]
    mend_transactions()
    # moto ignores the principals and conditions of a bucket policy. It would take "deny requests
    # without TLS" for "deny all requests", so policies are stored and never applied. Callers have
    # no identity here, and functions reach this S3 over plain HTTP on the loopback interface.
    FakeBucket.get_permission = _undecided  # type: ignore[method-assign]
    name_versions()
    _mend_ssm()


def _import_ssm_without_ec2() -> None:
    """Import moto's SSM with an empty EC2 in its place, unless EC2 is loaded already.

    moto's SSM imports all of moto's EC2, most of a second, so that SendCommand can look up
    instances by tag. Parameters need none of it.
    """
    if _EC2 in sys.modules:
        return
    empty = ModuleType(_EC2)
    empty.ec2_backends = {}  # type: ignore[attr-defined]
    sys.modules[_EC2] = empty
    try:
        importlib.import_module("moto.ssm.models")
    finally:
        # A later import gets the real EC2.
        del sys.modules[_EC2]


def _locked_call(self: DynamoHandler) -> Any:
    with _one_at_a_time:
        return _unlocked_call(self)


def _undecided(self: FakeBucket, action: str, resource: str) -> Any:  # noqa: ARG001
    from moto.iam.access_control import PermissionResult

    return PermissionResult.NEUTRAL


def _mend_ssm() -> None:
    """Refuse values too long for their tier, and choose a tier where Intelligent-Tiering is asked.

    After the Systems Manager user guide, "Managing parameter tiers". moto takes a value of any
    length in any tier.
    """
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
        if tier == _AUTOMATIC_TIER:
            tier = "Standard" if length <= _TIER_BYTES["Standard"] else "Advanced"
        if length > _TIER_BYTES[tier]:
            raise ValidationException(
                f"{tier} tier parameters support a maximum parameter value of "
                f"{_TIER_BYTES[tier]} characters."
            )
        return unbounded(backend, name, description, value, *others, tier=tier, policies=policies)

    bounded.is_mended = True  # type: ignore[attr-defined]
    Backend.put_parameter = bounded  # type: ignore[method-assign,assignment]
