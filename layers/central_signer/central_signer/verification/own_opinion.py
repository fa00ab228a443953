"""The opinion of our own validator, which shares no code with c2pa-rs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Literal

from central_signer.verification.embedded_store import embedded_store
from central_signer.verification.opinion import Opinion, reported
from edge_signer import __version__
from edge_signer.verification.asset import AssetToVerify
from edge_signer.verification.findings import Finding, Findings
from edge_signer.verification.hard_bindings.asset_content import AssetContent
from edge_signer.verification.report import CheckName, Signer, TimeStamped
from edge_signer.verification.signatures.claim_signature import SignerFound
from edge_signer.verification.trust import TrustLists
from edge_signer.verification.validation import ManifestValidation, StoreValidation
from edge_signer.verification.validator import validate_store

#: What the report calls our own validator.
OWN = "edge-signer"
# How our validator begins the sentences that say what it did not check.
_BEGINNINGS: Mapping[CheckName, tuple[str, ...]] = {
    "hard_binding": (
        "Whether this is the signed file",
        "Whether the manifest belongs to a file",
        "Whether the media data",
    ),
    "time_stamp": ("Whether the time-stamp holds",),
    "revocation": ("Whether the signer's certificate was revoked",),
}


@dataclass(frozen=True)
class OwnReading:
    """What our validator read.

    Attributes:
        store: The manifest store; empty if none was found.
        validation: What it found out; None without a store.
    """

    store: bytes = b""
    validation: StoreValidation | None = None

    def signed_at(self) -> datetime | None:
        """Return when the active manifest was signed, by a trusted time-stamp."""
        active = self.validation.active if self.validation is not None else None
        return active.time_stamp.trusted_time if active is not None else None


def own_reading(
    asset: AssetToVerify,
    stream: BinaryIO | None,
    manifest_store: bytes | None,
    trust: TrustLists,
    now: datetime,
) -> OwnReading:
    """Validate a manifest store with our own validator.

    Args:
        asset: What was asked.
        stream: The asset's bytes, read by nobody else meanwhile; None if there are none.
        manifest_store: Its manifest store; None to look for it in the stream.
        trust: The trust lists.
        now: The time of the verdict.

    Raises:
        OSError: The asset cannot be read; or another error of its stream.
    """
    store = manifest_store
    if store is None:
        store = embedded_store(stream) if stream is not None else b""
        if not store:
            return OwnReading()
    content = AssetContent(sha256=asset.sha256, store_range=asset.store_range)
    if stream is not None:
        content = AssetContent(
            stream=stream,
            size_bytes=stream.seek(0, os.SEEK_END),
            is_embedded=asset.manifest_store is None,
        )
    return OwnReading(store, validate_store(store, content, trust, now))


def own_opinion(validation: StoreValidation) -> Opinion:
    """Return what our validator says, in the form of all engines."""
    if not validation.is_judged:
        remarks = (validation.problem,)
        return Opinion(OWN, __version__, None, validation.active_label, remarks=remarks)
    active = validation.active
    if active is None or validation.problem:
        failure = Finding("unreadable", validation.problem)
        return Opinion(OWN, __version__, "Unreadable", findings=Findings(failure=(failure,)))
    found, signer = active.findings, active.signer
    not_checked = dict(_not_checked(validation, active))
    return Opinion(
        OWN,
        __version__,
        validation.verdict,
        validation.active_label,
        Findings(
            found.success,
            tuple(one for one in found.informational if not _is_stamp(one)),
            tuple(dict.fromkeys(found.failure + validation.new_failures)),
        ),
        _signer(signer) if signer is not None else None,
        _time_stamp(active),
        _ingredients(validation),
        not_checked,
        tuple(one for one in validation.not_checked if one not in not_checked.values()),
    )


def _not_checked(
    validation: StoreValidation, active: ManifestValidation
) -> Iterator[tuple[CheckName, str]]:
    for check, beginnings in _BEGINNINGS.items():
        said = next((one for one in active.not_checked if one.startswith(beginnings)), "")
        if check == "hard_binding":
            if validation.hard_binding == "not_checked":
                yield check, said or "It did not check the binding to the file."
        elif said and not (check == "time_stamp" and active.time_stamp.time is not None):
            # Of several time-stamps, another one may hold.
            yield check, said


def _signer(found: SignerFound) -> Signer:
    return Signer(
        name=found.name,
        organisation=found.organisation,
        issuer=found.issuer,
        serial_number=str(found.serial_number),
        not_before=found.not_before,
        not_after=found.not_after,
        algorithm=found.algorithm,
        trusted_by=found.trusted_by,
        revocation=found.revocation,
    )


def _time_stamp(active: ManifestValidation) -> TimeStamped:
    stamp = active.time_stamp
    bad = [one for one in active.findings.informational if _is_stamp(one)]
    # A token with an algorithm that is not allowed proves nothing, and is not called wrong.
    is_weak = {one.code for one in bad} == {"timeStamp.untrusted"}
    return TimeStamped(
        state="Untrusted" if stamp.state == "Invalid" and is_weak else stamp.state,
        time=stamp.time,
        authority=stamp.authority,
        trusted_by=stamp.trusted_by,
        findings=() if stamp.state == "Trusted" else reported(bad, OWN),
    )


def _ingredients(validation: StoreValidation) -> Literal["passed", "failed", "absent"]:
    counted = [one for one in validation.manifests if one.is_referenced]
    listed = [ingredient for one in counted for ingredient in one.ingredients]
    if not listed:
        return "absent"
    others = [one for one in counted if one is not validation.active]
    is_good = all(one.verdict == "Trusted" for one in others)
    return "passed" if is_good and not any(one.findings.failure for one in listed) else "failed"


def _is_stamp(finding: Finding) -> bool:
    return finding.code.startswith("timeStamp.")
