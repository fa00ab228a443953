"""Finds the policy of a request: shipped ones, and those that operators put in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.signing.errors import UnknownPolicyError
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.policy_document import PolicyDocumentError, read_policy


class PolicyDirectory:
    """Policies by identifier.

    A document of the folder takes the place of the shipped policy of its name. One that cannot be
    read never falls back to the shipped one, which may allow more: the last good document of the
    name serves, and where there was none, nothing is signed under it.

    Args:
        shipped: Policies of this package.
        documents: Gives the documents of operators, by policy identifier.
        complain: Told once of each document that cannot be read.
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
        """Give a policy under which a tenant may sign.

        Raises:
            UnknownPolicyError: There is none, or it is not this tenant's, which sounds the same.
            StoreUnavailableError: The documents cannot be had, or this one is broken.
        """
        self._take_up(self._current_documents())
        policy = self._read.get(policy_id, self._shipped.get(policy_id))
        if policy_id in self._read and policy is None:
            raise StoreUnavailableError("The policy's document cannot be read.", retry_after_s=60)
        if policy is None or not policy.serves(tenant_id):
            raise UnknownPolicyError("No policy has this policy_id.")
        return policy

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
