from __future__ import annotations

import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.session import Session

from deployment.packages import BuildError
from deployment.service_descriptions import (
    keep_operations,
    with_operations,
    without_documentation,
)
from edge_signer.platform import clients
from tests.conftest import ROOT

OPERATIONS: dict[str, frozenset[str]] = dict(clients.OPERATIONS.items())
SERVICES = OPERATIONS.keys()
SOURCES = [one for name in ("layers", "functions") for one in (ROOT / name).rglob("*.py")]
#: What code catches of a client, by its service.
CAUGHT = rf"\b_?({'|'.join(SERVICES)})\.exceptions\.(\w+)"
WHOLE = Path(botocore.__file__).parent / "data"
REGIONS = ["us-east-1", "eu-central-1", "ap-southeast-2", "us-gov-west-1", "cn-north-1"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("botocore") / "data"
    folder.mkdir()
    for service in (*SERVICES, "ec2"):
        shutil.copytree(WHOLE / service, folder / service)
    for file in WHOLE.glob("*.json"):
        shutil.copy(file, folder)
    keep_operations(folder, OPERATIONS)
    return folder


def client(models: Path | None, service: str, region: str) -> Any:
    session = Session()
    if models is not None:
        loader = Loader(include_default_search_paths=False)
        # As botocore's own, which in the layer they are: endpoints are found otherwise in others.
        loader.BUILTIN_DATA_PATH = str(models)
        loader.search_paths.append(str(models))
        session.register_component("data_loader", loader)
    return session.create_client(
        service, region, aws_access_key_id="test", aws_secret_access_key="test"
    )


class Caught(Exception):
    """A request on its way out; its text is where to."""


def url_of_a_call(client: Any, operation: str) -> str:
    """Give where a call would be sent."""

    def catch(request: Any, **_: Any) -> None:
        raise Caught(request.url)

    client.meta.events.register("before-send", catch)
    with pytest.raises(Caught) as caught:
        getattr(client, xform_name(operation))(**CALLS[operation])
    return str(caught.value)


CALLS: dict[str, dict[str, Any]] = {
    "GetPublicKey": {"KeyId": "alias/a"},
    "GetObject": {"Bucket": "manifests", "Key": "acme/sha256/0.c2pa"},
    "GetParameter": {"Name": "/edge-signer/dev/flags"},
    "GetItem": {"TableName": "edge-signer-dev-tenants", "Key": {"id": {"S": "a"}}},
    "Invoke": {"FunctionName": "edge-signer-dev-fallback"},
}


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_client_speaks_as_one_with_all_descriptions_does(
    models: Path, service: str, region: str
) -> None:
    ours, whole = client(models, service, region), client(None, service, region)
    assert ours.meta.endpoint_url == whole.meta.endpoint_url
    (called,) = CALLS.keys() & OPERATIONS[service]
    assert url_of_a_call(ours, called) == url_of_a_call(whole, called)


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_what_is_kept_is_told_whole(models: Path, service: str) -> None:
    ours, whole = (client(one, service, "us-east-1").meta.service_model for one in (models, None))
    assert set(ours.operation_names) == OPERATIONS[service]
    for operation in OPERATIONS[service]:
        told, all_told = (one.operation_model(operation) for one in (ours, whole))
        assert told._operation_model == without_documentation(all_told._operation_model)
        assert shapes(told) == shapes(all_told)
    cut = ("operations", "shapes", "documentation")
    told, all_told = (
        {name: part for name, part in one._service_description.items() if name not in cut}
        for one in (ours, whole)
    )
    assert told == without_documentation(all_told)


def shapes(operation: Any) -> dict[str, Any]:
    """Give what an operation takes, gives and fails with, shape by shape."""
    seen: dict[str, Any] = {}

    def look(shape: Any) -> None:
        if shape is None or shape.name in seen:
            return
        seen[shape.name] = without_documentation(dict(shape._shape_model))
        for part in [
            *getattr(shape, "members", {}).values(),
            *(getattr(shape, name, None) for name in ("member", "key", "value")),
        ]:
            look(part)

    for shape in (operation.input_shape, operation.output_shape, *operation.error_shapes):
        look(shape)
    return seen


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_rules_of_endpoints_are_whole(models: Path, service: str) -> None:
    (ours,) = (models / service).glob("*/endpoint-rule-set-1.json")
    whole = WHOLE / service / ours.parent.name / f"{ours.name}.gz"
    rules = json.loads(gzip.decompress(whole.read_bytes()))
    assert json.loads(ours.read_bytes()) == without_documentation(rules)


def test_what_functions_call_is_what_is_kept() -> None:
    session = Session()
    code = "\n".join(file.read_text() for file in SOURCES)
    called = {
        (service, operation)
        for service in SERVICES
        for operation in session.get_service_model(service).operation_names
        for method in [xform_name(operation)]
        if re.search(rf"""\.{method}\(|["']{method}["']""", code)
    }
    kept = {(service, one) for service, operations in OPERATIONS.items() for one in operations}
    # The functions verify with cryptography, and never by KMS.
    assert called - kept == {("kms", "Verify")}
    own = ("CreateBucket", "CreateSession", "HeadBucket")
    assert kept - called == {("s3", one) for one in own}


@pytest.mark.parametrize("region", REGIONS)
def test_the_form_of_an_upload_has_the_address_that_all_descriptions_give(
    models: Path, region: str
) -> None:
    forms = [
        client(one, "s3", region).generate_presigned_post("uploads", "an/upload")["url"]
        for one in (models, None)
    ]
    assert forms[0] == forms[1]


def test_errors_that_functions_tell_apart_are_kept(models: Path) -> None:
    caught = {
        (service, error)
        for file in SOURCES
        for service, error in re.findall(CAUGHT, file.read_text())
    }
    assert ("ssm", "ParameterNotFound") in caught
    for service, error in caught:
        assert hasattr(client(models, service, "us-east-1").exceptions, error), (service, error)


def test_only_services_with_a_client_are_kept(models: Path) -> None:
    assert {one.name for one in models.iterdir() if one.is_dir()} == SERVICES


def test_a_service_that_botocore_does_not_describe_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="kmx"):
        keep_operations(tmp_path, {"kmx": {"Sign"}})


def test_a_description_of_another_form_stops_the_build(tmp_path: Path) -> None:
    version = tmp_path / "kms" / "2014-11-01"
    version.mkdir(parents=True)
    (version / "service-2.json").write_text("{}")
    with pytest.raises(BuildError, match="kms"):
        keep_operations(tmp_path, {"kms": {"Sign"}})


def test_an_operation_that_botocore_does_not_describe_stops_the_build() -> None:
    with pytest.raises(BuildError, match="Sing"):
        with_operations({"operations": {"Sign": {}}, "shapes": {}}, {"Sign", "Sing"})


def test_shapes_that_name_each_other_are_kept_and_others_are_not() -> None:
    value = {"type": "structure", "members": {"L": {"shape": "Values"}, "shape": {"shape": "Text"}}}
    shapes = {
        "Value": value,
        "Values": {"type": "list", "member": {"shape": "Value"}},
        "Text": {"type": "string"},
        "Other": {"type": "string"},
    }
    operations = {"Put": {"input": {"shape": "Value"}}, "Get": {"input": {"shape": "Other"}}}
    kept = with_operations({"operations": operations, "shapes": shapes}, {"Put"})
    assert kept["operations"] == {"Put": operations["Put"]}
    assert kept["shapes"] == {name: shapes[name] for name in ("Value", "Values", "Text")}


def test_texts_are_emptied_and_members_of_that_name_stay() -> None:
    members = {"documentation": {"shape": "String"}}
    assert without_documentation({"documentation": "A text.", "members": members}) == {
        "documentation": "",
        "members": members,
    }
