"""A key of KMS and the parameter that holds its chain, as policies name both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from cli.deployment import Deployment
from cli.terminal import EXIT_USAGE, fail

_KEY = re.compile(r"signing(-[a-z0-9]+)*")
_CERTIFICATE = re.compile(r"[a-z0-9-]+")
# Beside the chains lie the time-stamp authority's roots.
_TIME_STAMP_ROOTS = "tsa"


@dataclass(frozen=True)
class CertifiedKey:
    """Where a key is, and where its chain is or will be.

    Attributes:
        target: The deployment.
        key: The policies' `signing_key`.
        certificate: The policies' `certificate`.
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
            botocore.exceptions.BotoCoreError, ClientError: Lambda does not tell the region.
        """
        return self.target.client("kms", self.target.variables("sign").get("KMS_REGION"))

    def ssm(self) -> Any:
        """Make the client of SSM in the deployment's region, where its workers look for chains."""
        return self.target.client("ssm")


def certified_key(target: Deployment, key: str, certificate: str | None) -> CertifiedKey:
    """Name a key and its chain; end the command where one has no such name.

    Args:
        target: The deployment.
        key: The policies' `signing_key`.
        certificate: The policies' `certificate`; None where it is called as the key.
    """
    named = certificate or key
    if not _KEY.fullmatch(key):
        fail(f"--key {key} is no key's name: signing, or signing-…", EXIT_USAGE)
    if not _CERTIFICATE.fullmatch(named):
        fail(f"--certificate {named}: lower-case letters, digits and hyphens", EXIT_USAGE)
    if named == _TIME_STAMP_ROOTS:
        fail(f"--certificate {named} holds the time-stamp authority's roots", EXIT_USAGE)
    return CertifiedKey(target, key, named)
