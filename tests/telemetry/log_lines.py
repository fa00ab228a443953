"""Every line of a function's log, held against the schema that operators are given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.conftest import ROOT

SCHEMA = ROOT / "docs/log-line.schema.json"


@cache
def _validator() -> Any:
    return jsonschema_rs.validator_for(json.loads(SCHEMA.read_text()), validate_formats=True)


def faults_of(log: str) -> Iterator[str]:
    """Tell which lines are none of the schema's."""
    for number, line in enumerate(log.splitlines(), 1):
        try:
            document = json.loads(line)
        except ValueError:
            yield f"line {number} is no JSON: {line}"
            continue
        if not _validator().is_valid(document):
            yield f"line {number}: {line}"


def require_canonical_lines(logs: Path) -> None:
    """Check the logs of every function of the real template."""
    for log in sorted(logs.glob("edge-signer-dev-*.log")):
        faults = list(faults_of(log.read_text()))
        assert not faults, f"{log.name}: {faults[:3]}"


def requests_of(log: str) -> list[dict[str, Any]]:
    """Give the lines of requests."""
    documents = [json.loads(line) for line in log.splitlines()]
    return [one for one in documents if one.get("message") == "request"]


def metrics_of(log: str) -> list[dict[str, Any]]:
    """Give the lines of metrics."""
    return [one for one in map(json.loads, log.splitlines()) if "_aws" in one]
