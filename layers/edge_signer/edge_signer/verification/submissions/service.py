"""The flow of a verification: count it, read what was handed in, judge, delete the upload."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import BinaryIO, Literal, TypeVar

from edge_signer.platform.deadline import Deadline
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.tenancy.running_work import RunningWork
from edge_signer.verification.asset import AssetToVerify
from edge_signer.verification.report import VerificationReport
from edge_signer.verification.submissions.answer_size import fits
from edge_signer.verification.submissions.errors import NoCrjsonError
from edge_signer.verification.submissions.stored_manifests import StoredManifests
from edge_signer.verification.submissions.submission import Submission, Verifier
from edge_signer.verification.submissions.uploads import (
    MAX_ENGINE_BYTES,
    UploadBucket,
    UploadForm,
)

#: How long a verification counts as running if its worker is killed, which is longer than any runs.
RUNNING_S = 35.0

Answer = TypeVar("Answer")


class VerificationService:
    """Verifies what tenants hand in.

    Args:
        verifier: The engines.
        uploads: Tenants' files.
        manifests: The manifests that this deployment stores.
        running: Counts tenants' verifications.
    """

    def __init__(
        self,
        verifier: Verifier,
        uploads: UploadBucket,
        manifests: StoredManifests,
        running: RunningWork,
    ) -> None:
        self._verifier = verifier
        self._uploads = uploads
        self._manifests = manifests
        self._running = running

    def new_upload(self, tenant_id: str) -> UploadForm:
        """Return a form for a new upload.

        Raises:
            StoreUnavailableError: There are no credentials to sign it with.
        """
        return self._uploads.new(tenant_id)

    def report(
        self, submission: Submission, record: RequestRecord, deadline: Deadline
    ) -> VerificationReport:
        """Judge the credentials of what was handed in.

        Raises:
            EdgeSignerError: It cannot be read, there are too many verifications at once, or the
                trust lists cannot be read.
        """
        return self._judged(submission, record, deadline, self._verifier.verify)

    def crjson(self, submission: Submission, record: RequestRecord, deadline: Deadline) -> str:
        """Return c2pa-rs's own report in crJSON.

        Raises:
            NoCrjsonError: It makes none.
            EdgeSignerError: As with `report`.
        """
        return self._judged(submission, record, deadline, self._crjson)

    def _crjson(self, asset: AssetToVerify) -> str:
        reason = "makes no crJSON"
        if asset.stream is not None and asset.stream.seek(0, os.SEEK_END) > MAX_ENGINE_BYTES:
            reason = f"does not read files of more than {MAX_ENGINE_BYTES} bytes here"
        elif found := self._verifier.crjson(asset):
            if fits(found):
                return found
            reason = "makes crJSON that is too long to send"
        # The upload stays, to ask again.
        raise NoCrjsonError(f"c2pa-rs {reason}. Ask again without crjson=1 for the report.")

    def _judged(
        self,
        submission: Submission,
        record: RequestRecord,
        deadline: Deadline,
        judge: Callable[[AssetToVerify], Answer],
    ) -> Answer:
        with ExitStack() as counted:
            with record.stopwatch.step("claim"):
                counted.enter_context(self._running.running(submission.tenant_id, RUNNING_S))
            with record.stopwatch.step("load"):
                store = self._manifest_store(submission)
            opened = self._opened(submission, store, record, deadline)
            with opened as asset, record.stopwatch.step("verify"):
                answer = judge(asset)
            self._forget(submission)
        return answer

    def _manifest_store(self, submission: Submission) -> bytes | None:
        if submission.manifest_url is not None:
            return self._manifests.read(submission.manifest_url)
        return submission.manifest

    @contextmanager
    def _opened(
        self,
        submission: Submission,
        store: bytes | None,
        record: RequestRecord,
        deadline: Deadline,
    ) -> Iterator[AssetToVerify]:
        with record.stopwatch.step("load"):
            stream = self._stream(submission, deadline)
        try:
            yield AssetToVerify(
                media_type=submission.media_type,
                stream=stream,
                sha256=submission.asset_sha256,
                store_range=submission.store_range,
                manifest_store=store,
                credentials=_origin(submission),
                source=submission.manifest_url or "",
            )
        finally:
            if stream is not None:
                stream.close()

    def _stream(self, submission: Submission, deadline: Deadline) -> BinaryIO | None:
        if submission.asset is not None:
            return io.BytesIO(submission.asset)
        if submission.upload_id is None:
            return None
        return self._uploads.open(
            submission.tenant_id, submission.upload_id, submission.media_type, deadline
        )

    def _forget(self, submission: Submission) -> None:
        """Delete an upload that has been judged; if that fails, the bucket deletes it in a day."""
        if submission.upload_id is not None:
            with suppress(StoreUnavailableError):
                self._uploads.delete(submission.tenant_id, submission.upload_id)


def _origin(submission: Submission) -> Literal["embedded", "given", "remote"]:
    if submission.manifest_url is not None:
        return "remote"
    return "embedded" if submission.manifest is None else "given"
