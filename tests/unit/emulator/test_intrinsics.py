from __future__ import annotations

from typing import Any

import pytest

from emulator.errors import TemplateError
from emulator.stack.intrinsics import Identity, Resolver, parameter_values

DOCUMENT: dict[str, Any] = {
    "Conditions": {
        "IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
        "IsProd": {"Fn::Not": [{"Condition": "IsDev"}]},
        "Both": {"Fn::And": [{"Condition": "IsDev"}, {"Condition": "IsProd"}]},
        "Either": {"Fn::Or": [{"Condition": "IsDev"}, {"Condition": "IsProd"}]},
    },
    "Mappings": {"Sizes": {"dev": {"memory": 128}}},
    "Resources": {
        "Key": {"Type": "AWS::KMS::Key"},
        "OnlyProd": {"Type": "AWS::KMS::Key", "Condition": "IsProd"},
    },
}


@pytest.fixture
def resolver() -> Resolver:
    values = {"Stage": "dev", "Zones": ["a", "b"], "AWS::Region": "eu-west-1"}
    return Resolver(
        DOCUMENT, values, lambda name: Identity(f"id-of-{name}", {"Arn": f"arn:{name}"})
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "Key"}, "id-of-Key"),
        ({"Fn::GetAtt": ["Key", "Arn"]}, "arn:Key"),
        ({"Fn::GetAtt": "Key.Arn"}, "arn:Key"),
        (
            {"Fn::Sub": "${Stage}/${Key}/${Key.Arn}/${AWS::Region}"},
            "dev/id-of-Key/arn:Key/eu-west-1",
        ),
        ({"Fn::Sub": "${!Literal}"}, "${Literal}"),
        ({"Fn::Sub": ["${Own}-${Stage}", {"Own": {"Ref": "Key"}}]}, "id-of-Key-dev"),
        ({"Fn::If": ["IsDev", {"Ref": "Stage"}, "x"]}, "dev"),
        ({"Fn::If": ["IsProd", "x", "y"]}, "y"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}, "a-dev"),
        ({"Fn::Join": [",", {"Ref": "Zones"}]}, "a,b"),
        ({"Fn::Select": ["1", {"Ref": "Zones"}]}, "b"),
        ({"Fn::Split": ["|", "a|b"]}, ["a", "b"]),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "memory"]}, 128),
        ({"deep": [{"Ref": "Stage"}, 1, None]}, {"deep": ["dev", 1, None]}),
    ],
)
def test_a_function_gives_its_value(resolver: Resolver, value: Any, expected: Any) -> None:
    assert resolver.resolve(value, "Here") == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("IsDev", True), ("IsProd", False), ("Both", False), ("Either", True)]
)
def test_conditions_are_evaluated(resolver: Resolver, name: str, expected: bool) -> None:
    assert resolver.condition(name, "Here") is expected


def test_no_value_removes_the_property_or_the_item(resolver: Resolver) -> None:
    nothing = {"Fn::If": ["IsProd", "x", {"Ref": "AWS::NoValue"}]}

    assert resolver.resolve({"kept": 1, "gone": nothing, "items": [1, nothing]}, "Here") == {
        "kept": 1,
        "items": [1],
    }


def test_an_iam_condition_is_no_function(resolver: Resolver) -> None:
    statement = {"Condition": {"StringEquals": {"kms:MessageType": {"Ref": "Stage"}}}}

    assert resolver.resolve(statement, "Here") == {
        "Condition": {"StringEquals": {"kms:MessageType": "dev"}}
    }


def test_a_resource_whose_condition_is_false_is_not_wanted(resolver: Resolver) -> None:
    assert resolver.is_wanted("Key")
    assert not resolver.is_wanted("OnlyProd")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"Fn::Base64": "x"}, "the function Fn::Base64 is unknown"),
        ({"Ref": "Kye"}, "no parameter or resource Kye"),
        ({"Ref": "OnlyProd"}, "the condition of OnlyProd leaves it out"),
        ({"Fn::GetAtt": ["Key", "Colour"]}, "Key (AWS::KMS::Key) has no attribute Colour"),
        ({"Fn::Sub": "${Kye.Arn}"}, "no parameter or resource Kye"),
        ({"Fn::If": ["Unknown", 1, 2]}, "no condition Unknown"),
        ({"Fn::If": ["IsDev", 1]}, "Fn::If cannot be evaluated"),
        ({"Fn::Select": [5, ["a"]]}, "Fn::Select cannot be evaluated"),
        ({"Fn::FindInMap": ["Sizes", "prod", "memory"]}, "Fn::FindInMap cannot be evaluated"),
    ],
)
def test_what_cannot_be_resolved_is_named_with_its_place(
    resolver: Resolver, value: Any, reason: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        resolver.resolve({"Environment": [value]}, "Function.Properties")

    assert str(caught.value).startswith("Function.Properties.Environment[0]: ")
    assert reason in str(caught.value)


def test_parameters_take_given_values_before_defaults() -> None:
    declarations = {
        "Stage": {"Type": "String", "Default": "dev"},
        "Zones": {"Type": "CommaDelimitedList", "Default": "a, b"},
    }

    assert parameter_values(declarations, {"Stage": "prod", "Other": "x"}) == {
        "Stage": "prod",
        "Zones": ["a", "b"],
    }


@pytest.mark.parametrize(
    ("declaration", "reason"),
    [
        ({"Type": "String"}, "neither a value nor a default"),
        ({"Type": "String", "Default": "X", "AllowedPattern": "[a-z]"}, "does not match"),
        ({"Type": "String", "Default": "X", "AllowedValues": ["a"]}, "not in"),
    ],
)
def test_a_parameter_that_cloudformation_would_refuse_is_refused(
    declaration: dict[str, Any], reason: str
) -> None:
    with pytest.raises(TemplateError, match=reason):
        parameter_values({"Stage": declaration}, {})
