"""Creates the stack of a translated template: resources with state, and names for the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.account import PSEUDO_PARAMETERS
from emulator.errors import TemplateError
from emulator.stack.identities import IGNORED_TYPES, ignored_identity
from emulator.stack.intrinsics import Identity, Resolver, parameter_values
from emulator.stack.resources import CREATED_TYPES, Services, create


@dataclass(frozen=True)
class Resource:
    """One resource of the stack, fully resolved.

    Attributes:
        type: For instance AWS::KMS::Key.
        ref: Value of Ref.
        arn: Value of Fn::GetAtt for Arn; empty for types without one.
        properties: The resolved properties.
    """

    type: str
    ref: str
    arn: str
    properties: dict[str, Any]


def create_stack(
    document: Mapping[str, Any], parameters: Mapping[str, str], services: Services
) -> dict[str, Resource]:
    """Create a template's resources, each after those that it refers to.

    Args:
        document: The CloudFormation template.
        parameters: Values of template parameters.
        services: Where to create resources.

    Returns:
        Every resource whose Condition holds, by its logical id.

    Raises:
        TemplateError: The template has an unknown type, function or reference or a circular
            reference, or a service refuses a resource.
    """
    return _Stack(document, parameters, services).build()


class _Stack:
    def __init__(
        self, document: Mapping[str, Any], parameters: Mapping[str, str], services: Services
    ) -> None:
        values = parameter_values(document.get("Parameters", {}), parameters)
        self._document = document
        self._services = services
        self._identities: dict[str, Identity] = {}
        self._made: dict[str, Resource] = {}
        self._under_way: list[str] = []
        self._resolver = Resolver(document, {**PSEUDO_PARAMETERS, **values}, self._identify)

    def build(self) -> dict[str, Resource]:
        wanted = [name for name in self._document["Resources"] if self._resolver.is_wanted(name)]
        self._check_outputs()
        for logical_id in wanted:
            self._identify(logical_id)
        return {logical_id: self._made[logical_id] for logical_id in wanted}

    def _check_outputs(self) -> None:
        """Resolve the outputs: the emulator ignores them, but a mistake would stop a deployment."""
        for name, output in self._document.get("Outputs", {}).items():
            path = f"Outputs.{name}"
            if "Condition" not in output or self._resolver.condition(output["Condition"], path):
                self._resolver.resolve(output["Value"], path)

    def _identify(self, logical_id: str) -> Identity:
        if logical_id in self._identities:
            return self._identities[logical_id]
        if logical_id in self._under_way:
            circle = " → ".join([*self._under_way, logical_id])
            raise TemplateError(f"resources refer to each other in a circle: {circle}")
        self._under_way.append(logical_id)
        declared = self._document["Resources"][logical_id]
        type_name = str(declared.get("Type"))
        properties: dict[str, Any] = self._resolver.resolve(
            declared.get("Properties", {}), f"{logical_id}.Properties"
        )
        if type_name in CREATED_TYPES:
            identity = create(self._services, type_name, logical_id, properties)
        elif type_name in IGNORED_TYPES:
            identity = ignored_identity(type_name, logical_id, properties)
        else:
            raise TemplateError(f"{logical_id}: the emulator does not know the type {type_name}")
        self._under_way.pop()
        self._identities[logical_id] = identity
        self._made[logical_id] = Resource(
            type_name, identity.ref, identity.attributes.get("Arn", ""), properties
        )
        return identity


def replicate_keys(resources: Iterable[Resource], kms: Any, abroad: Any) -> None:
    """Replicate every multi-Region key with its aliases, as the stack in another region does.

    Args:
        resources: The stack.
        kms: Client of KMS in the stack's region.
        abroad: Client of KMS in the other region.

    Raises:
        TemplateError: Both regions are the same.
    """
    there = abroad.meta.region_name
    if there == kms.meta.region_name:
        raise TemplateError(f"KmsReplicaRegion: {there} is the stack's own region")
    stack = list(resources)
    replicated = {
        one.ref
        for one in stack
        if one.type == "AWS::KMS::Key" and one.properties.get("MultiRegion")
    }
    for key_id in replicated:
        kms.replicate_key(KeyId=key_id, ReplicaRegion=there)
    for one in stack:
        if one.type == "AWS::KMS::Alias" and one.properties["TargetKeyId"] in replicated:
            abroad.create_alias(AliasName=one.ref, TargetKeyId=one.properties["TargetKeyId"])
