"""The known answer: what the module makes of it, and that another module's would be seen."""

from __future__ import annotations

import dataclasses

import pytest

from edge_signer.health import builder_check
from edge_signer.health.builder_check import KNOWN_DEFINITION, BuilderCheck
from edge_signer.signing.manifest.tbs_module import TBS_MODULE
from tests.unit.health.test_report import EDGE


def test_the_installed_module_builds_what_is_known() -> None:
    check = BuilderCheck()
    assert [check().state for _ in range(2)] == ["ok", "ok"]


def test_another_answer_closes_the_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    other = dataclasses.replace(KNOWN_DEFINITION, instance_id="xmp:iid:other")
    monkeypatch.setattr(builder_check, "KNOWN_DEFINITION", other)
    finding = BuilderCheck()()
    assert (finding.state, finding.closes) == ("unavailable", EDGE)
    assert "the known answer is" in finding.details["error"]


def test_another_module_closes_the_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    other = dataclasses.replace(TBS_MODULE, sha256="0" * 64)
    monkeypatch.setattr("edge_signer.signing.manifest.builder.TBS_MODULE", other)
    finding = BuilderCheck()()
    assert (finding.state, finding.closes) == ("unavailable", EDGE)
    assert "the pinned one is" in finding.details["error"]


def test_a_refusal_of_the_module_closes_the_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = dataclasses.replace(KNOWN_DEFINITION, algorithm="RS256")
    monkeypatch.setattr(builder_check, "KNOWN_DEFINITION", refused)
    finding = BuilderCheck()()
    assert (finding.state, finding.closes) == ("unavailable", EDGE)
    assert finding.details["error"] == "AlgorithmUnknown"
