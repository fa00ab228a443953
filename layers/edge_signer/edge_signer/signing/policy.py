"""What a signer is willing to say: policies as documents, `<name>-v<version>`."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from edge_signer.signing.action_model import DigitalSourceType
from edge_signer.signing.algorithm import AlgorithmName
from edge_signer.signing.errors import UnknownPolicyError

SHIPPED_POLICIES = Path(__file__).parent / "policies"


class SourceTypeAlias(BaseModel):
    """What a client's own name for a digital source type stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digital_source_type: DigitalSourceType
    software_agent: str | None = None


class SigningPolicy(BaseModel):
    """A policy document.

    Attributes:
        claim_generator_info: Goes into the claim as it is; has at least `name`.
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
    claim_generator_info: Mapping[str, Any]
    signing_key: str = Field(pattern=r"^[a-z0-9-]+$")
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


@lru_cache(maxsize=1)
def shipped_policies() -> Mapping[str, SigningPolicy]:
    """The policies in this package, by identifier."""
    policies = {}
    for document in sorted(SHIPPED_POLICIES.glob("*.yaml")):
        policy = SigningPolicy.model_validate(yaml.safe_load(document.read_text()))
        policies[policy.policy_id] = policy
    return policies


def find_policy(policy_id: str) -> SigningPolicy:
    """Give the policy of that identifier.

    Raises:
        UnknownPolicyError: There is none.
    """
    try:
        return shipped_policies()[policy_id]
    except KeyError:
        raise UnknownPolicyError("No policy has this policy_id.") from None
