"""One lock: everything that is installed or shipped is a part of it."""

from __future__ import annotations

import json
import re

import pytest

from tests.conftest import ROOT

PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


def pins(name: str) -> set[tuple[str, str]]:
    found = set(PIN.findall((ROOT / "requirements" / f"{name}.txt").read_text()))
    assert found
    return found


@pytest.mark.parametrize("part", ["derivatives", "lambda", "layer", "run", "setup"])
def test_every_part_is_a_subset_of_the_lock(part: str) -> None:
    assert pins(part) <= pins("lock")


@pytest.mark.parametrize(
    "name",
    [
        *("derivatives", "lambda", "layer", "ministack", "run", "setup"),
        *("lock", "sam", "tools", "wasmer"),
    ],
)
def test_every_requirement_has_a_hash_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    for requirement in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert PIN.match(requirement), requirement
        assert "--hash=sha256:" in requirement, requirement
    assert "://" not in text
    assert "index-url" not in text


@pytest.mark.parametrize("folder", ["clients/js", "measure/engines/node", "examples/sharp"])
def test_every_npm_package_has_a_hash_and_no_address(folder: str) -> None:
    text = (ROOT / folder / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)
    assert "://" not in text


def test_running_needs_neither_the_compiler_nor_sam() -> None:
    assert {name for name, _ in pins("run")}.isdisjoint({"ziglang", "aws-sam-cli"})


def test_the_layer_ships_nothing_of_the_laptops() -> None:
    names = {name for name, _ in pins("layer")}
    assert names.isdisjoint({"moto", "c2pa-python", "typer", "rich", "aws-sam-translator"})
