"""A KMS key and the SSM parameter that holds its chain, by the names that policies use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from cli.deployment import Deployment
from cli.terminal import EXIT_USAGE, fail

_KEY = re.compile(r"signing(-[a-z0-9]+)*")
_CERTIFICATE = re.compile(r"[a-z0-9-]+")
# The time-stamp authority's roots are stored beside the chains.
_TIME_STAMP_ROOTS = "tsa"


@dataclass(frozen=True)
class CertifiedKey:
    """Where a key and its chain are stored.

    Attributes:
        target: The deployment.
        key: A policy's `signing_key`.
        certificate: A policy's `certificate`.
    """

    target: Deployment
    key: str
    certificate: str

    @property
    def alias(self) -> str:
        """The key's alias."""
        return f"alias/edge-signer-{self.target.stage}-{self.key}"

    @property
    def parameter(self) -> str:
        """The parameter's name."""
        return f"{self.target.folder('certificates')}/{self.certificate}"

    def kms(self) -> Any:
        """Make the client of KMS in the key's region, which need not be the deployment's.

        Raises:
            botocore.exceptions.BotoCoreError, ClientError: Lambda does not return the region.
        """
        return self.target.client("kms", self.target.variables("sign").get("KMS_REGION"))

    def ssm(self) -> Any:
        """Make the client of SSM in the deployment's region, where workers read chains."""
        return self.target.client("ssm")


def certified_key(target: Deployment, key: str, certificate: str | None) -> CertifiedKey:
    """Name a key and its chain; end the command if a name is not valid.

    Args:
        target: The deployment.
        key: The policies' `signing_key`.
        certificate: The policies' `certificate`; None for the key's name.
    """
    named = certificate or key
    if not _KEY.fullmatch(key):
        fail(f"--key {key} is not a key's name: use signing, or signing-…", EXIT_USAGE)
    if not _CERTIFICATE.fullmatch(named):
        fail(f"--certificate {named}: use lower-case letters, digits and hyphens", EXIT_USAGE)
    if named == _TIME_STAMP_ROOTS:
        fail(f"--certificate {named} holds the time-stamp authority's roots", EXIT_USAGE)
    return CertifiedKey(target, key, named)
