"""The architecture's pictures show what the template and the imports are today."""

from __future__ import annotations

import pytest

from measure.architecture import IMAGES, PAGE, drawings, page, rooms, system
from measure.house import Shape


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run make architecture"


@pytest.mark.parametrize("name", drawings())
def test_every_drawing_is_up_to_date(name: str) -> None:
    assert (IMAGES / name).read_text() == drawings()[name], "run make architecture"


def test_an_arrow_is_what_iam_allows() -> None:
    statement = {
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:DeleteItem"],
        "Resource": {"Fn::GetAtt": ["TenantsTable", "Arn"]},
    }
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"Policies": [{"Statement": [statement, {**statement, "Effect": "Deny"}]}]},
    }
    drawn = system({"Resources": {"SignFunction": function}})
    assert drawn["SignFunction", "TenantsTable"] == {"reads"}


def test_an_arrow_is_also_what_a_policy_allows_that_several_functions_have() -> None:
    statement = {
        "Effect": "Allow",
        "Action": "dynamodb:PutItem",
        "Resource": {"Fn::GetAtt": ["TenantsTable", "Arn"]},
    }
    resources = {
        "SharedPolicy": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": {"Statement": [statement]}},
        },
        "SignFunction": {
            "Type": "AWS::Serverless::Function",
            "Properties": {"Policies": [{"Ref": "SharedPolicy"}]},
        },
    }
    assert system({"Resources": resources})["SignFunction", "TenantsTable"] == {"writes"}


def test_a_bucket_has_an_arrow_to_the_function_that_it_tells_of_its_objects() -> None:
    configuration = {"Function": {"Ref": "RecheckFunction.Alias"}, "Event": "s3:ObjectCreated:*"}
    told = {"LambdaConfigurations": [configuration]}
    resources = {
        "ManifestBucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "NotificationConfiguration": {"Fn::If": ["RechecksManifests", told, None]}
            },
        },
    }
    drawn = system({"Resources": resources})
    assert drawn["ManifestBucket", "RecheckFunction"] == {"invokes"}


def test_a_resource_that_a_statement_names_has_its_arrow() -> None:
    statement = {
        "Effect": "Allow",
        "Action": "s3:GetObjectVersion",
        "Resource": {"Fn::Sub": "arn:aws:s3:::edge-signer-${Stage}-manifests-1/*/id/*.c2pa"},
    }
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"Policies": [{"Statement": [statement]}]},
    }
    drawn = system({"Resources": {"RecheckFunction": function}})
    assert drawn["RecheckFunction", "ManifestBucket"] == {"reads"}


def test_an_import_that_follows_from_others_is_not_drawn() -> None:
    imports = {"a.x": {"b.x", "c.x"}, "b.x": {"c.x"}, "c.x": set()}
    drawn = rooms(Shape({}, {}, imports))
    assert drawn == {"a": {"b"}, "b": {"c"}, "c": set()}
