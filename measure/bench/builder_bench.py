"""The builder against c2pa-rs: time and size for the same claims, key and certificates."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from rich.table import Table

from edge_signer.signing.manifest.manifest_definition import ManifestDefinition
from edge_signer.signing.manifest.tbs_module import TBS_MODULE
from edge_signer.signing.rules.assertions import manifest_assertions
from edge_signer.signing.rules.policy_directory import shipped_policies
from measure.bench.builder_steps import steps_table
from measure.bench.c2pa_rs_signing import C2paRsSigning
from measure.bench.measurement import medians_us
from tests.conftest import ROOT
from tests.judges.engines import c2pa_rs
from tests.signers.software_signer import ACTIONS, Workshop

ASSET = ROOT / "examples/rocket-small.jpg"
MEDIA_TYPE = "image/jpeg"
SAID = {
    **ACTIONS,
    "cawg.training-mining": {"entries": {"cawg.ai_generative_training": {"use": "notAllowed"}}},
}


def tables() -> Iterator[Table]:
    """Measure, and judge what was measured: what nobody trusts counts for nothing."""
    workshop = Workshop()
    asset = ASSET.read_bytes()
    digest = hashlib.sha256(asset).digest()
    policy = shipped_policies()["newsroom-default-v3"]
    assertions = manifest_assertions(SAID, policy)
    rival = C2paRsSigning(workshop, {one.label: one.content for one in assertions})
    x5chain = workshop.signer.certificate_chain.x5chain
    signature = bytes(64)

    def definition() -> ManifestDefinition:
        return ManifestDefinition(
            label=f"urn:c2pa:{uuid.uuid4()}",
            instance_id=f"xmp:iid:{uuid.uuid4()}",
            algorithm=policy.algorithm,
            claim_generator_info=policy.claim_generator_info.model_dump(exclude_none=True),
            assertions=assertions,
            asset_sha256=digest,
            x5chain=x5chain,
        )

    def build() -> bytes:
        return workshop.builder.prepare(definition()).assemble(signature)

    def build_and_sign() -> bytes:
        prepared = workshop.builder.prepare(definition())
        return prepared.assemble(workshop.signer.sign_tbs(prepared.tbs))

    ours = "ours, in turn: identifiers, prepare, assemble"
    contestants: dict[str, Callable[[], bytes]] = {
        ours: build,
        "ours, signature by a software key included": build_and_sign,
        "c2pa-rs: Builder.sign (signature, own check)": lambda: rival.sign_asset(asset, MEDIA_TYPE),
        "c2pa-rs: hash-only C function (signature)": lambda: rival.sign_digest(digest),
    }
    for name, contestant in contestants.items():
        verdict = c2pa_rs(asset, MEDIA_TYPE, contestant(), workshop.ca.anchors_pem())
        assert verdict.trusted or name == ours, (name, verdict.failures)

    taken_us = medians_us(contestants)
    taken_us["ours, in a row: caches warm"] = medians_us({ours: build})[ours]
    speed = Table("builder, median", "µs", "of ours", title="One manifest, two certificates")
    for name, median_us in taken_us.items():
        speed.add_row(name, f"{median_us:.0f}", f"{median_us / taken_us[ours]:.1f} times")
    yield speed
    yield steps_table(definition, contestants["c2pa-rs: Builder.sign (signature, own check)"])

    size = Table("manifest store", "bytes", title="Size")
    size.add_row("ours", str(len(build())))
    size.add_row("c2pa-rs: Builder.sign", str(len(rival.sign_asset(asset, MEDIA_TYPE))))
    size.add_row("c2pa-rs: hash-only C function", str(len(rival.sign_digest(digest))))
    size.add_row("the module itself", str(TBS_MODULE.path.stat().st_size))
    yield size
    yield _module_start()


def _module_start() -> Table:
    with tempfile.TemporaryDirectory() as folder:
        module = replace(TBS_MODULE, path=Path(shutil.copy(TBS_MODULE.path, folder)))
        taken_us = medians_us({"compiled": module.load}, rounds=10)
        module.precompile()
        taken_us |= medians_us({"loaded precompiled": module.load}, rounds=10)
    table = Table("module, at a worker's start", "ms", title="Module")
    for name, median_us in taken_us.items():
        table.add_row(name, f"{median_us / 1000:.1f}")
    return table
