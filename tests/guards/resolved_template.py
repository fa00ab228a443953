"""The real template as CloudFormation would see it, with nothing left to resolve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.account import PSEUDO_PARAMETERS
from emulator.stack.creation import Resource
from emulator.stack.identities import IGNORED_TYPES, ignored_identity
from emulator.stack.intrinsics import Identity, Resolver, parameter_values
from emulator.stack.template import translate
from tests.conftest import ROOT

TEMPLATE = ROOT / "template.yaml"


def resolved_resources(**given: str) -> dict[str, Resource]:
    """Give every resource that is wanted, by logical id.

    Args:
        given: Values of template parameters.
    """
    document = translate(TEMPLATE.read_text(), given, TEMPLATE)
    values = parameter_values(
        document["Parameters"], {"ManifestBaseUrl": "https://example.com", **given}
    )
    resources: Mapping[str, Any] = document["Resources"]

    def identify(name: str) -> Identity:
        type_name = resources[name]["Type"]
        if type_name not in IGNORED_TYPES:
            # Nothing that the tests look at tells one name of these from another.
            return Identity(name, {"Arn": name, "RegionalDomainName": f"{name}.invalid"})
        return ignored_identity(type_name, name, properties(name))

    def properties(name: str) -> Any:
        return resolver.resolve(resources[name].get("Properties", {}), name)

    resolver = Resolver(document, {**PSEUDO_PARAMETERS, **values}, identify)
    return {
        name: Resource(
            resource["Type"],
            identify(name).ref,
            identify(name).attributes.get("Arn", ""),
            properties(name),
        )
        for name, resource in resources.items()
        if resolver.is_wanted(name)
    }


def of_type(resources: Mapping[str, Resource], type_name: str) -> dict[str, dict[str, Any]]:
    """Give the properties of the resources of a type, by logical id."""
    return {name: one.properties for name, one in resources.items() if one.type == type_name}
