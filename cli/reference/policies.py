"""The page of a policy's fields, from the model that reads policies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from typing import Any

from pydantic import BaseModel

from cli.reference.markdown import code, plain, table
from edge_signer.signing.rules.policy import (
    AllowedIngredients,
    ClaimGeneratorInfo,
    SigningPolicy,
    SourceTypeAlias,
)

HEAD = """# Policy fields

`make reference` writes this page from the model that reads policies. A policy with any other field
is refused. [Policies](../operations/policies.md) says what they are for and how to install one,
and `edge-signer policies show newsroom-default-v3` prints a complete policy.
"""
_INSIDE: dict[str, type[BaseModel]] = {
    "claim_generator_info": ClaimGeneratorInfo,
    "ingredients": AllowedIngredients,
    "source_type_aliases": SourceTypeAlias,
}


def policies_page() -> str:
    """Give the page."""
    sections = [HEAD, f"## A policy\n\n{_fields(SigningPolicy)}"]
    for field, model in _INSIDE.items():
        sections.append(f"## `{field}`\n\n{_fields(model)}")
    return "\n".join(sections)


def _fields(model: type[BaseModel]) -> str:
    told = dict(_attributes(cleandoc(model.__doc__ or "")))
    schema = model.model_json_schema()
    required = schema.get("required", [])
    rows = (
        (
            code(name),
            _form(one, schema),
            "required" if name in required else _default(one),
            plain(told.get(name, "")),
        )
        for name, one in schema["properties"].items()
    )
    return table(("field", "form", "default", ""), rows)


def _attributes(docstring: str) -> Iterator[tuple[str, str]]:
    _, _, listed = docstring.partition("Attributes:\n")
    for name, text in re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", listed, re.MULTILINE):
        yield name, re.sub(r"; None for (\w+)", r"; absent for \1", " ".join(text.split()))


def _default(schema: dict[str, Any]) -> str:
    match schema.get("default"):
        case None:
            return "absent"
        case [] | {}:
            return "none"
        case True | False as value:
            return code(str(value).lower())
        case value:
            return code(str(value))


def _form(schema: dict[str, Any], whole: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        field = next((one for one, model in _INSIDE.items() if model.__name__ == name), None)
        return f"[{code(field)}](#{field})" if field else _form(whole["$defs"][name], whole)
    if choices := schema.get("anyOf"):
        return ", or ".join(_form(one, whole) for one in choices if one.get("type") != "null")
    return _simple_form(schema, whole)


def _simple_form(schema: dict[str, Any], whole: dict[str, Any]) -> str:
    if values := schema.get("enum"):
        return ", ".join(code(str(one)) for one in values)
    if schema.get("type") == "array":
        return f"list of {_form(schema['items'], whole)}"
    if schema.get("type") == "object":
        inside = schema.get("additionalProperties")
        return f"map to {_form(inside, whole)}" if isinstance(inside, dict) else "map"
    if pattern := schema.get("pattern"):
        return code(pattern)
    return {"string": "text", "boolean": "`true` or `false`", "integer": "number"}.get(
        schema.get("type", ""), "anything"
    )
