"""The OpenAPI document: made from the code, kept in docs, valid, and without a gap."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from cli.openapi.document import openapi_json
from cli.openapi.error_table import error_table, with_error_table
from cli.openapi.examples import REFUSALS
from edge_signer.http.catalogue import STATUS
from edge_signer.http.cross_origin import EXPOSED_HEADERS
from edge_signer.signing.rules.policy_directory import STANDARD_LABELS
from measure.house import imported_names
from tests.conftest import ROOT

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DOCUMENT = json.loads((ROOT / "docs/openapi.json").read_text())


def test_what_is_kept_is_what_the_code_says() -> None:
    assert (ROOT / "docs/openapi.json").read_text() == openapi_json(), "run `make openapi`"
    guide = (ROOT / "docs/api.md").read_text()
    assert guide == with_error_table(guide), "run `make openapi`"
    assert error_table() in guide


def test_it_is_valid_openapi_and_a_broken_one_is_not() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []
    broken = copy.deepcopy(DOCUMENT)
    broken["components"]["schemas"]["Action"]["type"] = "objekt"
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_every_operation_is_in_a_group_and_what_browsers_ask_comes_last() -> None:
    groups = [one["name"] for one in DOCUMENT["tags"]]
    by_tag: dict[str, set[str]] = {}
    for operations in DOCUMENT["paths"].values():
        for method, told in operations.items():
            (tag,) = told["tags"]
            by_tag.setdefault(tag, set()).add(method)
    assert groups[0] == "Signing"
    assert set(by_tag) == set(groups)
    assert by_tag[groups[-1]] == {"options"}
    assert not any("options" in methods for tag, methods in by_tag.items() if tag != groups[-1])


def test_no_sentence_stands_twice_at_its_beginning() -> None:
    info = DOCUMENT["info"]
    assert info["summary"].partition(",")[0] not in info["description"]


def test_a_generator_of_clients_finds_a_type_for_every_body() -> None:
    for operations in DOCUMENT["paths"].values():
        for told in operations.values():
            for media_type, content in told.get("requestBody", {}).get("content", {}).items():
                schema = content["schema"]
                named = schema.get("$ref", "").rpartition("/")[2]
                body = DOCUMENT["components"]["schemas"].get(named, schema)
                assert media_type in {"application/json", "application/octet-stream"}
                assert body["type"] in {"object", "string"}
                # A union of requirements would leave the body without a type.
                assert "anyOf" not in body


def test_every_schema_is_valid_and_used() -> None:
    text = json.dumps(DOCUMENT)
    for name, schema in DOCUMENT["components"]["schemas"].items():
        jsonschema_rs.meta.validate({**schema, "$schema": DIALECT})
        assert f'"#/components/schemas/{name}"' in text, name


def test_every_code_stands_under_its_status() -> None:
    told = {}
    for response in DOCUMENT["components"]["responses"].values():
        content = response["content"]["application/json"]
        for code in re.findall(r"^- `([A-Z0-9_]+)`", response["description"], re.MULTILINE):
            told[code] = content
    assert told.keys() == {kind.code for kind in STATUS}
    assert REFUSALS.keys() <= told.keys()
    responses = DOCUMENT["paths"]["/edge-sign"]["post"]["responses"]
    assert responses.keys() == {"200"} | {str(status) for status in STATUS.values()} - {
        "404",
        "405",
        "410",
    }


def test_scripts_may_read_every_header_of_an_answer() -> None:
    answer = DOCUMENT["paths"]["/edge-sign"]["post"]["responses"]["200"]["headers"]
    ours = {name for name in answer if not name.startswith("Access-Control-")}
    # Browsers let scripts read Cache-Control anyway (Fetch standard, "CORS-safelisted").
    assert ours - {"Vary", "Cache-Control"} <= set(EXPOSED_HEADERS)


def test_every_label_that_the_signer_makes_is_described() -> None:
    request = DOCUMENT["components"]["schemas"]["EdgeSignRequest"]["properties"]
    assert request["assertions"]["properties"].keys() >= set(STANDARD_LABELS)


@pytest.mark.parametrize("name", ["EdgeSignRequest", "EmbedRequest"])
def test_every_field_of_a_request_to_sign_says_what_it_is_for(name: str) -> None:
    for field, schema in DOCUMENT["components"]["schemas"][name]["properties"].items():
        assert schema.get("description"), field


def schema_of(name: str) -> Any:
    return jsonschema_rs.validator_for(
        {
            "$ref": f"#/components/schemas/{name}",
            "components": {"schemas": DOCUMENT["components"]["schemas"]},
        }
    )


CREATED = {
    "action": "created",
    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
}


@pytest.mark.parametrize(
    ("allowed", "assertions"),
    [
        (True, {"c2pa.actions": [CREATED]}),
        (True, {"c2pa.actions.v2": {"actions": [CREATED], "allActionsIncluded": True}}),
        (True, {"c2pa.training-mining": {"entries": {"c2pa.data_mining": {"use": "allowed"}}}}),
        (True, {"com.example.own": {"a": None}}),
        (False, {"c2pa.actions": []}),
        (False, {"c2pa.actions": [{"action": "cropped"}]}),
        (False, {"c2pa.actions": [{**CREATED, "changes": []}]}),
        (False, {"c2pa.actions": [CREATED, {"action": "c2pa.opend"}]}),
        (False, {"c2pa.other": {}}),
        (False, {"com.example.own": []}),
        (False, {"cawg.training-mining": {"limitations": "everything"}}),
    ],
)
def test_the_short_forms_and_the_standards_are_both_described(
    allowed: bool, assertions: dict[str, Any]
) -> None:
    request = {"asset_sha256": "0" * 64, "policy_id": "a-v1", "assertions": assertions}
    assert schema_of("EdgeSignRequest").is_valid(request) is allowed


def test_the_function_and_the_emulator_have_no_part_in_it() -> None:
    for folder in ("layers", "functions", "emulator"):
        for file in (ROOT / folder).rglob("*.py"):
            assert not [one for one in imported_names(file.read_text()) if "openapi" in one], file


def test_a_page_without_a_place_for_the_errors_is_told() -> None:
    with pytest.raises(ValueError, match="no place"):
        with_error_table("# The API\n")
