"""`embed: true` over HTTP: the answer holds the signed file, the same one each time it is asked."""

from __future__ import annotations

import base64
import random
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge_signer.configuration.flags import MAX_PAYLOAD_BYTES
from edge_signer.http.routes.edge_sign_models import max_inline_bytes
from emulator.system import Settings
from tests.e2e.conftest import body, calls, inline_body, post
from tests.judges.engines import require_all_trust
from tests.media.sample_assets import SAMPLE_ASSETS, jpeg, movie, png
from tests.signers.software_signer import ACTIONS
from tests.system.running import Answer, Running, running

LARGE_BYTES = 1024 * 1024
EDGELESS = "testcorp"
TABLE = "edge-signer-dev-requests"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system in which operators have allowed large requests, and no edge to one tenant."""
    settings = Settings(port=0, state_directory=tmp_path_factory.mktemp("inline"))
    with running(settings) as system:
        for name, value in {
            "max_payload_size": str(MAX_PAYLOAD_BYTES),
            "edge_disabled_tenants": EDGELESS,
        }.items():
            system.client("ssm").put_parameter(
                Name=f"/edge-signer/dev/flags/{name}", Type="String", Value=value
            )
        yield system


def embed_body(asset: bytes, **changes: Any) -> dict[str, Any]:
    return {**inline_body(asset), "embed": True, **changes}


def signed_file(answer: Answer) -> bytes:
    assert answer.status == 200, answer
    return base64.b64decode(answer.json()["asset"], validate=True)


def require_trusted(system: Running, file: bytes, media_type: str) -> None:
    require_all_trust(file, media_type, None, Path(system.state.anchors).read_text())


@pytest.mark.parametrize("name", ["JPEG", "MP4", "PDF", "WAV"])
def test_the_answer_holds_the_signed_file_beside_its_manifest(system: Running, name: str) -> None:
    asset = SAMPLE_ASSETS[name]
    answer = post(system, embed_body(asset.content))
    require_trusted(system, signed_file(answer), asset.media_type)
    told = answer.json()
    assert told["manifest_url"].endswith(f"{body(asset.content)['asset_sha256']}.embedded.c2pa")
    store = base64.b64decode(told["manifest"])
    kept = system.call("GET", told["manifest_url"].removeprefix(system.state.url))
    assert kept.body == store
    assert "layout;dur=" in answer.headers["server-timing"]


def test_a_time_stamped_file_is_trusted(system: Running) -> None:
    answer = post(system, embed_body(png(), tsa=True))
    require_trusted(system, signed_file(answer), "image/png")
    assert answer.json()["tsa_token_url"]


def test_the_same_key_gets_the_same_file_and_one_signature(system: Running) -> None:
    before = calls(system, "kms.Sign")
    key = {"Idempotency-Key": f"inline-{uuid.uuid4()}"}
    first, second = (post(system, embed_body(movie(b"isom")), **key) for _ in range(2))
    assert calls(system, "kms.Sign") == before + 1
    assert (first.status, second.headers["idempotency-replayed"]) == (200, "true")
    assert first.body == second.body
    require_trusted(system, signed_file(second), "video/mp4")
    other = post(system, embed_body(movie(b"mp42")), **key)
    assert other.json()["code"] == "IDEMPOTENCY_MISMATCH"


def test_a_file_that_is_not_the_recorded_manifests_is_not_sent(system: Running) -> None:
    """As if the module had changed between the two requests."""
    request, key = embed_body(png()), {"Idempotency-Key": f"inline-{uuid.uuid4()}"}
    manifest = post(system, request, **key).json()["manifest"]
    other = post(system, embed_body(jpeg())).json()["manifest"]
    dynamodb = system.client("dynamodb")
    items = dynamodb.scan(TableName=TABLE)["Items"]
    [item] = [one for one in items if manifest in one.get("data", {}).get("S", "")]
    assert len(item["data"]["S"]) < 8000, "the file is in the record"
    item["data"]["S"] = item["data"]["S"].replace(manifest, other)
    dynamodb.put_item(TableName=TABLE, Item=item)
    answer = post(system, request, **key)
    assert (answer.status, answer.json()["code"]) == (422, "IDEMPOTENCY_MISMATCH")
    assert "use a new key" in answer.json()["message"]


def test_what_cannot_be_embedded_in_is_refused_by_name_and_costs_no_signature(
    system: Running,
) -> None:
    signed = signed_file(post(system, embed_body(jpeg())))
    before = calls(system, "kms.Sign")
    for sent, status, code, told in (
        (embed_body(signed), 422, "ALREADY_SIGNED", "already carries"),
        (embed_body(jpeg()[:100]), 422, "ASSET_NOT_EMBEDDABLE", "in the middle of a structure"),
        (embed_body(b"no picture"), 422, "ASSET_NOT_EMBEDDABLE", "image/jpeg"),
        (body(jpeg(), embed=True), 400, "INVALID_REQUEST", "embed: true needs asset_inline"),
        (embed_body(jpeg(), embed=False), 400, "INVALID_REQUEST", "embed: must be true"),
    ):
        answer = post(system, sent)
        assert (answer.status, answer.json()["code"]) == (status, code), answer
        assert told in answer.json()["message"]
    assert calls(system, "kms.Sign") == before


def test_a_dry_run_lays_the_file_out_and_signs_nothing(system: Running) -> None:
    before = calls(system, "kms.Sign")
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {system.state.token_of('load')}",
    }
    tried = {
        asset: system.call("POST", "/edge-sign?dry_run=1", embed_body(asset), headers).json()
        for asset in (jpeg(), b"no picture")
    }
    assert "asset" not in tried[jpeg()]
    assert tried[jpeg()]["dry_run"] is True
    assert tried[b"no picture"]["code"] == "ASSET_NOT_EMBEDDABLE"
    assert calls(system, "kms.Sign") == before


def test_without_the_edge_nothing_is_embedded(system: Running) -> None:
    answer = post(system, embed_body(jpeg()), tenant=EDGELESS)
    assert (answer.status, answer.json()["code"]) == (503, "EMBEDDING_UNAVAILABLE")
    assert post(system, inline_body(jpeg()), tenant=EDGELESS).status == 200


@pytest.fixture(scope="module")
def large_jpeg() -> bytes:
    scan = random.Random(1).randbytes(LARGE_BYTES).replace(b"\xff", b"\xfe")
    return jpeg()[:-2] + scan + jpeg()[-2:]


def test_a_megabyte_is_signed_where_operators_allow_it(system: Running, large_jpeg: bytes) -> None:
    key = {"Idempotency-Key": f"inline-{uuid.uuid4()}"}
    first, second = (post(system, embed_body(large_jpeg), **key) for _ in range(2))
    require_trusted(system, signed_file(first), "image/jpeg")
    assert second.headers["idempotency-replayed"] == "true"
    assert first.body == second.body


def test_the_largest_asset_fits_into_the_request_and_the_answer(
    system: Running, large_jpeg: bytes
) -> None:
    limit_bytes = max_inline_bytes(MAX_PAYLOAD_BYTES)
    largest = large_jpeg + bytes(limit_bytes - len(large_jpeg))
    said = {**ACTIONS, "org.example.text": {"text": ["x" * 500] * 25}}
    require_trusted(
        system,
        signed_file(post(system, embed_body(largest, assertions=said, tsa=True))),
        "image/jpeg",
    )
    for larger, code in (
        (embed_body(largest + b"\0"), "ASSET_TOO_LARGE"),
        (embed_body(largest, assertions={"org.x": {"a": "x" * 30_000}}), "REQUEST_TOO_LARGE"),
    ):
        answer = post(system, larger)
        assert (answer.status, answer.json()["code"]) == (413, code)
        assert re.search("[0-9]{7} bytes", answer.json()["message"])
