"""What a signer is willing to say: policies as documents, `<name>-v<version>`."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from edge_signer.signing.action_model import DigitalSourceType
from edge_signer.signing.algorithm import AlgorithmName

SHIPPED_POLICIES = Path(__file__).parent / "policies"


class SourceTypeAlias(BaseModel):
    """What a client's own name for a digital source type stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digital_source_type: DigitalSourceType
    software_agent: str | None = None


class ClaimGeneratorInfo(BaseModel):
    """A generator-info map ("Claim Generator Info" of the standard)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=128)
    version: str | None = Field(None, min_length=1, max_length=64)
    specVersion: str | None = Field(None, pattern=r"^[0-9]+[.][0-9]+[.][0-9]+$")


class SigningPolicy(BaseModel):
    """A policy document.

    Attributes:
        claim_generator_info: Goes into the claim as it is.
        signing_key: Name of the KMS key; its alias is `alias/edge-signer-<stage>-<signing_key>`.
        certificate: Name of the chain in SSM.
        required_assertions: Labels without which nothing is signed.
        allowed_assertions: Labels, or patterns of custom ones, that a client may send.
        vouched_assertions: Labels that go to `created_assertions`; all others are gathered.
        all_actions_included: `allActionsIncluded` where the client says nothing.
        source_type_aliases: From a client's URI to the vocabulary's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy_id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*-v[0-9]+$")
    claim_generator_info: ClaimGeneratorInfo
    signing_key: str = Field(pattern=r"^signing(-[a-z0-9]+)*$")
    algorithm: AlgorithmName
    certificate: str = Field(pattern=r"^[a-z0-9-]+$")
    required_assertions: tuple[str, ...] = ()
    allowed_assertions: tuple[str, ...]
    vouched_assertions: tuple[str, ...] = ()
    all_actions_included: bool = False
    source_type_aliases: Mapping[str, SourceTypeAlias] = {}

    def allows(self, label: str) -> bool:
        """Whether a client may send an assertion of that label."""
        return any(fnmatchcase(label, pattern) for pattern in self.allowed_assertions)

    def vouches_for(self, label: str) -> bool:
        """Whether the signer makes an assertion of that label its own."""
        return label in self.vouched_assertions


def shipped_policies() -> dict[str, SigningPolicy]:
    """Read the policies in this package, by identifier.

    Raises:
        pydantic.ValidationError: A document is not a policy.
    """
    documents = [yaml.safe_load(file.read_text()) for file in SHIPPED_POLICIES.glob("*.yaml")]
    policies = [SigningPolicy.model_validate(document) for document in documents]
    return {policy.policy_id: policy for policy in policies}
