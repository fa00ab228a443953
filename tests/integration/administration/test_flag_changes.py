"""Flags that several operators change at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from edge_signer.administration.errors import ConcurrentChangeError
from edge_signer.administration.flag_changes import FlagChanges
from edge_signer.administration.flag_parameters import FlagParameters, SeenParameter, Turn
from edge_signer.configuration.flags import FlagError, read_flag
from edge_signer.platform.errors import StoreUnavailableError
from tests.integration.administration.conftest import Office


class Interrupted(FlagParameters):
    """Lets something happen between what is read and what is written."""

    def __init__(self, office: Office, *events: Callable[[], Any]) -> None:
        super().__init__(office.aws.ssm, office.folder)
        self._events = list(events)

    def write(self, flag: str, text: str) -> int:
        if self._events:
            self._events.pop(0)()
        return super().write(flag, text)


def changes(office: Office, *events: Callable[[], Any], patience_s: float = 5.0) -> FlagChanges:
    return FlagChanges(
        Interrupted(office, *events), office.trail, office.turn(patience_s), ("acme",)
    )


def test_another_s_change_that_came_between_is_kept(office: Office) -> None:
    office.put("tenant_allowlist", "acme,load")
    other = partial(office.put, "tenant_allowlist", "acme,load,newcorp")
    done = changes(office, other).set_for_tenant(
        office.caller(), "tenant_allowlist", "testcorp", True
    )
    assert office.value("tenant_allowlist") == "acme,load,newcorp,testcorp"
    assert (done.change.before, done.change.after) == (
        "acme,load,newcorp",
        "acme,load,newcorp,testcorp",
    )
    first, second = office.entries()
    assert (first["before"], first["after"]) == ("acme,load", "acme,load,testcorp")
    assert (second["before"], second["after"]) == (done.change.before, done.change.after)


def test_a_flag_that_was_made_meanwhile_is_kept_too(office: Office) -> None:
    other = partial(office.put, "tenant_allowlist", "newcorp")
    changes(office, other).set_for_tenant(office.caller(), "tenant_allowlist", "load", True)
    assert office.value("tenant_allowlist") == "newcorp,load"


def test_a_flag_that_went_back_to_its_default_meanwhile_begins_there(office: Office) -> None:
    for listed in ("load", "load,x"):
        office.put("tenant_allowlist", listed)
    name = f"{office.folder}/tenant_allowlist"
    gone = partial(office.aws.ssm.delete_parameters, Names=[name])
    changes(office, gone).set_for_tenant(office.caller(), "tenant_allowlist", "newcorp", True)
    assert office.value("tenant_allowlist") == "acme,newcorp"


def test_whoever_never_gets_a_turn_is_told(office: Office) -> None:
    numbers = iter(range(100))
    others = [lambda: office.put("tenant_allowlist", f"t{next(numbers)}")] * 10
    with pytest.raises(ConcurrentChangeError):
        changes(office, *others).set_for_tenant(office.caller(), "tenant_allowlist", "acme", True)


def test_many_operators_at_once_lose_nobody_s_change(office: Office) -> None:
    def add(number: int) -> None:
        changes(office).set_for_tenant(office.caller(), "edge_disabled_tenants", f"t{number}", True)

    with ThreadPoolExecutor(4) as operators:
        list(operators.map(add, range(12)))
    listed = read_flag("edge_disabled_tenants", office.value("edge_disabled_tenants"))
    assert sorted(listed) == sorted(f"t{number}" for number in range(12))
    assert len(office.entries()) == 12


def test_a_writer_that_died_in_its_turn_is_waited_for_until_the_turn_ends(
    office: Office,
) -> None:
    dead = Turn(office.aws.dynamodb, office.table, lambda: time.time() - 25, lasts_s=30)
    never_given_back = dead.taken()
    never_given_back.__enter__()
    asked = (office.caller(), "edge_disabled_tenants", "acme", True)
    with pytest.raises(ConcurrentChangeError):
        changes(office, patience_s=0.0).set_for_tenant(*asked)
    later = Turn(office.aws.dynamodb, office.table, clock=lambda: time.time() + 6)
    with later.taken(), pytest.raises(ConcurrentChangeError):
        changes(office, patience_s=0.0).set_for_tenant(*asked)
    changes(office).set_for_tenant(*asked)
    assert office.value("edge_disabled_tenants") == "acme"


def test_without_dynamodb_whole_values_are_set_all_the_same(office: Office) -> None:
    office.faults({"service": "dynamodb", "status": 500})
    with pytest.raises(StoreUnavailableError):
        changes(office).set_for_tenant(office.caller(), "tenant_allowlist", "load", True)
    changes(office).shut_down(office.caller(), "all")
    changes(office).set_value(office.caller(), "tenant_allowlist", ["load"])
    office.faults()
    assert (office.value("kill_switch"), office.value("tenant_allowlist")) == ("true", "load")


def test_a_list_that_somebody_broke_is_not_built_upon(office: Office) -> None:
    office.put("tenant_allowlist", "acme,,load")
    with pytest.raises(FlagError, match="set the whole list"):
        changes(office).set_for_tenant(office.caller(), "tenant_allowlist", "x", True)
    changes(office).set_value(office.caller(), "tenant_allowlist", "acme, load")
    assert office.value("tenant_allowlist") == "acme,load"


def test_the_empty_list_is_written_so_that_workers_read_it_as_such(office: Office) -> None:
    changes(office).set_for_tenant(office.caller(), "tenant_allowlist", "acme", False)
    assert read_flag("tenant_allowlist", office.value("tenant_allowlist")) == ()


def test_without_ssm_nothing_is_changed_or_recorded(office: Office) -> None:
    office.faults({"service": "ssm", "status": 500})
    with pytest.raises(StoreUnavailableError):
        changes(office).set_value(office.caller(), "kill_switch", True)
    office.faults()
    assert FlagParameters(office.aws.ssm, office.folder).read("kill_switch") == SeenParameter()
    assert office.entries() == []
