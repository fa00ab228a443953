"""Finds the kind of a hard binding and checks it (C2PA 2.2 §15.12)."""

from __future__ import annotations

from typing import Literal

from edge_signer.verification.findings import FindingLog
from edge_signer.verification.hard_bindings.bmff_hash import check_bmff_hash
from edge_signer.verification.hard_bindings.box_hash import check_box_hash
from edge_signer.verification.hard_bindings.data_hash import Binding, check_data_hash

_CHECKS = {
    "c2pa.hash.data": check_data_hash,
    "c2pa.hash.bmff.v2": check_bmff_hash,
    "c2pa.hash.bmff.v3": check_bmff_hash,
    "c2pa.hash.boxes": check_box_hash,
}


#: Whether an asset is the signed one.
HardBinding = Literal["passed", "failed", "not_checked"]


def check_hard_binding(
    label: str, binding: Binding, *, has_parts: bool, log: FindingLog
) -> HardBinding:
    """Check that a manifest belongs to an asset.

    Args:
        label: The assertion's label, without the number of its instance.
        binding: The assertion and the asset.
        has_parts: Whether the manifest has a multi-asset hash, which may explain a mismatch.
        log: Takes the findings.

    Raises:
        OSError: The asset's stream fails.
    """
    check = _CHECKS.get(label)
    if check is None:
        log.skip(f"Whether this is the signed file: {label} is not checked.")
        return "not_checked"
    found = FindingLog()
    check(binding, found)
    findings = found.findings()
    mismatches = [one for one in findings.failure if one.code.endswith("Hash.mismatch")]
    if has_parts and mismatches and len(mismatches) == len(findings.failure):
        # Parts of such a file may be left out (§15.12.4).
        log.skip("Whether this is the signed file: it has parts with hashes of their own.")
        return "not_checked"
    log.add(found)
    if findings.failure:
        return "failed"
    return (
        "passed"
        if any(one.code.endswith("Hash.match") for one in findings.success)
        else "not_checked"
    )
