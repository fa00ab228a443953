"""C2PA's lists of trusted entities: whom they trust, and from when to when."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from edge_signer.verification.trust import TrustAnchor, TrustLists
from edge_signer.verification.trust_lists import content
from edge_signer.verification.trust_lists.content import TrustListError
from edge_signer.verification.trust_lists.list_file import read_list_file
from tests.authorities.published_lists import (
    TRUSTED,
    UNTRUSTED,
    Lote,
    Service,
    base64_of,
    hierarchy,
    said,
)
from tests.judges.own_validator import trusted_by

CA = hierarchy()
ETSI = "http://uri.etsi.org/TrstSvc"
GRANTED, WITHDRAWN = (
    f"{ETSI}/TrustedList/Svcstatus/granted",
    f"{ETSI}/TrustedList/Svcstatus/withdrawn",
)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def anchors_of(service: Service) -> list[TrustAnchor]:
    (one,) = read_list_file(Lote([service]).to_json()).trust_lists("x")
    return list(one.anchors)


def test_a_list_has_its_name_its_dates_and_its_entities() -> None:
    read = read_list_file(Lote([Service(CA.root, entity="Example AG")]).to_json())
    (one,) = read.trust_lists("a file")
    assert (one.name, [*one.purposes]) == ("C2PA Trust List", ["signers"])
    assert one.issued == day("2026-08-05T00:11:39")
    assert one.next_update == day("2027-02-05T00:11:39")
    assert (one.signature, len(one.sha256)) == ("not signed", 64)
    (anchor,) = one.anchors
    assert (anchor.certificate, anchor.entity) == (CA.root, "Example AG")
    assert (anchor.trusted_from, anchor.trusted_until) == (day("2025-02-01"), None)
    assert one.is_overdue_at(day("2027-02-06"))
    assert not one.is_overdue_at(day("2027-02-05"))


def test_the_list_for_time_stamps_trusts_no_signer() -> None:
    read = read_list_file(Lote([Service(CA.root)], name="C2PA TSA Trust List").to_json())
    lists = TrustLists(read.trust_lists("x"))
    now = day("2026-09-01")
    assert trusted_by(lists, "signers", now) == []
    assert trusted_by(lists, "time_stamps", now) == [CA.root]
    with pytest.raises(TrustListError, match="it is for time-stamps, not signers"):
        read.trust_lists("x", {"signers"})


def test_a_list_of_unknown_purpose_is_for_what_is_wanted() -> None:
    read = read_list_file(Lote([Service(CA.root)], name=None).to_json())
    with pytest.raises(TrustListError, match="does not say whether it is for signers"):
        read.trust_lists("x")
    (one,) = read.trust_lists("x", {"signers"})
    assert (one.name, [*one.purposes]) == ("Example Coalition", ["signers"])


T1, T2, T3 = "2025-02-01T00:00:00Z", "2025-06-01T00:00:00Z", "2026-01-01T02:00:00+02:00"
Bounds = list[tuple[str | None, str | None]]
HISTORIES: dict[str, tuple[Service, Bounds]] = {
    "trusted": (Service(CA.root, TRUSTED, T1), [("2025-02-01", None)]),
    "never trusted": (Service(CA.root, UNTRUSTED, T1), []),
    "no status": (Service(CA.root, None, None), [(None, None)]),
    "a status without a date": (Service(CA.root, TRUSTED, None), [(None, None)]),
    # C2PA's own example of its schema has the later status in the history.
    "untrusted later": (
        Service(CA.root, TRUSTED, T1, [(UNTRUSTED, T2)]),
        [("2025-02-01", "2025-06-01")],
    ),
    "untrusted now": (
        Service(CA.root, UNTRUSTED, T2, [(TRUSTED, T1)]),
        [("2025-02-01", "2025-06-01")],
    ),
    "trusted again": (
        Service(CA.root, TRUSTED, T3, [(UNTRUSTED, T2), (TRUSTED, T1)]),
        [("2025-02-01", "2025-06-01"), ("2026-01-01", None)],
    ),
    "trusted twice": (Service(CA.root, TRUSTED, T2, [(TRUSTED, T1)]), [("2025-02-01", None)]),
    "withdrawn, in ETSI's words": (
        Service(CA.root, WITHDRAWN, T2, [(GRANTED, T1)]),
        [("2025-02-01", "2025-06-01")],
    ),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_each_change_of_status_begins_or_ends_trust(name: str) -> None:
    service, expected = HISTORIES[name]
    found = [(one.trusted_from, one.trusted_until) for one in anchors_of(service)]
    assert found == [(begin and day(begin), end and day(end)) for begin, end in expected]


def test_an_authority_is_untrusted_from_the_moment_of_its_removal() -> None:
    (anchor,) = anchors_of(Service(CA.root, UNTRUSTED, T2, [(TRUSTED, T1)]))
    assert not anchor.is_trusted_at(day("2025-01-31T23:59:59"))
    assert anchor.is_trusted_at(day("2025-02-01"))
    assert anchor.is_trusted_at(day("2025-05-31T23:59:59"))
    assert not anchor.is_trusted_at(day("2025-06-01"))


def test_services_are_for_what_their_type_says() -> None:
    signer, stamper, responder = hierarchy(), hierarchy(), hierarchy()
    services = [
        Service(signer.root, type=f"{ETSI}/Svctype/CA/PKC"),
        Service(stamper.root, type=f"{ETSI}/Svctype/TSA/QTST"),
        Service(responder.root, type=f"{ETSI}/Svctype/Certstatus/OCSP", entity="Status AG"),
    ]
    read = read_list_file(Lote(services, name="A list").to_json())
    lists = TrustLists(read.trust_lists("x"))
    now = day("2026-09-01")
    assert trusted_by(lists, "signers", now) == [signer.root]
    assert trusted_by(lists, "time_stamps", now) == [stamper.root]
    (note,) = read.content.notes
    assert note == "Status AG: Example CA Root is neither a signer nor a time-stamp authority."
    (only,) = read.trust_lists("x", {"time_stamps"})
    assert [one.certificate for one in only.anchors] == [stamper.root]


def test_a_certificate_that_may_not_issue_is_trusted_alone() -> None:
    (anchor,) = anchors_of(Service(CA.leaf))
    assert anchor.is_end_entity


SCHEME = ("LoTE", "ListAndSchemeInformation")
SERVICE = (
    *("LoTE", "TrustedEntitiesList", 0, "TrustedEntityServices", 0),
    "ServiceInformation",
)
CERTIFICATE = (*SERVICE, "ServiceDigitalIdentity", "X509Certificates", 0, "val")
AT_SERVICE = "LoTE.TrustedEntitiesList[0].TrustedEntityServices[0].ServiceInformation"
AT_CERTIFICATE = f"{AT_SERVICE}.ServiceDigitalIdentity.X509Certificates[0].val"
DAMAGES: list[tuple[tuple[str | int, ...], Any, str]] = [
    ((*SCHEME, "NextUpdate"), None, "LoTE.ListAndSchemeInformation.NextUpdate is missing"),
    (
        (*SCHEME, "NextUpdate"),
        "soon",
        "LoTE.ListAndSchemeInformation.NextUpdate, soon, is not a date and time such as "
        "2026-08-05T00:11:39Z",
    ),
    (
        (*SCHEME, "NextUpdate"),
        "2020-01-01T00:00:00Z",
        "LoTE.ListAndSchemeInformation.NextUpdate is before ListIssueDateTime",
    ),
    (
        (*SCHEME, "ListIssueDateTime"),
        "2026-13-05T00:11:39Z",
        "LoTE.ListAndSchemeInformation.ListIssueDateTime, 2026-13-05T00:11:39Z, is ",
    ),
    (
        (*SCHEME, "LoTEVersionIdentifier"),
        2,
        "LoTE.ListAndSchemeInformation.LoTEVersionIdentifier, 2, is not 1",
    ),
    (("LoTE", "TrustedEntitiesList"), [], "LoTE.TrustedEntitiesList is wrong: "),
    (("LoTE", "TrustedEntitiesList"), None, "LoTE.TrustedEntitiesList is missing"),
    (("LoTE",), 7, "LoTE, 7, is not a valid dictionary"),
    (
        ("LoTE", "TrustedEntitiesList", 0, "TrustedEntityInformation", "TEName"),
        "Example CA",
        "LoTE.TrustedEntitiesList[0].TrustedEntityInformation.TEName, Example CA, is not ",
    ),
    ((*SERVICE, "ServiceStatus"), "http://example.com/good", f"{AT_SERVICE}.ServiceStatus, http"),
    ((*SERVICE, "StatusStartingTime"), 7, f"{AT_SERVICE}.StatusStartingTime, 7, is not a date"),
    (CERTIFICATE, "!", f"{AT_CERTIFICATE} is not base64"),
    (CERTIFICATE, "MA==", f"{AT_CERTIFICATE} is not a certificate that can be read"),
    (CERTIFICATE, base64_of(CA.root)[:-8], f"{AT_CERTIFICATE} is not a certificate"),
]


@pytest.mark.parametrize(
    ("path", "value", "message"), DAMAGES, ids=[message for _, _, message in DAMAGES]
)
def test_a_damaged_list_is_one_error_that_names_the_field(
    path: tuple[str | int, ...], value: Any, message: str
) -> None:
    document = Lote([Service(CA.root)]).document()
    parent: Any = document
    for step in path[:-1]:
        parent = parent[step]
    if value is None:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    with pytest.raises(TrustListError) as refused:
        read_list_file(json.dumps(document).encode())
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


def test_two_statuses_of_one_moment_are_refused() -> None:
    service = Service(CA.root, TRUSTED, T1, [(UNTRUSTED, T1)])
    with pytest.raises(TrustListError, match=r"Services\[0\].ServiceHistory\[0\] contradicts"):
        read_list_file(Lote([service]).to_json())


def test_a_service_without_a_certificate_is_left_out_and_said_to_be() -> None:
    document = Lote([Service(CA.root), Service(CA.issuing)]).document()
    services = document["LoTE"]["TrustedEntitiesList"][0]["TrustedEntityServices"]
    services[0]["ServiceInformation"]["ServiceDigitalIdentity"] = {"X509SKIs": ["AAAA"]}
    read = read_list_file(json.dumps(document).encode())
    assert read.content.notes == ("Example CA: Example CA Root has no certificate.",)
    (one,) = read.trust_lists("x")
    assert [anchor.certificate for anchor in one.anchors] == [CA.issuing]


def test_a_list_that_is_too_long_or_too_large_is_refused() -> None:
    document = Lote([Service(CA.root)]).document()
    (entity,) = document["LoTE"]["TrustedEntitiesList"]
    identity = entity["TrustedEntityServices"][0]["ServiceInformation"]["ServiceDigitalIdentity"]
    identity["X509Certificates"] *= content.MAX_ENTRIES + 1
    with pytest.raises(TrustListError, match="more than 10,000 entries"):
        read_list_file(json.dumps(document).encode())
    with pytest.raises(TrustListError, match="more than 8 MiB"):
        read_list_file(b" " * (content.MAX_LIST_BYTES + 1))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{"LoTE": {}', "it is not JSON: .* at line 1 column"),
        (b'{"LoTE": {}, "LoTE": {}}', "an object has the key LoTE twice"),
        (b'{"LoTE": NaN}', "NaN is not a number"),
        (b'{"LoTE": "\xff"}', "it is not UTF-8"),
        (b'{"a": ' * 100_000, "it is nested too deeply"),
        (b'{"LoTE": ' + b"9" * 5000 + b"}", "a number that is too long"),
        (b"[]", "it is JSON with neither LoTE"),
        (b'{"manifests": []}', "it is JSON with neither LoTE"),
        (b'{"payload": "", "signatures": []}', "only the compact form is supported"),
        (b"<?xml version='1.0'?><TrustServiceStatusList/>", "it is XML"),
    ],
)
def test_what_is_no_list_is_said_to_be_none(text: bytes, message: str) -> None:
    with pytest.raises(TrustListError, match=message):
        read_list_file(text)


def test_names_are_read_in_english_if_they_can_be() -> None:
    document = Lote([Service(CA.root)]).document()
    information = document["LoTE"]["TrustedEntitiesList"][0]["TrustedEntityInformation"]
    information["TEName"] = said("x")[:1]
    (one,) = read_list_file(json.dumps(document).encode()).trust_lists("x")
    assert one.anchors[0].entity == "x auf Deutsch"
