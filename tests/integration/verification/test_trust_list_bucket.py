"""The lists of a deployment: read from the bucket now and then, kept when that fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509

from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.verification.trust import Purpose
from edge_signer.verification.trust_lists.content import TrustListError
from edge_signer.verification.trust_lists.installed_list import (
    MAX_LISTS,
    InstalledList,
    key_of,
)
from edge_signer.verification.trust_lists.list_bucket import TrustListBucket
from emulator.aws.services import ServiceHost, in_process_services, moto_host
from emulator.credentials.trust_lists import store_trust_lists
from emulator.http.message import Request
from emulator.stack.resources import Services
from tests.authorities.published_lists import Lote, Service, hierarchy, pem_bundle
from tests.judges.own_validator import trusted_by

BUCKET = "manifests"
NOW = datetime.now(UTC)
CA, OTHER = hierarchy(), hierarchy()


@pytest.fixture
def host() -> ServiceHost:
    return moto_host()


@pytest.fixture
def aws(host: ServiceHost) -> Services:
    services = in_process_services(host)
    services.s3.create_bucket(Bucket=BUCKET)
    for one in services.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        services.s3.delete_object(Bucket=BUCKET, Key=one["Key"])
    return services


def document(
    name: str, *certificates: x509.Certificate, purpose: Purpose = "signers"
) -> InstalledList:
    content = pem_bundle(*certificates)
    return InstalledList.of_file(name, frozenset({purpose}), content, "not signed", NOW)


def install(aws: Services, *lists: InstalledList) -> None:
    for one in lists:
        aws.s3.put_object(Bucket=BUCKET, Key=key_of(one.name), Body=one.to_json())


def reads(host: ServiceHost, operation: str) -> int:
    counted = json.loads(host.answer(Request("GET", "/_emulator/calls")).body)
    return int(counted.get(f"s3.{operation}", {"count": 0})["count"])


def refuse(_: str) -> None:
    raise AssertionError(_)


def bucket(
    aws: Services, complain: Callable[[str], None] = refuse, refresh_s: float = 0.0
) -> TrustListBucket:
    return TrustListBucket(aws.s3, BUCKET, complain, refresh_s=refresh_s, retry_s=0.0)


def test_a_document_keeps_the_published_file_and_what_it_is_for() -> None:
    published = Lote([Service(CA.root)]).to_json()
    kept = InstalledList.of_file("c2pa", frozenset({"signers"}), published, "signed by X", NOW)
    again = InstalledList.from_json(kept.to_json())
    assert again == kept
    (one,) = again.trust_lists()
    assert (one.name, one.signature, one.is_development) == (
        "C2PA Trust List",
        "signed by X",
        False,
    )
    assert [anchor.certificate for anchor in one.anchors] == [CA.root]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"purposes": []}, "purposes cannot be read"),
        ({"purposes": ["all"]}, "purposes.0 cannot be read"),
        ({"name": "../x"}, "name cannot be read"),
        ({"extra": 1}, "extra cannot be read"),
        ({"list": "!"}, "list is not base64"),
        ({"list": "AAAA"}, "it is no trust list"),
    ],
)
def test_a_damaged_document_names_its_field(change: dict[str, Any], message: str) -> None:
    fields = {**json.loads(document("x", CA.root).to_json()), **change}
    with pytest.raises(TrustListError, match=message):
        InstalledList.from_json(json.dumps(fields).encode()).trust_lists()


def test_all_lists_of_the_folder_are_read_and_nothing_else(aws: Services) -> None:
    install(aws, document("b", CA.root), document("a", OTHER.root, purpose="time_stamps"))
    aws.s3.put_object(Bucket=BUCKET, Key="acme/sha256/x.c2pa", Body=b"x")
    lists = bucket(aws)()
    assert [one.name for one in lists.lists] == ["a", "b"]
    assert trusted_by(lists, "signers", NOW) == [CA.root]
    assert trusted_by(lists, "time_stamps", NOW) == [OTHER.root]


def test_no_list_is_no_failure(aws: Services) -> None:
    assert bucket(aws)().lists == ()


def test_lists_serve_until_they_are_old_and_unchanged_ones_are_not_read_again(
    aws: Services, host: ServiceHost
) -> None:
    install(aws, document("a", CA.root))
    fresh, stale = bucket(aws, refresh_s=1000), bucket(aws)
    before = reads(host, "GetObject")
    first = stale()
    assert (stale() is first, fresh() is fresh()) == (True, True)
    assert reads(host, "GetObject") == before + 2

    install(aws, document("b", OTHER.root))
    assert [one.name for one in stale().lists] == ["a", "b"]
    assert [one.name for one in fresh().lists] == ["a"]
    assert reads(host, "GetObject") == before + 3

    install(aws, document("a", OTHER.root))
    assert trusted_by(stale(), "signers", NOW) == [OTHER.root, OTHER.root]
    aws.s3.delete_object(Bucket=BUCKET, Key=key_of("a"))
    assert [one.name for one in stale().lists] == ["b"]


def break_s3(host: ServiceHost, *, broken: bool) -> None:
    rules = [{"service": "s3", "operation": "ListObjectsV2", "status": 500}] if broken else []
    host.answer(Request("PUT", "/_emulator/faults", body=json.dumps(rules).encode()))


def test_the_last_good_lists_serve_while_s3_fails(aws: Services, host: ServiceHost) -> None:
    install(aws, document("a", CA.root))
    known, never = bucket(aws), bucket(aws)
    known()
    break_s3(host, broken=True)
    try:
        assert [one.name for one in known().lists] == ["a"]
        with pytest.raises(StoreUnavailableError, match="trust lists cannot be read"):
            never()
    finally:
        break_s3(host, broken=False)
    assert [one.name for one in never().lists] == ["a"]


def test_a_damaged_list_is_said_once_and_never_left_out(aws: Services) -> None:
    complaints: list[str] = []
    install(aws, document("a", CA.root))
    known, never = bucket(aws, complaints.append), bucket(aws, complaints.append)
    known()
    install(aws, document("b", OTHER.root))
    aws.s3.put_object(Bucket=BUCKET, Key=key_of("a"), Body=b"{")
    # Without the list, signers would be called untrusted that it trusts.
    for _ in range(2):
        assert [one.name for one in known().lists] == ["a"]
    (line,) = complaints
    assert line.startswith("trust lists not read: trust/a.json: ")
    with pytest.raises(StoreUnavailableError, match="An installed trust list is damaged"):
        never()


def test_too_many_lists_are_a_fault_and_not_cut_off(aws: Services) -> None:
    complaints: list[str] = []
    one = document("x", CA.root)
    install(aws, *(one.model_copy(update={"name": f"l-{n}"}) for n in range(MAX_LISTS + 1)))
    with pytest.raises(StoreUnavailableError):
        bucket(aws, complaints.append)()
    assert complaints == [f"trust lists not read: there are more than {MAX_LISTS} of them"]


def test_the_emulators_own_lists_are_said_to_be_for_development(aws: Services) -> None:
    roots = {
        "signers": pem_bundle(CA.root).decode(),
        "time_stamps": pem_bundle(OTHER.root).decode(),
    }
    installed = {"press.json": document("press", OTHER.leaf).to_json().decode()}
    store_trust_lists(aws.s3, BUCKET, roots, installed)
    lists = bucket(aws)()
    found = [(one.name, [*one.purposes], one.is_development) for one in lists.lists]
    assert found == [
        ("development-signers", ["signers"], True),
        ("development-time-stamps", ["time_stamps"], True),
        ("press", ["signers"], False),
    ]
