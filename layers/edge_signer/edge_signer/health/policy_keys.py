"""The keys and chains that the policies in force name: which they are, and one finding for all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from edge_signer.health.examination import EVERY_WAY, Finding, State, Way, described
from edge_signer.health.key_checks import check_certificate, check_key
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.signing.rules.policy import SigningPolicy

# The stack's own key; no other has a replica.
_REPLICATED = "signing"


@dataclass(frozen=True, order=True)
class KeyAndChain:
    """A key and the chain that certifies it, as policies name them.

    Attributes:
        key: A policy's `signing_key`.
        certificate: Its `certificate`.
    """

    key: str
    certificate: str


class PolicyKeys:
    """Checks every key and chain that a policy in force names.

    During a rotation policies name several. One that cannot be used stops its own policies, so the
    deployment is then degraded; ways to sign are closed only by what is wrong with all of them.

    Args:
        policies: Gives the policies in force. Two checks need them at once, each in its thread.
        kms: Client in the keys' region.
        ssm: Client in the function's region.
        alias_of: Gives the alias of a key's name.
        parameter_of: Gives the name of the SSM parameter that holds a chain.
    """

    def __init__(
        self,
        policies: Callable[[], Iterable[SigningPolicy]],
        kms: Any,
        ssm: Any,
        alias_of: Callable[[str], str],
        parameter_of: Callable[[str], str],
    ) -> None:
        self._policies = policies
        self._kms = kms
        self._ssm = ssm
        self._alias_of = alias_of
        self._parameter_of = parameter_of
        self._one_at_a_time = threading.Lock()

    def check_keys(self, needed_for: frozenset[Way]) -> Finding:
        """Check the keys; needs `kms:DescribeKey` on them.

        If no policy names the key that may have a replica, the replica signs nothing.

        Args:
            needed_for: Ways to sign that need a key.
        """
        try:
            named = self._named()
        except StoreUnavailableError as failure:
            said = f"it is unknown which keys are needed: {failure.message}"
            return Finding("degraded", {"error": said})
        findings = []
        for key in sorted({one.key for one in named}):
            try:
                found = check_key(self._kms, self._alias_of(key), needed_for)
            except (BotoCoreError, ClientError) as failure:
                found = Finding("unavailable", {"error": described(failure)}, needed_for)
            findings.append((found, {"key": key}))
        found = _united("keys", findings, needed_for)
        if any(one.key == _REPLICATED for one in named):
            return found
        return replace(found, closes=found.closes | {"replica"})

    def check_certificates(self) -> Finding:
        """Check the chains; warn before one expires.

        Needs `ssm:GetParameter` on their parameters and `kms:GetPublicKey` on the keys.

        Raises:
            botocore.exceptions.BotoCoreError, ClientError, StoreUnavailableError: SSM failed.
                Workers that have the chains continue with them.
        """
        findings = []
        for one, policies in sorted(self._named().items()):
            parameter, alias = self._parameter_of(one.certificate), self._alias_of(one.key)
            found = check_certificate(self._ssm, self._kms, parameter, alias)
            names = {"certificate": one.certificate, "key": one.key, "policies": policies}
            findings.append((found, names))
        all_of_them = _united("chains", findings, EVERY_WAY)
        left = [found.details["days_left"] for found, _ in findings if "days_left" in found.details]
        least = {"days_left": min(left)} if left else {}
        return Finding(all_of_them.state, {**least, **all_of_them.details}, all_of_them.closes)

    def _named(self) -> Mapping[KeyAndChain, list[str]]:
        named: dict[KeyAndChain, list[str]] = {}
        with self._one_at_a_time:
            for policy in self._policies():
                one = KeyAndChain(policy.signing_key, policy.certificate)
                named.setdefault(one, []).append(policy.policy_id)
        return {one: sorted(policies) for one, policies in named.items()}


def _united(
    kind: str, findings: Sequence[tuple[Finding, Mapping[str, Any]]], needed_for: frozenset[Way]
) -> Finding:
    if not findings:
        return Finding("unavailable", {"error": "no policy can be read"}, needed_for)
    states = {found.state for found, _ in findings}
    state: State = states.pop() if len(states) == 1 else "degraded"
    details = [{**names, **found.details} for found, names in findings]
    closed_by_all = frozenset[Way].intersection(*(found.closes for found, _ in findings))
    return Finding(state, {kind: details}, closed_by_all)
