from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, get_args

import botocore
import pytest
from botocore.loaders import Loader
from botocore.session import Session

from deployment.packages import BuildError
from deployment.service_descriptions import keep_services, without_documentation
from edge_signer.platform.clients import Service

SERVICES = frozenset(get_args(Service))
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
    keep_services(folder, SERVICES)
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
    assert ours.meta.method_to_api_mapping == whole.meta.method_to_api_mapping
    for name, shape in whole.meta.service_model._shape_resolver._shape_map.items():
        assert ours.meta.service_model._shape_resolver._shape_map[name] == without_documentation(
            shape
        )


def test_only_services_with_a_client_are_kept(models: Path) -> None:
    assert {one.name for one in models.iterdir() if one.is_dir()} == SERVICES


def test_a_service_that_botocore_does_not_describe_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="kmx"):
        keep_services(tmp_path, frozenset({"kmx"}))


def test_texts_are_emptied_and_members_of_that_name_stay() -> None:
    members = {"documentation": {"shape": "String"}}
    assert without_documentation({"documentation": "A text.", "members": members}) == {
        "documentation": "",
        "members": members,
    }
