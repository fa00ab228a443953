"""Stored manifests are verified again, after the answer, and a difference is reported."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from emulator.system import Settings
from tests.e2e.conftest import body, post
from tests.guards.resolved_template import resolved_resources
from tests.signers.software_signer import Workshop
from tests.system.running import Running, running
from tests.system.waiting import wait_for

BUCKET = "edge-signer-dev-manifests-123456789012-us-east-1"
LOG = "edge-signer-dev-recheck"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    settings = Settings(
        port=0,
        state_directory=tmp_path_factory.mktemp("rechecks"),
        parameters={"RecheckShare": "all"},
    )
    with running(settings) as system:
        yield system


def lines(system: Running, **wanted: Any) -> list[dict[str, Any]]:
    """The lines of the function's log with these fields."""
    log = Path(system.state.anchors).parent / "logs" / f"{LOG}.log"
    found = map(json.loads, log.read_text().splitlines() if log.exists() else ())
    return [one for one in found if wanted.items() <= one.items()]


def is_reported(system: Running, begins: str) -> bool:
    return any(one.startswith(begins) for one in complaints(system))


def complaints(system: Running) -> list[str]:
    return [one["message"] for one in lines(system, complaint="manifest_differs")]


def signed_digest(system: Running, fields: dict[str, Any]) -> str:
    """Sign an asset; gives the digest of its manifest store."""
    answer = post(system, fields)
    assert answer.status == 200, answer
    return hashlib.sha256(base64.b64decode(answer.json()["manifest"])).hexdigest()


def test_what_was_signed_holds_for_all_engines(system: Running) -> None:
    before = complaints(system)
    embedded = {"embed": {"format": "image/jpeg", "offset": 20}}
    sidecar = signed_digest(system, body(b"rechecked"))
    inside = signed_digest(system, body(b"rechecked inside", **embedded))
    (line,) = wait_for(lambda: lines(system, manifest_sha256=sidecar))
    assert (line["verdict"], line["tenant_id"], line["success"]) == ("Trusted", "load", True)
    assert line["asset_sha256"] == hashlib.sha256(b"rechecked").hexdigest()
    (line,) = wait_for(lambda: lines(system, manifest_sha256=inside))
    assert line["success"]
    assert complaints(system) == before


def test_a_manifest_that_an_engine_rejects_is_reported(system: Running, workshop: Workshop) -> None:
    s3, before = system.client("s3"), len(complaints(system))
    other = hashlib.sha256(b"other").hexdigest()
    store = workshop.sign(b"one file")
    damaged = bytearray(store)
    damaged[len(store) // 2] ^= 1
    cases = {
        f"acme/sha256/{other}.c2pa": (store, "assertion.dataHash.mismatch"),
        f"acme/sha256/{'1' * 64}.embedded.c2pa": (bytes(damaged), " ("),
        f"acme/sha256/{'2' * 64}.c2pa": (b"no store", "Unreadable"),
    }
    for key, (content, _) in cases.items():
        version = s3.put_object(Bucket=BUCKET, Key=key, Body=content)["VersionId"]
        begins = f"{key}, version {version}: "
        wait_for(partial(is_reported, system, begins))
    assert len(complaints(system)) == before + len(cases)
    for key, (_, said) in cases.items():
        (complaint,) = (one for one in complaints(system) if one.startswith(key))
        assert said in complaint
    # A signer whom nobody trusts is no difference.
    whole = f"acme/sha256/{hashlib.sha256(b'one file').hexdigest()}.c2pa"
    s3.put_object(Bucket=BUCKET, Key=whole, Body=store)
    whole_store = hashlib.sha256(store).hexdigest()
    (line,) = wait_for(lambda: lines(system, manifest_sha256=whole_store, verdict="Valid"))
    assert line["asset_sha256"] == hashlib.sha256(b"one file").hexdigest()
    assert len(complaints(system)) == before + len(cases)


def test_nothing_else_in_the_bucket_is_looked_at(system: Running) -> None:
    def refused() -> int:
        return len(lines(system, error_type="UNKNOWN_MANIFEST"))

    s3, before = system.client("s3"), refused()
    s3.put_object(Bucket=BUCKET, Key="acme/tsa/1.tsr", Body=b"x")
    s3.put_object(Bucket=BUCKET, Key="other.c2pa", Body=b"x")
    wait_for(lambda: refused() > before)
    assert refused() == before + 1


def ends(share: str) -> list[str]:
    bucket = resolved_resources(RecheckShare=share)["ManifestBucket"].properties
    found = bucket.get("NotificationConfiguration", {}).get("LambdaConfigurations", [])
    return [one["Filter"]["S3Key"]["Rules"][0]["Value"] for one in found]


def test_the_share_is_drawn_by_the_end_of_the_name() -> None:
    assert ends("none") == []
    assert ends("all") == [".c2pa"]
    digests = [hashlib.sha256(bytes([one // 256, one % 256])).hexdigest() for one in range(8192)]
    for share, of in (("oneIn16", 16), ("oneIn256", 256)):
        for kind, end in zip((".c2pa", ".embedded.c2pa"), ends(share), strict=True):
            drawn = sum(f"{digest}{kind}".endswith(end) for digest in digests)
            assert 0.6 < drawn * of / len(digests) < 1.4, (share, kind, drawn)
        # S3 refuses two notifications for one name.
        assert not any(
            one != other and one.endswith(other) for one in ends(share) for other in ends(share)
        )
