"""How a validated request to POST /edge-sign gets its answer: signed now, or as it was signed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import Response

from edge_signer.http.admission import Entry
from edge_signer.http.answers import Percentiles, SignedAnswer
from edge_signer.http.application import json_answer
from edge_signer.http.errors import IdempotencyMismatchError
from edge_signer.http.idempotency import KeptAnswer, Turn
from edge_signer.platform.beside import beside
from edge_signer.platform.deadline import Deadline
from edge_signer.signing.layout.inline_embedding import InlineEmbedding
from edge_signer.signing.service import SigningService
from edge_signer.signing.signing_request import SignedManifest, SigningRequest
from edge_signer.telemetry.request_record import RequestRecord, RollingPercentile

if TYPE_CHECKING:
    from concurrent.futures import Future

#: The largest manifest store that is kept with an answer; DynamoDB's items have 400 KB at most.
_MAX_KEPT_BYTES = 192 * 1024


class RecentTimes:
    """How long the last requests of this execution environment took."""

    def __init__(self) -> None:
        self._recent_ms = {name: RollingPercentile() for name in ("wasm", "kms", "total")}

    def add(self, steps_ms: Mapping[str, float], total_ms: float) -> None:
        """Add a request that ended."""
        for name, observed_ms in {**steps_ms, "total": total_ms}.items():
            if name in self._recent_ms:
                self._recent_ms[name].add(observed_ms)

    def percentiles(self) -> Percentiles:
        """Return the 95th percentiles; 0 before the first request has ended."""
        return Percentiles(**{name: round(one.p95(), 2) for name, one in self._recent_ms.items()})


class SigningTurn:
    """One request's turn.

    Args:
        service: Signs.
        recent: How long earlier requests took.
        entry: The request, perhaps still being counted.
        request: What it asks for.
        record: Of the request.
    """

    def __init__(
        self,
        service: SigningService,
        recent: RecentTimes,
        entry: Entry,
        request: SigningRequest,
        record: RequestRecord,
    ) -> None:
        self._service = service
        self._recent = recent
        self._entry = entry
        self._request = request
        self._record = record

    def signed(self, deadline: Deadline, turn: Turn | None) -> Response[str]:
        """Sign, and answer.

        What must agree before KMS is called has agreed then, or cannot disagree any more. The
        answer is written down while the manifest is being stored, and given after both.

        Args:
            deadline: Of the request.
            turn: At its Idempotency-Key, which is free again if this fails; None without a key.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        answers: list[SignedAnswer] = []
        writing: list[Future[None]] = []

        def before_storing(manifest: SignedManifest) -> None:
            self._entry.admitted()
            answers.append(self._body(manifest))
            if turn is not None:
                kept = _kept(answers[0], manifest)
                writing.append(beside(lambda: self._remember(turn, kept)))

        with turn or nullcontext():
            try:
                manifest = self._service.sign(
                    self._request,
                    self._record,
                    deadline,
                    before_kms=self._entry.require_admitted,
                    before_storing=before_storing,
                )
            finally:
                failure = writing[0].exception() if writing else None
            if turn is not None and failure is not None:
                turn.stay_in_flight()
                raise failure
        answer = answers[0]
        if isinstance(self._request.embedding, InlineEmbedding):
            answer = _with_asset(answer, self._request.embedding)
        headers = _headers(manifest.signing_mode, manifest.manifest_url)
        return json_answer(200, answer, {**headers, "X-Manifest-Version": manifest.version})

    def version_of(self, kept: KeptAnswer, since: datetime) -> str | None:
        """Return the version of a kept answer's manifest; None if not all of it is stored.

        Raises:
            StoreUnavailableError: S3 does not answer.
        """
        token_url = SignedAnswer.model_validate_json(kept.body).tsa_token_url
        if token_url is not None and not self._service.store.has_time_stamp(token_url):
            return None
        return self._service.store.version_of(self._request, kept.manifest_md5, since)

    def replayed(self, kept: KeptAnswer) -> Response[str]:
        """Repeat an answer.

        Raises:
            IdempotencyMismatchError: The file was laid out otherwise for the first answer.
            StoreUnavailableError: S3 does not answer.
        """
        answer = SignedAnswer.model_validate_json(kept.body)
        if not answer.manifest:
            manifest_store = self._service.store.read(self._request, kept.version)
            manifest = base64.b64encode(manifest_store).decode()
            answer = answer.model_copy(update={"manifest": manifest})
        if isinstance(self._request.embedding, InlineEmbedding):
            # An answer is kept without the file, which is made again from the request.
            answer = _with_asset(answer, self._request.embedding)
        headers = {**kept.headers, "X-Manifest-Version": kept.version}
        return json_answer(200, answer, {**headers, "Idempotency-Replayed": "true"})

    def _remember(self, turn: Turn, kept: KeptAnswer) -> None:
        with self._record.stopwatch.step("idempotency"):
            turn.remember(kept)

    def _body(self, manifest: SignedManifest) -> SignedAnswer:
        return SignedAnswer(
            manifest_url=manifest.manifest_url,
            signing_mode=manifest.signing_mode,
            p95_ms=self._recent.percentiles(),
            kms_key_id=manifest.kms_key_id,
            tsa_token_url=manifest.tsa_token_url,
            manifest=base64.b64encode(manifest.manifest_store).decode(),
        )


def _headers(signing_mode: str, manifest_url: str) -> dict[str, str]:
    return {"X-Signing-Mode": signing_mode, "Link": f'<{manifest_url}>; rel="c2pa-manifest"'}


def _kept(answer: SignedAnswer, manifest: SignedManifest) -> KeptAnswer:
    """Return what is remembered; without a large manifest, since the store has that."""
    if len(manifest.manifest_store) > _MAX_KEPT_BYTES:
        answer = answer.model_copy(update={"manifest": ""})
    return KeptAnswer(
        answer.to_json(),
        _headers(manifest.signing_mode, manifest.manifest_url),
        hashlib.md5(manifest.manifest_store, usedforsecurity=False).hexdigest(),
    )


def _with_asset(answer: SignedAnswer, embedding: InlineEmbedding) -> SignedAnswer:
    """Add the signed file to an answer.

    Raises:
        IdempotencyMismatchError: The file was laid out otherwise for the first answer.
    """
    from edge_signer.signing.layout.hard_binding import HardBindingError

    try:
        asset = embedding.signed(base64.b64decode(answer.manifest))
    except HardBindingError as otherwise:
        raise IdempotencyMismatchError(
            "This Idempotency-Key was used before an update of the signer, which lays this file "
            "out otherwise; use a new key."
        ) from otherwise
    return answer.model_copy(update={"asset": base64.b64encode(asset).decode()})
