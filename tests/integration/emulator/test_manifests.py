from __future__ import annotations

import pytest

from tests.system.running import Running

HEX = "ab" * 32
KEY = f"acme/sha256/{HEX}.c2pa"
ADDRESS = f"/manifests/{KEY}"


@pytest.fixture(scope="module")
def versions(system: Running) -> list[str]:
    """Store a manifest twice, and give both versions."""
    s3 = system.client("s3")
    return [
        s3.put_object(
            Bucket="manifests",
            Key=KEY,
            Body=body,
            ContentType="application/c2pa",
            CacheControl="public, max-age=7",
        )["VersionId"]
        for body in (b"first", b"second")
    ]


@pytest.mark.usefixtures("versions")
def test_a_stored_manifest_is_public_at_its_address(system: Running) -> None:
    answer = system.call("GET", ADDRESS)

    assert (answer.status, answer.body) == (200, b"second")
    assert answer.headers["content-type"] == "application/c2pa"
    assert answer.headers["cache-control"] == "public, max-age=7"


def test_an_older_version_can_still_be_read(system: Running, versions: list[str]) -> None:
    assert system.call("GET", f"{ADDRESS}?versionId={versions[0]}").body == b"first"
    assert system.call("GET", f"{ADDRESS}?versionId=none").status == 404


@pytest.mark.parametrize(
    "key",
    [f"acme/sha256/{HEX}.embedded.c2pa", "acme/id/16fd2706-8baf-433b-82eb-8c7fada847da.c2pa"],
)
def test_every_kind_of_manifest_is_public_at_its_address(system: Running, key: str) -> None:
    system.client("s3").put_object(
        Bucket="manifests", Key=key, Body=b"manifest", ContentType="application/c2pa"
    )

    answer = system.call("GET", f"/manifests/{key}")

    assert (answer.status, answer.body) == (200, b"manifest")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_time_stamp_is_public_at_its_address(system: Running) -> None:
    key = "acme/tsa/1234567890.tsr"
    system.client("s3").put_object(
        Bucket="manifests", Key=key, Body=b"stamp", ContentType="application/timestamp-reply"
    )

    answer = system.call("GET", f"/manifests/{key}")

    assert (answer.status, answer.body) == (200, b"stamp")
    assert answer.headers["content-type"] == "application/timestamp-reply"


@pytest.mark.usefixtures("versions")
def test_a_cache_that_has_it_already_gets_no_body(system: Running) -> None:
    etag = system.call("GET", ADDRESS).headers["etag"]

    for known in (etag, f'"other", W/{etag}', "*"):
        answer = system.call("GET", ADDRESS, headers={"If-None-Match": known})
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == etag
    assert system.call("GET", ADDRESS, headers={"If-None-Match": '"other"'}).status == 200


@pytest.mark.usefixtures("versions")
def test_a_head_request_tells_the_length(system: Running) -> None:
    answer = system.call("HEAD", ADDRESS)

    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "6")


@pytest.mark.parametrize(
    "path",
    [
        f"acme/sha256/{'cd' * 32}.c2pa",
        f"acme/sha256/{'AB' * 32}.c2pa",
        "acme/sha256/short.c2pa",
        "acme/tsa/1.tsr",
        f"../manifests/acme/sha256/{HEX}.c2pa",
        "",
    ],
)
@pytest.mark.usefixtures("versions")
def test_what_is_no_manifest_is_404_in_json(system: Running, path: str) -> None:
    answer = system.call("GET", f"/manifests/{path}")

    assert answer.status == 404
    assert answer.json()["code"] == "NOT_FOUND"


def test_manifests_cannot_be_written_here(system: Running) -> None:
    answer = system.call("PUT", ADDRESS, b"forged")

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
