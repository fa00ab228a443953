"""Flags: what each takes, what is served when a text is none, and what is said of it once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from edge_signer.configuration.flags import FlagError, Flags, OperatorFlags, flag_text, read_flag
from edge_signer.configuration.settings import Settings
from tests.unit.platform.test_platform import ENVIRONMENT

VALUES: list[tuple[str, str, Any]] = [
    ("edge_signer_enabled", "true", True),
    ("kill_switch", " ON\n", True),
    ("kill_switch", "0", False),
    ("tenant_allowlist", "acme, new-corp", ("acme", "new-corp")),
    ("tenant_allowlist", " ", ()),
    ("tenant_allowlist", "-", ()),
    ("central_signer_enabled", "off", False),
    ("max_payload_size", "1024", 1024),
    ("max_payload_size", "6000000", 6_000_000),
    ("edge_disabled_tenants", "acme", ("acme",)),
    ("circuit_breaker_enabled", "off", False),
    ("kms_timeout_ms", "50", 50),
    ("kms_timeout_ms", "2000", 2000),
]
FAULTS = [
    ("edge_signer_enabled", "perhaps", "takes true or false"),
    ("kill_switch", "", "takes true or false"),
    ("tenant_allowlist", "acme,,load", "names of tenants"),
    ("tenant_allowlist", "*", "names of tenants"),
    ("tenant_allowlist", "acme,audit", "not audit or trust"),
    ("max_payload_size", "6000001", "from 1024 to 6000000"),
    ("max_payload_size", "64 KiB", "from 1024 to 6000000"),
    ("max_payload_size", "1023", "from 1024 to 6000000"),
    ("kms_timeout_ms", "2001", "from 50 to 2000"),
    ("kms_timeout_ms", "49", "from 50 to 2000"),
    ("smart_placement_enabled", "false", "not supported yet"),
    ("kil_switch", "true", "is not a flag; known flags: edge_signer_enabled, "),
]


@pytest.mark.parametrize(("name", "text", "value"), VALUES)
def test_a_text_is_read_and_its_value_written_so_that_it_is_read_alike(
    name: str, text: str, value: Any
) -> None:
    assert read_flag(name, text) == value
    assert read_flag(name, flag_text(value)) == value


@pytest.mark.parametrize(("name", "text", "why"), FAULTS)
def test_what_is_no_value_is_told_with_its_flag(name: str, text: str, why: str) -> None:
    with pytest.raises(FlagError, match=f"^{name} .*{why}"):
        read_flag(name, text)


class Office:
    """Flags, their texts and their complaints."""

    def __init__(self, **environment: str) -> None:
        settings = Settings.from_environment({**ENVIRONMENT, **environment})
        self.texts: Mapping[str, str] = {}
        self.complaints: list[str] = []
        self._flags = OperatorFlags(
            lambda: self.texts, Flags.defaults(settings), self.complaints.append
        )

    def flags_with(self, **texts: str) -> Flags:
        self.texts = texts
        return self._flags()


def test_absent_parameters_are_what_the_environment_says() -> None:
    assert Office().flags_with() == Flags(tenant_allowlist=("acme", "testcorp"))
    set_up = Office(EDGE_SIGNER_ENABLED="true", TENANT_ALLOWLIST="load", KMS_TIMEOUT_MS="700")
    assert set_up.flags_with() == Flags(
        edge_signer_enabled=True, tenant_allowlist=("load",), kms_timeout_ms=700
    )


def test_a_parameter_takes_the_place_of_its_default_until_it_is_removed() -> None:
    office = Office(EDGE_SIGNER_ENABLED="true")
    changed = office.flags_with(edge_signer_enabled="false", tenant_allowlist="load")
    assert (changed.edge_signer_enabled, changed.tenant_allowlist) == (False, ("load",))
    back = office.flags_with()
    assert (back.edge_signer_enabled, back.tenant_allowlist) == (True, ("acme", "testcorp"))
    assert office.complaints == []


def test_a_broken_text_leaves_the_last_good_value_and_is_told_once() -> None:
    office = Office()
    assert office.flags_with(kill_switch="true").kill_switch
    for number in range(1024, 1027):
        flags = office.flags_with(kill_switch="perhaps", max_payload_size=str(number))
        assert (flags.kill_switch, flags.max_payload_size) == (True, number)
    assert office.complaints == ["flag ignored: kill_switch takes true or false"]
    assert not office.flags_with(kill_switch="false").kill_switch


def test_a_broken_text_without_a_last_good_value_leaves_the_default() -> None:
    office = Office(KMS_TIMEOUT_MS="700")
    for _ in range(2):
        assert office.flags_with(kms_timeout_ms="soon").kms_timeout_ms == 700
    assert office.flags_with(kms_timeout_ms="600").kms_timeout_ms == 600
    office.flags_with()
    assert office.flags_with(kms_timeout_ms="soon").kms_timeout_ms == 700


def test_what_is_not_supported_yet_or_unknown_is_told_and_changes_nothing() -> None:
    office = Office()
    assert office.flags_with(smart_placement_enabled="true", kil_switch="true") == Office()._flags()
    assert [one.partition(";")[0] for one in office.complaints] == [
        "flag ignored: smart_placement_enabled is not supported yet",
        "flag ignored: kil_switch is not a flag",
    ]
