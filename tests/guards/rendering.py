"""Values of a template with their intrinsic functions, as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def rendered(value: Any) -> str:
    """Write a value with its intrinsic functions as Fn::Sub would name them."""
    if isinstance(value, Mapping):
        (function, argument), *_ = value.items()
        if function == "Fn::Sub":
            text, names = argument if isinstance(argument, list) else (argument, {})
            for name, meant in names.items():
                text = text.replace(f"${{{name}}}", rendered(meant))
            return str(text)
        if function == "Fn::If":
            return "|".join(map(rendered, argument[1:]))
        if function == "Fn::Split":
            return rendered(argument[1])
        if function == "Ref":
            return f"${{{argument}}}"
        if function == "Fn::GetAtt":
            return f"${{{argument if isinstance(argument, str) else '.'.join(argument)}}}"
        if function == "Fn::Join":
            return str(argument[0]).join(map(rendered, argument[1]))
        return f"{function}*"
    return str(value)
