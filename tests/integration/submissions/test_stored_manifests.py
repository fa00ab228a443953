"""`manifest_url`: addresses of this deployment are read from its bucket, and no others are."""

from __future__ import annotations

from typing import Any

import pytest

from edge_signer.platform.errors import InvalidRequestError, StoreUnavailableError
from edge_signer.verification.submissions.errors import UnknownManifestError
from edge_signer.verification.submissions.stored_manifests import StoredManifests
from emulator.aws.faults import FaultRule
from emulator.aws.services import ServiceHost, in_process_services

BUCKET = "stored-manifests"
BASE = "https://manifests.example.com/m"
DIGEST = "ab" * 32
UUID = "6f1d1a52-3c1c-4f0e-9a58-0c7c1f3b8a10"
KEY = f"acme/sha256/{DIGEST}.c2pa"
GIVEN = f"{BASE}/{KEY}"


@pytest.fixture(scope="module")
def s3(host: ServiceHost) -> Any:
    client = in_process_services(host).s3
    client.create_bucket(Bucket=BUCKET)
    enabled = {"Status": "Enabled"}
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=enabled)
    return client


@pytest.fixture(scope="module")
def versions(s3: Any) -> list[str]:
    """The versions of the manifest, oldest first, beside objects that nobody may read."""
    for key in ("audit/2026-11-21/x.json", "trust/list.json", "acme/tsa/1.tsr"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"secret")
    s3.put_object(Bucket=BUCKET, Key=KEY.replace(".c2pa", ".embedded.c2pa"), Body=b"embedded")
    s3.put_object(Bucket=BUCKET, Key=f"acme/id/{UUID}.c2pa", Body=b"named")
    contents = (b"old", b"new")
    return [s3.put_object(Bucket=BUCKET, Key=KEY, Body=one)["VersionId"] for one in contents]


@pytest.fixture
def manifests(s3: Any, versions: list[str]) -> StoredManifests:
    assert len(versions) == 2
    return StoredManifests(s3, BUCKET, BASE)


def test_an_address_that_was_given_is_read_in_every_version(
    manifests: StoredManifests, versions: list[str]
) -> None:
    assert manifests.read(GIVEN) == b"new"
    assert manifests.read(f"{GIVEN}?versionId={versions[0]}") == b"old"
    assert manifests.read(GIVEN.replace(".c2pa", ".embedded.c2pa")) == b"embedded"
    assert manifests.read(f"{BASE}/acme/id/{UUID}.c2pa") == b"named"


def test_where_no_manifest_is_nothing_is_found(manifests: StoredManifests) -> None:
    for missing in (GIVEN.replace("ab", "cd"), f"{GIVEN}?versionId=0123"):
        with pytest.raises(UnknownManifestError):
            manifests.read(missing)


NEVER = {
    "cloud metadata": "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
    "cloud metadata, IPv6": f"http://[fd00:ec2::254]/{KEY}",
    "loopback": f"http://127.0.0.1/m/{KEY}",
    "a private address": f"https://10.0.0.1/m/{KEY}",
    "loopback as a number": f"http://2130706433/m/{KEY}",
    "loopback in octal": f"http://0177.0.0.1/m/{KEY}",
    "another host": f"https://evil.example/m/{KEY}",
    "a longer host": f"https://manifests.example.com.evil.example/m/{KEY}",
    "a longer host after the base": f"{BASE}.evil.example/{KEY}",
    "a user": f"https://manifests.example.com@evil.example/m/{KEY}",
    "our host as the user": f"{BASE}@evil.example/{KEY}",
    "a user at our host": f"https://user:x@manifests.example.com/m/{KEY}",
    "a port": f"https://manifests.example.com:8443/m/{KEY}",
    "the usual port": f"https://manifests.example.com:443/m/{KEY}",
    "a dot at the host's end": f"https://manifests.example.com./m/{KEY}",
    "a host in capitals": f"https://MANIFESTS.example.com/m/{KEY}",
    "letters that look alike": f"https://m\u0430nifests.example.com/m/{KEY}",
    "another scheme": f"http://manifests.example.com/m/{KEY}",
    "a file": "file:///etc/passwd",
    "a bucket": f"s3://{BUCKET}/{KEY}",
    "data": "data:application/c2pa;base64,AAAA",
    "no scheme": f"//manifests.example.com/m/{KEY}",
    "a path alone": f"/m/{KEY}",
    "nothing": "",
    "the base alone": BASE,
    "another path": f"https://manifests.example.com/other/{KEY}",
    "an encoded slash": f"{BASE}/acme%2Fsha256/{DIGEST}.c2pa",
    "an encoded path upwards": f"{BASE}/acme/%2e%2e/audit/2026-11-21/x.json",
    "a path upwards": f"{BASE}/acme/../audit/2026-11-21/x.json",
    "a path upwards to a manifest": f"{BASE}/x/../{KEY}",
    "a backslash": f"{BASE}\\{KEY}",
    "two slashes": f"{BASE}//{KEY}",
    "the record": f"{BASE}/audit/2026-11-21/x.json",
    "a trust list": f"{BASE}/trust/list.json",
    "a time-stamp": f"{BASE}/acme/tsa/1.tsr",
    "a tenant that none can be": f"{BASE}/ACME/sha256/{DIGEST}.c2pa",
    "too short a digest": f"{BASE}/acme/sha256/{DIGEST[:-1]}.c2pa",
    "a name that is no UUID": f"{BASE}/acme/id/x.c2pa",
    "a fragment": f"{GIVEN}#x",
    "a line feed": f"{GIVEN}\n",
    "a space": f" {GIVEN}",
    "another query": f"{GIVEN}?response-content-type=text/html",
    "two versions": f"{GIVEN}?versionId=a&versionId=b",
    "an odd version": f"{GIVEN}?versionId=../x",
    "no version": f"{GIVEN}?versionId=",
}


@pytest.mark.parametrize("case", NEVER)
def test_anything_else_is_refused_and_nothing_is_asked_for(
    host: ServiceHost, manifests: StoredManifests, case: str
) -> None:
    host.forget_calls()
    with pytest.raises(InvalidRequestError, match="manifest_url must be a manifest_url of this"):
        manifests.read(NEVER[case])
    assert host._summary() == {}


def test_a_bucket_that_does_not_answer_is_no_missing_manifest(
    host: ServiceHost, manifests: StoredManifests
) -> None:
    host._faults.replace([FaultRule(service="s3", status=500)])
    try:
        with pytest.raises(StoreUnavailableError):
            manifests.read(GIVEN)
    finally:
        host._faults.replace([])
