"""Bucket policies are kept and not applied: moto leaves out their principals and conditions.

It would take a refusal of requests without TLS, or of the CDN's, for one of all requests. Nobody
has an identity here, and the way from a function to this S3 is plain HTTP on the loopback.
"""

from typing import Any

from moto.s3.models import FakeBucket


def mend_s3() -> None:
    """Let no bucket policy decide."""
    FakeBucket.get_permission = _undecided  # type: ignore[method-assign]


def _undecided(self: FakeBucket, action: str, resource: str) -> Any:  # noqa: ARG001
    from moto.iam.access_control import PermissionResult

    return PermissionResult.NEUTRAL
