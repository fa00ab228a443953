"""The endpoint of `POST /verify` in this process, without AWS, and damaged requests for it."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle
from random import Random
from typing import Any, cast

from aws_lambda_powertools.utilities.typing import LambdaContext

from central_signer.verification.verifier import Verifier
from edge_signer.http.admission import Gatekeeper
from edge_signer.http.catalogue import STATUS
from edge_signer.http.routes.verify import VerifyEndpoints
from edge_signer.platform.errors import EdgeSignerError
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.tenancy.running_work import RunningWork
from edge_signer.verification.report import VerificationReport
from edge_signer.verification.submissions.service import VerificationService
from edge_signer.verification.submissions.stored_manifests import StoredManifests
from edge_signer.verification.submissions.uploads import UploadBucket
from measure.fuzz.mutations import mutate_bytes, truncate
from measure.fuzz.open_door import FreshContext, OpenDoor, json_event
from tests.authorities.time_stamp_forge import StampForge
from tests.conftest import ROOT
from tests.judges.verifying import trusting
from tests.media.sample_assets import SAMPLE_ASSETS, jpeg
from tests.signers.embedding import embedded
from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop


@dataclass(frozen=True)
class Seed:
    """What is handed in before it is damaged.

    Attributes:
        name: Of the seed.
        media_type: Of the asset.
        asset: Its bytes.
        store: Its manifest store; None for one inside the asset.
    """

    name: str
    media_type: str
    asset: bytes
    store: bytes | None


def seeds(workshop: Workshop) -> list[Seed]:
    """Make sidecars, and files with credentials inside, in all formats that have a layout."""
    asset = jpeg()
    parent = signed_by_c2pa_rs(workshop, asset)
    child = signed_by_c2pa_rs(workshop, asset, parents=[Parent(parent.asset)], note="child")
    tampered = (ROOT / "tests/data/verify/tampered_ingredient.c2pa").read_bytes()
    found = [
        Seed("sidecar", "image/jpeg", asset, workshop.sign(asset)),
        Seed("ingredient", "image/jpeg", asset, tampered),
        Seed("chain", "image/jpeg", child.asset, None),
    ]
    for name, sample in SAMPLE_ASSETS.items():
        if sample.media_type != "text/plain":
            _, file = embedded(workshop, sample.content)
            found.append(Seed(f"{name} inside", sample.media_type, file, None))
    return found


class _Uncounted:
    """Counts nothing."""

    @contextmanager
    def running(self, _tenant_id: str, _lasts_s: float) -> Iterator[None]:
        """Run the block."""
        yield


class _Objects:
    """S3 with one object, whatever the key."""

    content = b""

    def get_object(self, Range: str | None = None, **_: Any) -> dict[str, Any]:
        """Give the object, or a range of it."""
        begin, end = 0, len(self.content)
        if Range:
            begin, last = map(int, Range.removeprefix("bytes=").split("-"))
            end = last + 1
        told = {"ContentRange": f"bytes 0-0/{len(self.content)}", "ETag": "x"}
        return {"Body": io.BytesIO(self.content[begin:end]), **told}

    def delete_object(self, **_: Any) -> None:
        """Delete it."""


class ServiceTarget:
    """Sends damaged requests to the endpoint; every one must get a report or a named error."""

    def __init__(self) -> None:
        workshop, forge = Workshop(), StampForge()
        trust = trusting(workshop.ca.anchors_pem(), forge.root_pem)
        self._s3 = _Objects()
        service = VerificationService(
            Verifier(lambda: trust),
            UploadBucket(self._s3, "uploads"),
            StoredManifests(self._s3, "manifests", "https://manifests.example.com"),
            cast(RunningWork, _Uncounted()),
        )
        self._endpoints = VerifyEndpoints(cast(Gatekeeper, OpenDoor()), service)
        found = seeds(workshop)
        # One input in two is a store: there are fewer of them than of formats.
        stores = [one for one in found if one.store is not None]
        files = [one for one in found if one.store is None]
        self._seeds = [one for pair in zip(cycle(stores), files, strict=False) for one in pair]
        self._meanings: dict[str, object] = {}

    def run(self, number: int, seed: int) -> tuple[str, str]:
        """Send one request; gives the seed's name, and the verdict or the error's code.

        Raises:
            Exception: The answer is neither, or says Trusted of something else than was signed.
        """
        random = Random(f"{seed}:{number}")
        one = self._seeds[number % len(self._seeds)]
        request = self._request(random, one)
        return one.name, self._outcome(one, request, crjson=random.random() < 0.1)

    def _meaning_of(self, one: Seed) -> object:
        """What the intact seed means; c2pa-rs reads nothing after a fork if it read before."""
        if one.name not in self._meanings:
            intact = VerificationReport.model_validate_json(self._answer(self._intact(one), {}))
            assert intact.trusted
            self._meanings[one.name] = _meaning(intact)
        return self._meanings[one.name]

    @staticmethod
    def _intact(one: Seed) -> dict[str, str]:
        request = {"asset_inline": base64.b64encode(one.asset).decode()}
        if one.store is not None:
            request["manifest"] = base64.b64encode(one.store).decode()
        return {**request, "media_type": one.media_type}

    def _request(self, random: Random, one: Seed) -> dict[str, str]:
        asset, store = one.asset, one.store
        for _ in range(random.choice((1, 1, 1, 2, 5))):
            damage = random.choice((mutate_bytes, mutate_bytes, mutate_bytes, truncate))
            if store is not None and random.random() < 0.9:
                store = damage(random, store)
            else:
                asset = damage(random, asset)
        media_type = one.media_type
        if random.random() < 0.03:
            media_type = random.choice([other.media_type for other in self._seeds])
        request = {} if store is None else {"manifest": base64.b64encode(store).decode()}
        if store is not None and random.random() < 0.3:
            return {**request, "asset_sha256": hashlib.sha256(asset).hexdigest()}
        request["media_type"] = media_type
        if random.random() < 0.2:
            self._s3.content = asset
            return {**request, "upload_id": "0e7bdf0d-6f0a-4f8c-8d2d-2f3c1c1b3a55"}
        return {**request, "asset_inline": base64.b64encode(asset).decode()}

    def _outcome(self, one: Seed, request: dict[str, str], *, crjson: bool) -> str:
        try:
            body = self._answer(request, {"crjson": "1"} if crjson else {})
        except EdgeSignerError as refused:
            if STATUS[type(refused)] >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            return refused.code
        if crjson:
            assert json.loads(body)["manifests"] is not None
            return "crJSON"
        report = VerificationReport.model_validate_json(body)
        if report.trusted:
            assert _meaning(report) == self._meaning_of(one)
        return report.verdict

    def _answer(self, request: dict[str, str], query: dict[str, str]) -> str:
        record, context = RequestRecord("id"), cast(LambdaContext, FreshContext())
        return str(self._endpoints.verify(json_event(request, query), record, context).body)


def _meaning(report: VerificationReport) -> object:
    """What a reader would believe: who signed, and what the manifest says of file and parents."""
    return report.signer, report.manifest, report.ingredients
