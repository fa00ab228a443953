"""Resolves CloudFormation's intrinsic functions against one account, region and stack.

The functions are those of the CloudFormation user guide, chapter "Intrinsic function reference".
A function that this module does not know is an error; its value is never left as it was.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.errors import TemplateError


def parameter_values(
    declarations: Mapping[str, Mapping[str, Any]], given: Mapping[str, str]
) -> dict[str, Any]:
    """Return the parameters' values: the given ones, and defaults for the rest.

    Args:
        declarations: The template's Parameters.
        given: Values by name; undeclared names are ignored.

    Returns:
        A value by name; lists for the list types.

    Raises:
        TemplateError: A value is missing, or violates AllowedPattern or AllowedValues.
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


_NOTHING = object()
_PLACEHOLDER = re.compile(r"\$\{(!?[^}]+)\}")


@dataclass(frozen=True)
class Identity:
    """The values by which a template refers to a resource.

    Attributes:
        ref: Value of Ref.
        attributes: Values of Fn::GetAtt, by attribute.
    """

    ref: str
    attributes: Mapping[str, str] = field(default_factory=dict)


class Resolver:
    """Evaluates the functions of one template.

    Args:
        document: The CloudFormation template.
        values: Every template parameter and pseudo parameter, by name.
        identify: Returns the identity of a resource, which it creates first if necessary.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        values: Mapping[str, Any],
        identify: Callable[[str], Identity],
    ) -> None:
        self._resources: Mapping[str, Any] = document.get("Resources", {})
        self._conditions: Mapping[str, Any] = document.get("Conditions", {})
        self._mappings: Mapping[str, Any] = document.get("Mappings", {})
        self._values = values
        self._identify = identify
        self._functions: Mapping[str, Callable[[Any, str], Any]] = {
            "Ref": self._ref,
            "Condition": self.condition,
            "Fn::And": lambda parts, path: all(self.resolve(part, path) for part in parts),
            "Fn::Equals": lambda pair, path: (
                self.resolve(pair[0], path) == self.resolve(pair[1], path)
            ),
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": self._get_attribute,
            "Fn::If": self._choose,
            "Fn::Join": lambda parts, path: str(parts[0]).join(
                str(part) for part in self.resolve(parts[1], path)
            ),
            "Fn::Not": lambda parts, path: not self.resolve(parts[0], path),
            "Fn::Or": lambda parts, path: any(self.resolve(part, path) for part in parts),
            "Fn::Select": lambda parts, path: self.resolve(parts[1], path)[
                int(self.resolve(parts[0], path))
            ],
            "Fn::Split": lambda parts, path: str(self.resolve(parts[1], path)).split(parts[0]),
            "Fn::Sub": self._substitute,
        }

    def is_wanted(self, logical_id: str) -> bool:
        """Return whether a resource's Condition, if it has one, holds.

        Raises:
            TemplateError: The condition does not exist or cannot be evaluated.
        """
        name = self._resources[logical_id].get("Condition")
        return name is None or self.condition(name, f"{logical_id}.Condition")

    def condition(self, name: str, path: str) -> bool:
        """Evaluate a named condition.

        Args:
            name: Its name under Conditions.
            path: Where it is used, for errors.

        Raises:
            TemplateError: The condition does not exist or cannot be evaluated.
        """
        if name not in self._conditions:
            raise TemplateError(f"{path}: there is no condition {name}")
        return bool(self.resolve(self._conditions[name], f"Conditions.{name}"))

    def resolve(self, value: Any, path: str) -> Any:
        """Return a value with all its functions evaluated.

        Args:
            value: Any part of the template.
            path: Where it is, resource first, for errors.

        Raises:
            TemplateError: A function, parameter, resource or attribute is unknown, or an
                argument has the wrong form.
        """
        resolved = self._evaluate(value, path)
        return None if resolved is _NOTHING else resolved

    def _evaluate(self, value: Any, path: str) -> Any:
        if isinstance(value, list):
            items = [self._evaluate(item, f"{path}[{n}]") for n, item in enumerate(value)]
            return [item for item in items if item is not _NOTHING]
        if not isinstance(value, dict):
            return value
        name = self._function_name(value)
        if name is None:
            members = {key: self._evaluate(item, f"{path}.{key}") for key, item in value.items()}
            return {key: item for key, item in members.items() if item is not _NOTHING}
        if name not in self._functions:
            raise TemplateError(f"{path}: the function {name} is unknown")
        try:
            return self._functions[name](value[name], path)
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            raise TemplateError(f"{path}: {name} cannot be evaluated: {error}") from error

    @staticmethod
    def _function_name(value: Mapping[str, Any]) -> str | None:
        if len(value) != 1:
            return None
        (name,) = value
        # An IAM statement has a Condition too, but it is a map.
        is_function = name == "Ref" or name.startswith("Fn::")
        return (
            name if is_function or (name == "Condition" and isinstance(value[name], str)) else None
        )

    def _ref(self, name: str, path: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        if name in self._values:
            return self._values[name]
        return self._identity(name, path).ref

    def _get_attribute(self, target: Any, path: str) -> str:
        logical_id, attribute = target.split(".", 1) if isinstance(target, str) else target
        identity = self._identity(logical_id, path)
        if attribute not in identity.attributes:
            type_name = self._resources[logical_id].get("Type")
            raise TemplateError(f"{path}: {logical_id} ({type_name}) has no attribute {attribute}")
        return identity.attributes[attribute]

    def _identity(self, logical_id: str, path: str) -> Identity:
        if logical_id not in self._resources:
            raise TemplateError(f"{path}: there is no parameter or resource {logical_id}")
        if not self.is_wanted(logical_id):
            raise TemplateError(f"{path}: the condition of {logical_id} leaves it out")
        return self._identify(logical_id)

    def _choose(self, parts: list[Any], path: str) -> Any:
        name, if_true, if_false = parts
        return self._evaluate(if_true if self.condition(name, path) else if_false, path)

    def _find_in_map(self, keys: list[Any], path: str) -> Any:
        name, first, second = (self.resolve(key, path) for key in keys)
        return self._mappings[name][first][second]

    def _substitute(self, argument: Any, path: str) -> str:
        text, names = argument if isinstance(argument, list) else (argument, {})

        def replacement(match: re.Match[str]) -> str:
            name = match[1].strip()
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in names:
                return str(self.resolve(names[name], path))
            if "." in name:
                return self._get_attribute(name, path)
            value = self._ref(name, path)
            if value is _NOTHING:
                raise TemplateError(f"{path}: AWS::NoValue cannot stand in a text")
            return str(value)

        return _PLACEHOLDER.sub(replacement, text)
