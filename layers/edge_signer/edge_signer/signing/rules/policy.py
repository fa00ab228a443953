"""Signing policies, named `<name>-v<version>`.

Their parts are never validated alone, so pydantic need not build them (`defer_build`).
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from edge_signer.platform.names import TenantName
from edge_signer.signing.credentials.algorithm import AlgorithmName
from edge_signer.signing.errors import PolicyViolationError
from edge_signer.signing.rules.action_model import DigitalSourceType


class SourceTypeAlias(BaseModel, defer_build=True):
    """The meaning of a client's own name for a digital source type.

    Attributes:
        digital_source_type: The vocabulary's term for it.
        software_agent: The program that the name stands for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    digital_source_type: DigitalSourceType
    software_agent: str | None = None


class ClaimGeneratorInfo(BaseModel, defer_build=True):
    """A generator-info map ("Claim Generator Info" of the standard).

    Attributes:
        name: What viewers show as the program that signed.
        version: Of that program.
        specVersion: Version of the standard that the manifests follow.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    version: str | None = Field(None, min_length=1, max_length=64)
    specVersion: str = Field(pattern=r"^2[.]4[.](0|[1-9][0-9]*)$")


Relationship = Literal["parentOf", "componentOf", "inputTo"]


class AllowedIngredients(BaseModel, defer_build=True):
    """The ingredients that manifests may have.

    Attributes:
        relationships: The relationships that they may have to the asset.
        credentials: What their credentials must be: trusted; valid, but perhaps by an unknown
            signer; or any, also broken ones, which the manifest then records as such.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    relationships: tuple[Relationship, ...] = Field(min_length=1)
    credentials: Literal["trusted", "valid", "any"]


class SigningPolicy(BaseModel):
    """A policy document.

    Attributes:
        policy_id: Its name and version; change the version with the content.
        claim_generator_info: Goes into the claim unchanged.
        signing_key: Name of the KMS key; its alias is `alias/edge-signer-<stage>-<signing_key>`.
        algorithm: The key's signature algorithm, as COSE spells it.
        certificate: Name of the chain in SSM.
        tenants: The tenants that may sign under it; None for all.
        required_assertions: Labels that every manifest must have.
        allowed_assertions: Labels, or patterns of custom ones, that a client may send.
        vouched_assertions: Labels of `created_assertions`; all others are gathered.
        default_assertions: Content by label, for assertions that the client does not send.
        all_actions_included: Default of `allActionsIncluded`.
        title: Whether a client may give the asset a title, which goes into the claim.
        time_stamp: Whether manifests must, may or must not have a time-stamp.
        source_type_aliases: From a client's URI to the vocabulary's.
        ingredients: The ingredients that manifests may have; None for none.
        allowed_actions: Names of actions, or patterns of them, that a client may send; None for
            all.
        trusted_clients: Tenants whose word counts that an ingredient and its credentials belong
            together.
        redactable_assertions: Labels, or patterns of them, that may be redacted in ingredients'
            manifests.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy_id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*-v[0-9]+$", max_length=64)
    claim_generator_info: ClaimGeneratorInfo
    signing_key: str = Field(pattern=r"^signing(-[a-z0-9]+)*$")
    algorithm: AlgorithmName
    certificate: str = Field(pattern=r"^[a-z0-9-]+$")
    tenants: tuple[TenantName, ...] | None = None
    required_assertions: tuple[str, ...] = ()
    allowed_assertions: tuple[str, ...]
    vouched_assertions: tuple[str, ...] = ()
    default_assertions: Mapping[str, Any] = {}
    all_actions_included: bool = False
    title: Literal["allowed", "forbidden"] = "forbidden"
    time_stamp: Literal["required", "allowed", "forbidden"] = "allowed"
    source_type_aliases: Mapping[str, SourceTypeAlias] = {}
    ingredients: AllowedIngredients | None = None
    allowed_actions: tuple[str, ...] | None = None
    trusted_clients: tuple[TenantName, ...] = ()
    redactable_assertions: tuple[str, ...] = ()

    def allows(self, label: str) -> bool:
        """Whether a client may send an assertion of that label."""
        return any(fnmatchcase(label, pattern) for pattern in self.allowed_assertions)

    def allows_action(self, name: str) -> bool:
        """Whether a client may send an action of that name."""
        patterns = self.allowed_actions
        return patterns is None or any(fnmatchcase(name, pattern) for pattern in patterns)

    def serves(self, tenant_id: str) -> bool:
        """Whether a tenant may sign under it."""
        return self.tenants is None or tenant_id in self.tenants

    def require_title_allowed(self, title: str | None) -> None:
        """Refuse a title if the policy forbids it.

        Raises:
            PolicyViolationError: There is a title, and the policy forbids it.
        """
        if title is not None and self.title == "forbidden":
            raise PolicyViolationError(f"title is forbidden by policy {self.policy_id}")

    def wants_time_stamp(self, asked: bool | None) -> bool:
        """Whether a manifest gets a time-stamp.

        Args:
            asked: The client's wish; None if it has none.

        Raises:
            PolicyViolationError: The policy does not permit the client's wish.
        """
        if asked is False and self.time_stamp == "required":
            raise PolicyViolationError(f"tsa is required by policy {self.policy_id}")
        if asked is True and self.time_stamp == "forbidden":
            raise PolicyViolationError(f"tsa is forbidden by policy {self.policy_id}")
        return self.time_stamp == "required" or asked is True
