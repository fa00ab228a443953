"""The client for pages lays out files as the Python client does, under Node."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from edge_signer_client.embedded_store import embedded_store
from edge_signer_client.embedding import AssetLayout, AssetLayoutError
from tests.media.odd_assets import ODD_ASSETS
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.media.sample_stores import carrying, empty_store
from tests.system.node import node

SIZES = (2560, 70_001)


def laid_out(content: bytes, store_bytes: int, *, replace: bool = False) -> dict[str, Any]:
    """What the Python client makes of a file."""
    try:
        layout = AssetLayout(io.BytesIO(content), store_bytes, replace=replace)
    except AssetLayoutError as refused:
        return {"refusal": {"name": refused.name, "message": str(refused)}}
    signed = io.BytesIO()
    digest = layout.write(signed)
    layout.fill(signed, bytes(at % 256 for at in range(store_bytes)))
    return {
        "layout": {
            "mediaType": layout.media_type,
            "embed": layout.embed,
            "holeOffset": layout.hole_offset,
            "holeBytes": layout.hole_bytes,
            "signedBytes": layout.signed_bytes,
        },
        "digest": digest,
        "signedSha256": hashlib.sha256(signed.getvalue()).hexdigest(),
    }


def inspectable(content: bytes, store: bytes | None) -> dict[str, Any] | None:
    """Where a store stands, and the digest of the rest; None where there is none."""
    if store is None:
        return None
    made = laid_out(content, len(store), replace=True)
    if "refusal" in made:
        return None
    layout = made["layout"]
    store_range = {"offset": layout["holeOffset"], "length": layout["holeBytes"]}
    return {"assetSha256": made["digest"], "storeRange": store_range}


def files() -> dict[str, bytes]:
    whole = {name: one.content for name, one in (SAMPLE_ASSETS | ODD_ASSETS).items()}
    cut = {f"the beginning of {name}": content[:40] for name, content in whole.items()}
    return whole | cut


def test_every_format_is_laid_out_as_in_python(tmp_path: Path) -> None:
    expected: dict[str, dict[str, Any]] = {}
    for number, (name, content) in enumerate(files().items()):
        (tmp_path / str(number)).write_bytes(content)
        for store_bytes in SIZES:
            case = {"file": str(number), "storeBytes": store_bytes}
            expected[f"{name}, {store_bytes}"] = case | laid_out(content, store_bytes)
    formats = {one["layout"]["mediaType"] for one in expected.values() if "layout" in one}
    assert formats == {one.media_type for one in SAMPLE_ASSETS.values()} - {"text/plain"}
    assert any("refusal" in one for one in expected.values())
    (tmp_path / "expected.json").write_text(json.dumps(expected))
    ran = node("tests/layouts.mjs", tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert f"# pass {len(expected)}\n" in ran.stdout


def test_earlier_stores_are_read_and_replaced_as_in_python(tmp_path: Path) -> None:
    expected: dict[str, dict[str, Any]] = {}
    for number, (name, one) in enumerate(SAMPLE_ASSETS.items()):
        if one.media_type == "text/plain":
            continue
        carried = {"none": one.content, "a store": carrying(one.content, empty_store(70_000))}
        for what, content in carried.items():
            file = f"{number}, {what}"
            (tmp_path / file).write_bytes(content)
            store = embedded_store(io.BytesIO(content)).manifest_store
            assert (store is None) == (what == "none")
            expected[f"{name}, {what}"] = {
                **{"file": file, "storeBytes": 2560, "replaceStore": True},
                "storeSha256": hashlib.sha256(store or b"").hexdigest(),
                "inspectable": inspectable(content, store),
                **laid_out(content, 2560, replace=True),
            }
    without = {name for name, one in expected.items() if one["inspectable"] is None}
    assert without == {name for name in expected if name.endswith(", none")} | {"PDF, a store"}
    (tmp_path / "expected.json").write_text(json.dumps(expected))
    ran = node("tests/layouts.mjs", tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert f"# pass {len(expected)}\n" in ran.stdout


def test_a_difference_would_be_seen(tmp_path: Path) -> None:
    content = SAMPLE_ASSETS["MP4"].content
    (tmp_path / "0").write_bytes(content)
    expected = {"file": "0", "storeBytes": 2560} | laid_out(content, 2560)
    for changed in (
        {"digest": "0" * 64},
        {"signedSha256": "0" * 64},
        {"storeSha256": "0" * 64},
    ):
        (tmp_path / "expected.json").write_text(json.dumps({"MP4": expected | changed}))
        assert node("tests/layouts.mjs", tmp_path).returncode == 1


@pytest.mark.parametrize("tests", ["embed", "jobs", "node", "receipts", "signer"])
def test_the_clients_own_tests_pass(tests: str) -> None:
    ran = node(f"tests/{tests}.test.mjs")
    assert ran.returncode == 0, ran.stdout
    assert "# fail 0\n" in ran.stdout
