"""What is asked of the signing service, what follows from it, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge_signer.signing.credentials.time_stamp import TimeStamp, TimeStampAuthority
from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.rules.policy import SigningPolicy

MAX_TITLE_CHARACTERS = 256


@dataclass(frozen=True)
class SigningRequest:
    """A validated request of an authenticated tenant.

    Attributes:
        tenant_id: Whose request it is.
        asset_sha256: 32 bytes, the digest of the whole asset.
        assertions: What the client says of the asset, by label.
        policy_id: Which policy to sign under.
        tsa: Whether a time-stamp is wanted; None leaves it to the policy.
        title: Name of the asset, for people (`dc:title` of the claim); None for none.
    """

    tenant_id: str
    asset_sha256: bytes
    assertions: Mapping[str, Any]
    policy_id: str
    tsa: bool | None
    title: str | None = None


@dataclass(frozen=True)
class PlannedManifest:
    """What would be signed.

    Attributes:
        policy: Under which.
        assertions: In the standard's form.
        time_stamp_authority: Who stamps it; None for nobody.
    """

    policy: SigningPolicy
    assertions: Sequence[Assertion]
    time_stamp_authority: TimeStampAuthority | None

    @property
    def signing_mode(self) -> str:
        """How it is signed at the edge."""
        return f"edge-tbs+remote-{self.policy.algorithm.lower()}"


@dataclass(frozen=True)
class SignedStore:
    """A manifest store that verifiers accept.

    Attributes:
        manifest_store: The bytes.
        signing_mode: How it was signed.
        kms_key_id: Which key signed.
        stamp: Its time-stamp, if it has one.
    """

    manifest_store: bytes
    signing_mode: str
    kms_key_id: str
    stamp: TimeStamp | None
