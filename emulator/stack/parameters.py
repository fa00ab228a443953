"""Gives every parameter of a template its value, checked as CloudFormation checks it."""

import re
from collections.abc import Mapping
from typing import Any

from emulator.errors import TemplateError


def parameter_values(
    declarations: Mapping[str, Mapping[str, Any]], given: Mapping[str, str]
) -> dict[str, Any]:
    """Join what is given with the defaults of the rest.

    Args:
        declarations: The template's Parameters.
        given: Values by name; names that the template does not declare are ignored.

    Returns:
        A value by name; lists for the list types.

    Raises:
        TemplateError: A value is missing, or its AllowedPattern or AllowedValues refuse it.
    """
    return {name: _value(name, rules, given) for name, rules in declarations.items()}


def _value(name: str, rules: Mapping[str, Any], given: Mapping[str, str]) -> Any:
    value = given.get(name, rules.get("Default"))
    if value is None:
        raise TemplateError(f"the parameter {name} has neither a value nor a default")
    text = str(value)
    pattern = rules.get("AllowedPattern")
    if pattern is not None and not re.fullmatch(pattern, text):
        raise TemplateError(f"the parameter {name} is {text!r}, which {pattern} does not match")
    allowed = rules.get("AllowedValues")
    if allowed is not None and text not in map(str, allowed):
        raise TemplateError(f"the parameter {name} is {text!r}, which is not in {allowed}")
    kind = str(rules.get("Type", "String"))
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [item.strip() for item in text.split(",")]
    return text
