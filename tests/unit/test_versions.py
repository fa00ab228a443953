"""One version everywhere: a release is of one state of the project."""

from __future__ import annotations

import json
import re
import tomllib

from deployment.release import version
from tests.conftest import ROOT


def test_all_that_is_released_has_the_projects_version() -> None:
    client = tomllib.loads((ROOT / "client/pyproject.toml").read_text())["project"]
    page = json.loads((ROOT / "clients/js/package.json").read_text())
    template = (ROOT / "template.yaml").read_text()
    (application,) = re.findall(r"^    SemanticVersion: (\S+)$", template, re.MULTILINE)
    assert {client["version"], page["version"], application} == {version()}


def test_the_layers_packages_are_among_the_commands() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert set(project["dependency-groups"]["layer"]) <= set(project["project"]["dependencies"])
