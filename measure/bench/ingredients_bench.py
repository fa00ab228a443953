"""One parent of 25 KB: what it adds to a request, and c2pa-python at the same work."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import c2pa
from rich.table import Table

from edge_signer.configuration.flags import DEFAULT_PAYLOAD_BYTES
from edge_signer.http.routes.edge_sign_models import EdgeSignRequest
from edge_signer.http.wire_formats import read_body
from edge_signer.platform.deadline import Deadline
from edge_signer.telemetry.request_record import RequestRecord
from measure.bench.c2pa_rs_signing import C2paRsSigning
from measure.bench.measurement import medians_us
from tests.conftest import ROOT
from tests.judges.engines import c2pa_rs
from tests.judges.verifying import trusting
from tests.signers.foreign_credentials import signed_by_c2pa_rs
from tests.signers.software_signer import ACTIONS, Workshop

ASSET = ROOT / "examples/rocket-small.jpg"
MEDIA_TYPE = "image/jpeg"
_PARENT_BYTES = 25_000
_OPENED = {
    "c2pa.actions.v2": {
        "actions": [{"action": "c2pa.opened"}],
        "allActionsIncluded": True,
    }
}


def _body(asset: bytes, assertions: Any, **more: Any) -> bytes:
    body = {
        "asset_sha256": hashlib.sha256(asset).hexdigest(),
        "policy_id": "newsroom-default-v3",
        "assertions": assertions,
        **more,
    }
    return json.dumps(body).encode()


def tables() -> Iterator[Table]:
    """Measure in turn; what nobody trusts counts for nothing."""
    camera, workshop = Workshop(name="Camera"), Workshop()
    anchors = workshop.ca.anchors_pem() + camera.ca.anchors_pem()
    workshop.trust = trusting(anchors)
    asset = ASSET.read_bytes()
    note = "x" * (_PARENT_BYTES - len(signed_by_c2pa_rs(camera, asset).store) - 200)
    parent = signed_by_c2pa_rs(camera, asset, note=note)
    plain = _body(asset, ACTIONS)
    store = base64.b64encode(parent.store).decode()
    one = [{"relationship": "parentOf", "title": "rocket.jpg", "manifest": store}]
    chained = _body(asset, _OPENED, ingredients=one)
    rival = C2paRsSigning(workshop, {}, trusted_pem=anchors)

    def ours(body: bytes) -> bytes:
        request = read_body(EdgeSignRequest, body, DEFAULT_PAYLOAD_BYTES)
        signed = workshop.service.sign(
            request.to_signing_request("acme"), RequestRecord("a request"), Deadline()
        )
        workshop.store.kept.clear()
        return signed.manifest_store

    with_parent = "ours: body, parent, manifest, software key"
    without = "ours, without a parent"
    theirs = "c2pa-python: add_ingredient, Builder.sign"
    contestants: dict[str, Callable[[], bytes]] = {
        without: lambda: ours(plain),
        with_parent: lambda: ours(chained),
        theirs: lambda: rival.sign_edit(asset, MEDIA_TYPE, parent.asset),
    }
    for name, contestant in contestants.items():
        verdict = c2pa_rs(asset, MEDIA_TYPE, contestant(), anchors)
        assert verdict.trusted, (name, verdict.failures)
    with c2pa.Reader(MEDIA_TYPE, io.BytesIO(asset), contestants[theirs]()) as reader:
        assert reader.get_active_manifest()["ingredients"]

    taken_us = medians_us(contestants, rounds=200)
    table = Table(
        *("one parent, median", "ms", "of ours"),
        title=f"A parent with a manifest store of {len(parent.store)} bytes",
    )
    for name, median_us in taken_us.items():
        times = f"{median_us / taken_us[with_parent]:.1f} times"
        table.add_row(name, f"{median_us / 1000:.2f}", times)
    added_us = taken_us[with_parent] - taken_us[without]
    table.add_row("what the parent adds to ours", f"{added_us / 1000:.2f}", "")
    yield table
