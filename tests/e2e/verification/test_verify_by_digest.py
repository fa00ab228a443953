"""POST /verify of a signed file by its store and a digest of the rest: the file is not sent."""

from __future__ import annotations

import io
from typing import Any

from edge_signer_client import Credentials, EdgeSigner
from edge_signer_client.embedded_store import embedded_store
from edge_signer_client.embedding import AssetLayout
from tests.calls.verify_requests import in_base64, post_verify
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.software_signer import ACTIONS
from tests.system.running import Running


def results_of(system: Running, **fields: Any) -> tuple[str, dict[str, str]]:
    answer = post_verify(system, fields)
    assert answer.status == 200, answer
    report = answer.json()
    return report["verdict"], {one["name"]: one["result"] for one in report["checks"]}


def test_a_digest_stands_for_a_file_that_is_not_sent(system: Running) -> None:
    client = EdgeSigner(system.state.url, Credentials(system.state.token_of("load")))
    for name in ("JPEG", "MP4"):
        said = ("newsroom-default-v3", dict(ACTIONS))
        signed, _ = client.embed_bytes(SAMPLE_ASSETS[name].content, *said)
        store = embedded_store(io.BytesIO(signed)).manifest_store or b""
        layout = AssetLayout(io.BytesIO(signed), len(store), replace=True)
        fields = {
            "manifest": in_base64(store),
            "store_range": {"offset": layout.hole_offset, "length": layout.hole_bytes},
        }
        digest = layout.write(io.BytesIO())
        verdict, results = results_of(system, asset_sha256=digest, **fields)
        assert (verdict, results["hard_binding"]) == ("Trusted", "passed"), name
        verdict, results = results_of(system, asset_sha256="0" * 64, **fields)
        assert (verdict, results["hard_binding"]) == ("Invalid", "failed"), name
