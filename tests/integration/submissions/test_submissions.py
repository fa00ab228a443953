"""The flow of a verification, with the emulator's S3 and DynamoDB and the real engines."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from central_signer.verification.verifier import Verifier
from edge_signer.platform.deadline import Deadline
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.tenancy.conditional_table import ConditionalTable
from edge_signer.tenancy.rate_limits import RateLimitedError
from edge_signer.tenancy.running_work import RunningWork
from edge_signer.verification.asset import AssetToVerify
from edge_signer.verification.report import VerificationReport
from edge_signer.verification.submissions import object_stream
from edge_signer.verification.submissions import uploads as uploads_module
from edge_signer.verification.submissions.errors import (
    NoCrjsonError,
    UnknownUploadError,
    UploadTooLargeError,
)
from edge_signer.verification.submissions.service import RUNNING_S, VerificationService
from edge_signer.verification.submissions.stored_manifests import StoredManifests
from edge_signer.verification.submissions.submission import Submission
from edge_signer.verification.submissions.uploads import UploadBucket
from emulator.aws.services import in_process_services, moto_host
from emulator.stack.resources import Services
from tests.judges.verifying import trusting
from tests.signers.embedding import embedded
from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop
from tests.system.dynamodb_tables import make_table

BUCKET, TABLE = "submissions", "submissions"
BASE = "https://manifests.example.com"
Made = Callable[..., VerificationService]


@pytest.fixture(scope="module")
def aws() -> Services:
    services = in_process_services(moto_host())
    services.s3.create_bucket(Bucket=BUCKET)
    make_table(services.dynamodb, TABLE, "id")
    return services


@pytest.fixture(scope="module")
def engines(workshop: Workshop) -> Verifier:
    trust = trusting(workshop.ca.anchors_pem())
    return Verifier(lambda: trust)


@pytest.fixture
def service(aws: Services, engines: Verifier) -> Made:
    def made(verifier: Any = engines, most: int = 1, now_s: float = 1e9) -> VerificationService:
        table = ConditionalTable(aws.dynamodb, TABLE)
        return VerificationService(
            verifier,
            UploadBucket(aws.s3, BUCKET),
            StoredManifests(aws.s3, BUCKET, BASE),
            RunningWork(table, "verifying#", "verifications", most, lambda: now_s),
        )

    return made


def judged(service: VerificationService, one: Submission) -> VerificationReport:
    return service.report(one, RequestRecord("id"), Deadline())


def upload(aws: Services, content: bytes, tenant: str = "acme") -> str:
    upload_id = str(uuid.uuid4())
    aws.s3.put_object(Bucket=BUCKET, Key=f"uploads/{tenant}/{upload_id}", Body=content)
    return upload_id


def uploads(aws: Services) -> set[str]:
    found = aws.s3.list_objects_v2(Bucket=BUCKET, Prefix="uploads/").get("Contents", [])
    return {one["Key"].rpartition("/")[2] for one in found}


def test_every_way_to_hand_in_an_asset_gives_the_same_verdict(
    aws: Services,
    service: Made,
    workshop: Workshop,
    photograph: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The store inside the upload lies in several ranges.
    monkeypatch.setattr(object_stream, "RANGE_BYTES", 1000)
    store = workshop.sign(photograph)
    digest = hashlib.sha256(photograph).digest()
    key = f"acme/sha256/{digest.hex()}.c2pa"
    aws.s3.put_object(Bucket=BUCKET, Key=key, Body=store)
    jpeg: dict[str, Any] = {"tenant_id": "acme", "media_type": "image/jpeg"}
    _, inside = embedded(workshop, photograph)
    ways = {
        "given": Submission(**jpeg, asset=photograph, manifest=store),
        "remote": Submission(**jpeg, asset=photograph, manifest_url=f"{BASE}/{key}"),
        "embedded": Submission(**jpeg, upload_id=upload(aws, inside)),
    }
    for credentials, one in ways.items():
        report = judged(service(), one)
        assert (report.verdict, report.judged.credentials) == ("Trusted", credentials)
    assert judged(service(), ways["remote"]).judged.source == f"{BASE}/{key}"
    other = Submission(**jpeg, asset=photograph + b"x", manifest=store)
    assert judged(service(), other).verdict == "Invalid"

    alone = Submission(tenant_id="acme", asset_sha256=digest, manifest=store)
    report = judged(service(), alone)
    assert (report.verdict, report.judged.sha256) == ("Trusted", digest.hex())


def test_a_manifest_of_which_c2pa_rs_says_nothing_in_crjson_gets_a_report(
    service: Made, photograph: bytes, workshop: Workshop
) -> None:
    parent = signed_by_c2pa_rs(workshop, photograph)
    child = signed_by_c2pa_rs(workshop, photograph, parents=[Parent(parent.asset)]).store
    damaged = child.replace(b"minformational", b"minformationAl", 1)
    one = Submission(tenant_id="acme", asset=photograph, media_type="image/jpeg", manifest=damaged)
    with pytest.raises(NoCrjsonError):
        service().crjson(one, RequestRecord("id"), Deadline())
    assert "assertion.hashedURI.mismatch" in {each.code for each in judged(service(), one).failures}


def test_an_upload_goes_after_its_verdict_and_stays_after_an_error(
    aws: Services, service: Made, drawing: bytes
) -> None:
    upload_id = upload(aws, drawing)
    png = Submission(tenant_id="acme", upload_id=upload_id, media_type="image/png")
    with pytest.raises(NoCrjsonError, match="without crjson=1"):
        service().crjson(png, RequestRecord("id"), Deadline())
    assert upload_id in uploads(aws)
    assert judged(service(), png).verdict == "NoCredentials"
    assert upload_id not in uploads(aws)
    with pytest.raises(UnknownUploadError):
        judged(service(), png)


def test_nobody_can_name_another_tenants_upload(
    aws: Services, service: Made, drawing: bytes
) -> None:
    upload_id = upload(aws, drawing, tenant="testcorp")
    with pytest.raises(UnknownUploadError):
        judged(service(), Submission(tenant_id="acme", upload_id=upload_id, media_type="image/png"))
    assert upload_id in uploads(aws)


def test_a_file_that_an_engine_would_read_as_a_whole_has_a_limit(
    aws: Services, service: Made, monkeypatch: pytest.MonkeyPatch, drawing: bytes
) -> None:
    monkeypatch.setattr(uploads_module, "MAX_ENGINE_BYTES", 10)
    upload_id = upload(aws, drawing)
    jpeg = Submission(tenant_id="acme", upload_id=upload_id, media_type="image/jpeg")
    with pytest.raises(UploadTooLargeError, match="image/jpeg may have at most 10 bytes"):
        judged(service(), jpeg)
    png = Submission(tenant_id="acme", upload_id=upload_id, media_type="image/png")
    assert judged(service(), png).verdict == "NoCredentials"


class Nested:
    """Engines that are asked for another verdict while they give one."""

    def __init__(self, service: VerificationService) -> None:
        self.service = service

    def verify(self, _: AssetToVerify) -> VerificationReport:
        """Ask the service for the same tenant."""
        return judged(self.service, Submission("acme", asset=b"x", media_type="image/png"))


def test_a_tenant_has_so_many_verifications_at_once_and_no_more(
    service: Made, engines: Verifier
) -> None:
    one = Submission("acme", asset=b"x", media_type="image/png")
    other = Submission("testcorp", asset=b"x", media_type="image/png")
    full = service(Nested(service(engines, most=1)), most=1)
    with pytest.raises(RateLimitedError, match="1 of your verifications are running"):
        judged(full, one)
    # Another tenant does not notice, and nothing is left of the refused one.
    assert judged(full, other).verdict
    room = service(Nested(service(engines, most=2)), most=2)
    assert judged(room, one).verdict


def test_a_killed_verification_stops_counting(service: Made, engines: Verifier) -> None:
    one = Submission("killed", asset=b"x", media_type="image/png")
    began_s = 1e9
    counting = service(engines, now_s=began_s)._running
    counted = counting.running("killed", RUNNING_S)
    counted.__enter__()
    with pytest.raises(RateLimitedError):
        judged(service(engines, now_s=began_s + RUNNING_S - 1), one)
    assert judged(service(engines, now_s=began_s + RUNNING_S + 1), one).verdict
