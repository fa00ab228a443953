"""Policies: YAML documents, validated as a whole, and the lookup of one for a request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.signing.errors import InvalidAssertionError, UnknownPolicyError
from edge_signer.signing.rules.actions import ACTIONS_LABEL
from edge_signer.signing.rules.ai_assertions import AI_DISCLOSURE_LABEL, TRAINING_MINING_LABEL
from edge_signer.signing.rules.assertions import (
    CLAIM_THUMBNAIL_LABEL,
    RESERVED_PREFIXES,
    standard_assertion,
)
from edge_signer.signing.rules.metadata import C2PA_METADATA_LABEL, CAWG_METADATA_LABEL
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.policy_patterns import (
    faults_of_actions,
    faults_of_redactions,
    is_pattern,
)
from edge_signer.signing.rules.strict_content import check_bounds, first_fault

SHIPPED_POLICIES = Path(__file__).parent / "policies"
#: The reserved labels of the standard and CAWG that this signer supports.
STANDARD_LABELS = (
    ACTIONS_LABEL,
    AI_DISCLOSURE_LABEL,
    TRAINING_MINING_LABEL,
    C2PA_METADATA_LABEL,
    CAWG_METADATA_LABEL,
)


class PolicyDocumentError(Exception):
    """A document is not a valid policy; the text names the field and the fault."""


def read_policy(text: str, name: str) -> SigningPolicy:
    """Read a policy document.

    Args:
        text: YAML.
        name: Name of the document; its `policy_id` must be the same.

    Returns:
        The policy, its default assertions in the standard's form.

    Raises:
        PolicyDocumentError: It is invalid; the text says why.
    """
    # Imported here: most deployments have only the shipped policies, which are JSON in the layer.
    from edge_signer.signing.rules.policy_yaml import UnreadableYamlError, read_yaml

    try:
        document = read_yaml(text)
    except UnreadableYamlError as broken:
        raise PolicyDocumentError(str(broken)) from None
    return _checked(document, name)


def shipped_policies(folder: Path = SHIPPED_POLICIES) -> dict[str, SigningPolicy]:
    """Read the policies of this package, by identifier.

    Args:
        folder: Its documents are YAML; in the layer they are JSON.

    Raises:
        PolicyDocumentError: A document is not a valid policy.
    """
    as_json = {one.stem: json.loads(one.read_text()) for one in folder.glob("*.json")}
    return {
        **{name: _checked(document, name) for name, document in as_json.items()},
        **{one.stem: read_policy(one.read_text(), one.stem) for one in folder.glob("*.yaml")},
    }


def _checked(document: Any, name: str) -> SigningPolicy:
    if not isinstance(document, dict):
        raise PolicyDocumentError("must be a mapping, such as policy_id: newsroom-v1")
    for field, some in {"tenants": "tenants", "allowed_actions": "actions"}.items():
        if field in document and document[field] is None:
            raise PolicyDocumentError(f"{field} is empty: name {some}, or omit the field for all")
    try:
        policy = SigningPolicy.model_validate(document)
    except ValidationError as invalid:
        raise PolicyDocumentError(first_fault(invalid, "").removeprefix(".")) from None
    policy = policy.model_copy(update={"default_assertions": _standard_defaults(policy)})
    for fault in _faults(policy, name):
        raise PolicyDocumentError(fault)
    return policy


def _faults(policy: SigningPolicy, name: str) -> Iterator[str]:
    if policy.policy_id != name:
        yield f"policy_id is {policy.policy_id}, but the document is named {name}"
    for label in policy.allowed_assertions:
        own = is_pattern(label) and not label.startswith(RESERVED_PREFIXES)
        if not own and label not in {*STANDARD_LABELS, CLAIM_THUMBNAIL_LABEL}:
            yield (
                f"allowed_assertions: {label} is neither a supported assertion nor a custom one "
                "such as com.example.name or com.example.*"
            )
    if not policy.allows(ACTIONS_LABEL):
        yield f"allowed_assertions: must include {ACTIONS_LABEL}, which every valid manifest has"
    if ACTIONS_LABEL not in policy.required_assertions + tuple(policy.default_assertions):
        yield f"required_assertions: must include {ACTIONS_LABEL}, unless there is a default"
    if ACTIONS_LABEL not in policy.vouched_assertions:
        yield f"vouched_assertions: must include {ACTIONS_LABEL}, which the signer itself asserts"
    for field in ("required_assertions", "vouched_assertions", "default_assertions"):
        for label in getattr(policy, field):
            if "*" in label:
                yield f"{field}: {label} is a pattern; only allowed_assertions may have one"
            elif not policy.allows(label):
                yield f"{field}: {label} is not among allowed_assertions"
    yield from faults_of_actions(policy)
    yield from faults_of_redactions(policy)
    for tenant in policy.trusted_clients:
        if not policy.serves(tenant):
            yield f"trusted_clients: {tenant} is not among tenants"


def _standard_defaults(policy: SigningPolicy) -> dict[str, Any]:
    contents = {}
    for label, said in policy.default_assertions.items():
        try:
            content = json.loads(json.dumps(said, allow_nan=False))
            check_bounds(f"default_assertions.{label}", content)
            standard_label, standard_content = standard_assertion(
                label, content, f"default_assertions.{label}", policy
            )
        except InvalidAssertionError as invalid:
            raise PolicyDocumentError(invalid.message) from None
        except (RecursionError, TypeError, ValueError):
            raise PolicyDocumentError(
                f"default_assertions.{label} has a value that is not JSON; put dates in quotes"
            ) from None
        contents[standard_label] = standard_content
    return contents


class PolicyDirectory:
    """Policies by identifier.

    A document of the folder replaces the shipped policy of its name. An unreadable document never
    falls back to the shipped policy, which may allow more: its last good version stays in use, and
    if there was none, the policy is unavailable.

    Args:
        shipped: Policies of this package.
        documents: Gives operators' documents, by policy identifier.
        complain: Reports each unreadable document once.
    """

    def __init__(
        self,
        shipped: Mapping[str, SigningPolicy],
        documents: Callable[[], Mapping[str, str]],
        complain: Callable[[str], None],
    ) -> None:
        self._shipped = shipped
        self._current_documents = documents
        self._complain = complain
        self._documents: Mapping[str, str] = {}
        self._read: dict[str, SigningPolicy | None] = {}

    def find(self, policy_id: str, tenant_id: str) -> SigningPolicy:
        """Find a policy under which a tenant may sign.

        Raises:
            UnknownPolicyError: There is none, or it is another tenant's; both look the same.
            StoreUnavailableError: The documents are unavailable, or this one is broken.
        """
        self._take_up(self._current_documents())
        policy = self._read.get(policy_id, self._shipped.get(policy_id))
        if policy_id in self._read and policy is None:
            raise StoreUnavailableError("The policy's document cannot be read.", retry_after_s=60)
        if policy is None or not policy.serves(tenant_id):
            raise UnknownPolicyError("No policy has this policy_id.")
        return policy

    def in_force(self) -> list[SigningPolicy]:
        """Return the policies of all tenants, without those whose document cannot be read.

        Raises:
            StoreUnavailableError: The documents are unavailable.
        """
        self._take_up(self._current_documents())
        policies = {**self._shipped, **self._read}
        return [policy for policy in policies.values() if policy is not None]

    def _take_up(self, documents: Mapping[str, str]) -> None:
        if documents is self._documents:
            return
        read: dict[str, SigningPolicy | None] = {}
        for name, text in documents.items():
            if text == self._documents.get(name):
                read[name] = self._read[name]
                continue
            try:
                read[name] = read_policy(text, name)
            except PolicyDocumentError as broken:
                self._complain(f"policy {name}: {broken}")
                read[name] = self._read.get(name)
        self._documents, self._read = documents, read
