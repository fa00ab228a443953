"""The page of the template's parameters."""

from __future__ import annotations

from typing import Any

from samtranslator.yaml_helper import yaml_parse

from cli.reference.markdown import code, plain, table
from emulator.local_state import checkout

HEAD = """# Template parameters

`make reference` writes this page from `template.yaml`. All parameters have a default.
[Deploying](../deploy.md#parameters) groups them by purpose. Set them in `parameter_overrides` of
the stage in `samconfig.toml`.

"""


def parameters_page() -> str:
    """Give the page."""
    parameters = yaml_parse((checkout() / "template.yaml").read_text(encoding="utf-8"))[
        "Parameters"
    ]
    rows = (
        (code(name), code(str(one["Default"])) or "empty", _allowed(one), plain(one["Description"]))
        for name, one in sorted(parameters.items())
    )
    return HEAD + table(("parameter", "default", "allowed", ""), rows)


def _allowed(parameter: dict[str, Any]) -> str:
    if values := parameter.get("AllowedValues"):
        return ", ".join(code(str(one)) for one in values)
    if "MaxValue" in parameter:
        return f"{parameter['MinValue']} to {parameter['MaxValue']}"
    if "MinValue" in parameter:
        return f"{parameter['MinValue']} or more"
    return code(parameter.get("AllowedPattern", "")) or "any text"
