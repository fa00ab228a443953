"""The architecture's pictures show what the template and the imports are today."""

from __future__ import annotations

from measure.architecture import PAGE, page, rooms, system
from measure.house import Shape


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run make architecture"


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
    assert 'SignFunction -->|"reads"| TenantsTable' in drawn


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
    assert 'SignFunction -->|"writes"| TenantsTable' in system({"Resources": resources})


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
    assert 'ManifestBucket -->|"invokes"| RecheckFunction' in drawn


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
    assert 'RecheckFunction -->|"reads"| ManifestBucket' in drawn


def test_an_import_that_follows_from_others_is_not_drawn() -> None:
    imports = {"a.x": {"b.x", "c.x"}, "b.x": {"c.x"}, "c.x": set()}
    drawn = rooms(Shape({}, {}, imports))
    assert "a_ --> b_" in drawn
    assert "b_ --> c_" in drawn
    assert "a_ --> c_" not in drawn
