"""Verifies a share of the manifests that were just stored, with all engines, after the answer.

S3 reports each stored manifest of the share. Its signature was checked before it was stored; this
notices what only another engine would: a manifest that some verifiers reject.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_plus

from edge_signer.platform.errors import EdgeSignerError
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.telemetry.telemetry import Telemetry
from edge_signer.verification.asset import AssetToVerify
from edge_signer.verification.report import VerificationReport
from edge_signer.verification.submissions.stored_manifests import StoredManifests
from edge_signer.verification.submissions.submission import Verifier

# The key of a sidecar has the digest of the whole asset; the keys of others have no such digest.
_SIDECAR = re.compile(r"[^/]+/sha256/([0-9a-f]{64})\.c2pa")
_NO_DIGEST = bytes(32)
_BINDINGS = ("assertion.dataHash.", "assertion.bmffHash.", "assertion.boxesHash.")
# Whether a deployment trusts its own signer is for the operators' trust lists to say.
_OF_TRUST = {"signingCredential.untrusted", "timeStamp.untrusted"}


class Rechecks:
    """Answers S3's events.

    An error of the catalogue is logged, and the recheck is not repeated: it is one of a share. Any
    other error is raised, so that Lambda counts it; Lambda then tries `MaximumRetryAttempts` more
    times.

    Args:
        manifests: Reads them.
        verifier: The engines.
        telemetry: Reports every manifest.
        status_of: The HTTP status of each error, for the log line.
    """

    def __init__(
        self,
        manifests: StoredManifests,
        verifier: Verifier,
        telemetry: Telemetry,
        status_of: Mapping[type[EdgeSignerError], int],
    ) -> None:
        self._manifests = manifests
        self._verifier = verifier
        self._telemetry = telemetry
        self._status_of = status_of
        self._complain: Callable[[str], None] = telemetry.complaint("manifest_differs")

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Verify the manifests that an event reports."""
        for key, version in _stored(event["Records"]):
            record = RequestRecord(str(uuid.uuid4()))
            try:
                self._recheck(key, version, record)
            except EdgeSignerError as failure:
                self._telemetry.report(record, self._status_of[type(failure)], failure)
            except Exception as failure:
                self._telemetry.report(record, HTTPStatus.INTERNAL_SERVER_ERROR, failure)
                raise
            else:
                self._telemetry.report(record, HTTPStatus.OK)

    def _recheck(self, key: str, version: str, record: RequestRecord) -> None:
        with record.stopwatch.step("load"):
            store = self._manifests.read_version(key, version)
        record.tenant_id = key.partition("/")[0]
        record.manifest_sha256 = hashlib.sha256(store).hexdigest()
        sidecar = _SIDECAR.fullmatch(key)
        if sidecar is not None:
            record.asset_sha256 = sidecar[1]
        digest = bytes.fromhex(sidecar[1]) if sidecar is not None else _NO_DIGEST
        with record.stopwatch.step("verify"):
            report = self._verifier.verify(
                AssetToVerify(sha256=digest, manifest_store=store, credentials="given")
            )
        record.verdict = report.verdict
        record.counts["manifest_rechecked"] += 1
        faults = list(dict.fromkeys(_faults(report, is_sidecar=sidecar is not None)))
        if faults:
            self._complain(f"{key}, version {version}: {report.verdict}; {'; '.join(faults)}")


def _stored(records: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in records:
        stored = one["s3"]["object"]
        yield unquote_plus(stored["key"]), str(stored["versionId"])


def _faults(report: VerificationReport, *, is_sidecar: bool) -> Iterator[str]:
    """Say what is wrong with a manifest that was just signed."""
    for one in report.failures:
        if one.code not in _OF_TRUST and (is_sidecar or not one.code.startswith(_BINDINGS)):
            yield f"{one.code} ({', '.join(one.engines)})"
    if report.verdict == "Unreadable" and not report.failures:
        yield "Unreadable"
    if is_sidecar:
        # Without the asset, the engines differ about the binding of an embedded manifest.
        yield from (one.meaning for one in report.differences)
