"""The variables that the template gives a function are its settings, all of them and no others."""

from __future__ import annotations

import ast
import copy
import importlib
from pathlib import Path
from typing import Any

from emulator.stack.template import Template, translate
from tests.conftest import ROOT
from tests.guards.template_guard import functions

TRANSLATED = translate(
    (ROOT / "template.yaml").read_text(),
    {"ManifestBaseUrl": "https://example.com"},
    ROOT / "template.yaml",
)
# Lambda tells these itself.
GIVEN = {"AWS_REGION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"}


def settings_of(folder: Path) -> Any:
    """The model out of which a handler reads its environment."""
    tree = ast.parse((folder / "app.py").read_text())
    called = {
        node.func.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "from_environment"
        and isinstance(node.func.value, ast.Name)
    }
    assert len(called) == 1, f"{folder}: it reads its settings with one call of from_environment"
    (name,) = called
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and name in {one.name for one in node.names}:
            return getattr(importlib.import_module(str(node.module)), name)
    raise AssertionError(f"{folder}: {name} is imported from nowhere")


def variable_faults(document: dict[str, Any]) -> list[str]:
    """Say which variables nobody reads, and which settings nobody is told."""
    template = Template(ROOT / "template.yaml", document)
    found: list[str] = []
    told: dict[str, set[str]] = {}
    models: dict[str, set[str]] = {}
    for logical_id, properties in functions(document).items():
        folder = template.local_directory(properties["Code"])
        assert folder is not None
        model = settings_of(folder)
        known = {name.upper(): one.is_required() for name, one in model.model_fields.items()}
        variables = set(properties.get("Environment", {}).get("Variables", {}))
        required = {name for name, needed in known.items() if needed} - GIVEN
        found += [f"{logical_id}: nobody reads {one}" for one in variables - known.keys()]
        found += [f"{logical_id}: {one} is missing" for one in required - variables]
        models[model.__name__] = set(known)
        told.setdefault(model.__name__, set()).update(variables)
    for name, known_names in models.items():
        found += [f"{name}: nobody is told {one}" for one in known_names - told[name] - GIVEN]
    return sorted(set(found))


def test_every_variable_is_a_setting_and_every_setting_a_variable() -> None:
    assert variable_faults(TRANSLATED) == []


def test_a_variable_too_many_or_too_few_is_seen() -> None:
    mutated = copy.deepcopy(TRANSLATED)
    variables = functions(mutated)["SignFunction"]["Environment"]["Variables"]
    variables["COLOUR"] = "red"
    del variables["STAGE"], variables["TSA_URL"]
    assert variable_faults(mutated) == [
        "Settings: nobody is told STAGE",
        "Settings: nobody is told TSA_URL",
        "SignFunction: STAGE is missing",
        "SignFunction: nobody reads COLOUR",
    ]
