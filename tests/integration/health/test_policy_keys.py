"""Keys and chains of several policies: what is wrong with one of them, and with all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from edge_signer.health.examination import EVERY_WAY, Way
from edge_signer.health.policy_keys import PolicyKeys
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.policy_directory import shipped_policies
from emulator.aws.services import in_process_services, moto_host
from emulator.credentials import development_ca
from tests.signers.kms_keys import KmsKeys

AWS = in_process_services(moto_host())
HOME: frozenset[Way] = frozenset({"edge", "central"})
SHIPPED = shipped_policies()["demo-policy-v1"]


class Office:
    """Keys and chains by name, and policies that name them."""

    def __init__(self) -> None:
        self._folder = f"/edge-signer/{uuid4().hex}/certificates"
        self._keys = KmsKeys(AWS)
        self._arns: dict[str, str] = {}
        self.policies: list[SigningPolicy] = []

    def key(self, name: str) -> None:
        self._arns[name] = self._keys.new()

    def certify(self, key: str, certificate: str) -> None:
        self._keys.certify(self._arns[key], f"{self._folder}/{certificate}")

    def policy(self, policy_id: str, key: str, certificate: str) -> None:
        changes = {"policy_id": policy_id, "signing_key": key, "certificate": certificate}
        self.policies.append(SHIPPED.model_copy(update=changes))

    def disable(self, key: str) -> None:
        AWS.kms.disable_key(KeyId=self._arns[key].rpartition("/")[2])

    def checks(self, policies: Sequence[SigningPolicy] | None = None) -> PolicyKeys:
        named = self.policies if policies is None else policies
        return PolicyKeys(
            lambda: named,
            AWS.kms,
            AWS.ssm,
            lambda key: self._arns.get(key, f"alias/{uuid4().hex}"),
            lambda certificate: f"{self._folder}/{certificate}",
        )


@pytest.fixture
def office() -> Office:
    """A key with two chains side by side; each has a policy."""
    office = Office()
    office.key("signing")
    for year in ("2026", "2027"):
        office.certify("signing", f"signing-{year}")
        office.policy(f"desk-{year}-v1", "signing", f"signing-{year}")
    return office


def test_every_chain_that_a_policy_names_is_told_with_its_policies(office: Office) -> None:
    office.policy("press-v1", "signing", "signing-2027")
    finding = office.checks().check_certificates()
    chains = finding.details["chains"]
    assert (finding.state, finding.details["days_left"]) == ("ok", 89)
    assert [(one["certificate"], one["key"], one["policies"]) for one in chains] == [
        ("signing-2026", "signing", ["desk-2026-v1"]),
        ("signing-2027", "signing", ["desk-2027-v1", "press-v1"]),
    ]


def test_the_chain_that_ends_first_says_how_many_days_are_left(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(development_ca, "_LEAF_LIFETIME", timedelta(days=20))
    office.certify("signing", "signing-2026")
    finding = office.checks().check_certificates()
    assert (finding.state, finding.closes) == ("degraded", frozenset())
    assert finding.details["days_left"] == 19
    assert [one["days_left"] for one in finding.details["chains"]] == [19, 89]


def test_a_chain_that_no_policy_names_any_more_is_not_missed(office: Office) -> None:
    office.policy("desk-2025-v1", "signing", "signing-2025")
    *used, _retired = office.policies
    assert office.checks().check_certificates().state == "degraded"
    assert office.checks(used).check_certificates().state == "ok"


def test_one_missing_chain_stops_its_policies_and_all_of_them_stop_everything() -> None:
    office = Office()
    office.key("signing")
    office.policy("desk-v1", "signing", "missing")
    alone = office.checks().check_certificates()
    assert (alone.state, alone.closes) == ("unavailable", EVERY_WAY)

    office.certify("signing", "signing")
    office.policy("desk-v2", "signing", "signing")
    beside = office.checks().check_certificates()
    assert (beside.state, beside.closes) == ("degraded", frozenset())
    assert beside.details["chains"][0]["error"] == "no chain is installed"


def test_one_key_that_is_not_there_stops_its_policies_and_no_others(office: Office) -> None:
    office.policy("desk-next-v1", "signing-next", "signing-2027")
    finding = office.checks().check_keys(HOME)
    assert (finding.state, finding.closes) == ("degraded", frozenset())
    there, missing = finding.details["keys"]
    assert (there["key"], there["key_state"]) == ("signing", "Enabled")
    assert missing["key"] == "signing-next"
    assert "NotFoundException" in missing["error"]


def test_keys_that_are_all_disabled_close_what_needs_one(office: Office) -> None:
    office.key("signing-next")
    office.certify("signing-next", "next")
    office.policy("desk-next-v1", "signing-next", "next")
    office.disable("signing-next")
    assert office.checks().check_keys(HOME).closes == frozenset()
    office.disable("signing")
    finding = office.checks().check_keys(HOME)
    assert (finding.state, finding.closes) == ("unavailable", HOME)


def test_a_replica_of_a_key_that_no_policy_names_signs_nothing(office: Office) -> None:
    office.key("signing-next")
    office.policy("desk-next-v1", "signing-next", "signing-2027")
    named = office.checks(office.policies[-1:]).check_keys(HOME)
    assert (named.state, named.closes) == ("ok", frozenset({"replica"}))
    office.disable("signing-next")
    disabled = office.checks(office.policies[-1:]).check_keys(HOME)
    assert (disabled.state, disabled.closes) == ("unavailable", EVERY_WAY)


def test_without_policies_nothing_can_be_signed(office: Office) -> None:
    checks = office.checks([])
    for finding, closed in (
        (checks.check_certificates(), EVERY_WAY),
        (checks.check_keys(HOME), EVERY_WAY),
    ):
        assert (finding.state, finding.closes) == ("unavailable", closed)
        assert finding.details == {"error": "no policy can be read"}


def test_policies_that_cannot_be_read_close_nothing() -> None:
    def unread() -> Any:
        raise StoreUnavailableError("The signer's configuration cannot be read.")

    checks = PolicyKeys(unread, AWS.kms, AWS.ssm, str, str)
    finding = checks.check_keys(HOME)
    assert (finding.state, finding.closes) == ("degraded", frozenset())
    assert "unknown which keys" in finding.details["error"]
    with pytest.raises(StoreUnavailableError):
        checks.check_certificates()
