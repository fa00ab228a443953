from __future__ import annotations

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
#: What botocore asks by itself.
UNCALLED = {"HeadBucket"}
REGIONS = ["us-east-1", "eu-central-1", "ap-southeast-2", "us-gov-west-1", "cn-north-1"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("botocore") / "data"
    whole = Path(botocore.__file__).parent / "data"
    folder.mkdir()
    for service in (*SERVICES, "ec2"):
        shutil.copytree(whole / service, folder / service)
    for file in whole.glob("*.json"):
        shutil.copy(file, folder)
    keep_operations(folder, OPERATIONS)
    return folder


def client(models: Path | None, service: str, region: str) -> Any:
    session = Session()
    if models is not None:
        loader = Loader(extra_search_paths=[str(models)], include_default_search_paths=False)
        session.register_component("data_loader", loader)
    return session.create_client(
        service, region, aws_access_key_id="test", aws_secret_access_key="test"
    )


def parameters(client: Any) -> list[tuple[str, str]]:
    return [(one.name, one.type) for one in client.meta.service_model.client_context_parameters]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_client_speaks_as_one_with_all_descriptions_does(
    models: Path, service: str, region: str
) -> None:
    ours, whole = client(models, service, region), client(None, service, region)
    assert ours.meta.endpoint_url == whole.meta.endpoint_url
    assert parameters(ours) == parameters(whole)
    assert set(ours.meta.method_to_api_mapping.values()) == OPERATIONS[service]
    assert ours.meta.method_to_api_mapping.items() <= whole.meta.method_to_api_mapping.items()
    for operation in OPERATIONS[service]:
        told, all_told = (
            one.meta.service_model.operation_model(operation) for one in (ours, whole)
        )
        assert spelt_out(told) == spelt_out(all_told)


def spelt_out(operation: Any) -> Any:
    """Give all that is told of an operation's input and output, shape by shape."""
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
    return operation.http, seen


def test_what_functions_call_is_what_is_kept() -> None:
    session = Session()
    known = {
        xform_name(operation): operation
        for service in SERVICES
        for operation in session.get_service_model(service).operation_names
    }
    words = {word for file in SOURCES for word in re.findall(r"\w+", file.read_text())}
    called = {operation for method, operation in known.items() if method in words}
    kept = {operation for operations in OPERATIONS.values() for operation in operations}
    # Words such as `verify` are not KMS's alone.
    assert {one for one in called if "_" in xform_name(one)} <= kept
    assert kept - UNCALLED <= called


def test_errors_that_functions_tell_apart_are_kept(models: Path) -> None:
    caught = {
        (service, error)
        for file in SOURCES
        for service, error in re.findall(r"_(\w+)\.exceptions\.(\w+)", file.read_text())
    }
    assert ("ssm", "ParameterNotFound") in caught
    for service, error in caught:
        assert hasattr(client(models, service, "us-east-1").exceptions, error), (service, error)


def test_only_services_with_a_client_are_kept(models: Path) -> None:
    assert {one.name for one in models.iterdir() if one.is_dir()} == SERVICES


def test_a_service_that_botocore_does_not_describe_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="kmx"):
        keep_operations(tmp_path, {"kmx": {"Sign"}})


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
