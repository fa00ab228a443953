"""Lists of trusted entities (ETSI TS 119 602 V1.1.1), as C2PA publishes them.

C2PA's extension of ETSI's schema allows two statuses. Each change of a service's status has a
date; the current one is in `ServiceInformation`, the others in `ServiceHistory`. C2PA's example has
a later change in the history than the current one, so only the dates decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from cryptography import x509
from pydantic import AfterValidator, Field

from edge_signer.verification.trust import Purpose, TrustAnchor
from edge_signer.verification.trust_lists.content import (
    ListContent,
    ListEntry,
    TrustListError,
    is_issuer,
    is_usable,
    read_base64,
    read_certificate,
    require_few,
)
from edge_signer.verification.trust_lists.json_text import (
    Items,
    ListPart,
    Time,
    path_of,
    read_form,
)

_C2PA = "http://c2pa.org/conformance/trust-list"
_ETSI = "http://uri.etsi.org/TrstSvc"
#: Whether a service with this status is trusted. ETSI's are those of TS 119 612 §5.5.4.
STATUSES = {
    f"{_C2PA}/trusted": True,
    f"{_C2PA}/untrusted": False,
    f"{_ETSI}/TrustedList/Svcstatus/granted": True,
    f"{_ETSI}/TrustedList/Svcstatus/withdrawn": False,
}
#: What services of a type are for (TS 119 612 §5.5.1). C2PA's lists have one type each, unnamed.
SERVICE_TYPES: dict[str, Purpose] = {
    f"{_ETSI}/Svctype/CA/QC": "signers",
    f"{_ETSI}/Svctype/CA/PKC": "signers",
    f"{_ETSI}/Svctype/TSA": "time_stamps",
    f"{_ETSI}/Svctype/TSA/QTST": "time_stamps",
    f"{_ETSI}/Svctype/TSA/TSS-QC": "time_stamps",
    f"{_ETSI}/Svctype/TSA/TSS-AdESQCandQES": "time_stamps",
}
#: Lists that have no service types, but names that say what they are for.
NAMED_LISTS: dict[str, Purpose] = {
    "C2PA Trust List": "signers",
    "C2PA TSA Trust List": "time_stamps",
}
_DISTANT_PAST = datetime.min.replace(tzinfo=UTC)


def _known_status(value: str) -> str:
    if value not in STATUSES:
        raise ValueError(f"unknown: {' or '.join(STATUSES)}")
    return value


_Status = Annotated[str, AfterValidator(_known_status)]


class _Text(ListPart):
    lang: str
    value: str


class _Certificate(ListPart):
    val: str


class _Identity(ListPart):
    certificates: Items[_Certificate] = Field(default=[], alias="X509Certificates")


class _Service(ListPart):
    name: Items[_Text] = Field(alias="ServiceName", min_length=1)
    identity: _Identity = Field(alias="ServiceDigitalIdentity")
    type: str | None = Field(default=None, alias="ServiceTypeIdentifier")
    status: _Status | None = Field(default=None, alias="ServiceStatus")
    since: Time | None = Field(default=None, alias="StatusStartingTime")


class _PastStatus(ListPart):
    status: _Status = Field(alias="ServiceStatus")
    since: Time = Field(alias="StatusStartingTime")


class _ServiceWithHistory(ListPart):
    current: _Service = Field(alias="ServiceInformation")
    history: Items[_PastStatus] = Field(default=[], alias="ServiceHistory")


class _EntityInformation(ListPart):
    name: Items[_Text] = Field(alias="TEName", min_length=1)


class _Entity(ListPart):
    information: _EntityInformation = Field(alias="TrustedEntityInformation")
    services: Items[_ServiceWithHistory] = Field(alias="TrustedEntityServices", min_length=1)


class _Scheme(ListPart):
    version: Literal[1] = Field(alias="LoTEVersionIdentifier")
    name: Items[_Text] = Field(default=[], alias="SchemeName")
    operator: Items[_Text] = Field(alias="SchemeOperatorName", min_length=1)
    issued: Time = Field(alias="ListIssueDateTime")
    next_update: Time = Field(alias="NextUpdate")


class _Lote(ListPart):
    scheme: _Scheme = Field(alias="ListAndSchemeInformation")
    entities: Items[_Entity] = Field(alias="TrustedEntitiesList", min_length=1)


class _Document(ListPart):
    lote: _Lote = Field(alias="LoTE")


@dataclass(frozen=True)
class _Period:
    """When a service was trusted; None for no bound."""

    begin: datetime | None = None
    end: datetime | None = None


def read_lote(document: Any) -> ListContent:
    """Read a list of trusted entities.

    Args:
        document: The JSON document, an object with `LoTE`.

    Raises:
        TrustListError: A field is missing or wrong, or dates contradict each other.
    """
    lote = read_form(_Document, document).lote
    scheme = lote.scheme
    if scheme.next_update < scheme.issued:
        scheme_path = "LoTE.ListAndSchemeInformation"
        raise TrustListError(f"{scheme_path}.NextUpdate is before ListIssueDateTime")
    reading = _Reading()
    for number, entity in enumerate(lote.entities):
        where = path_of("LoTE", "TrustedEntitiesList", number, "TrustedEntityServices")
        for place, service in enumerate(entity.services):
            reading.take(service, _english(entity.information.name), f"{where}[{place}]")
    title = _english(scheme.name) or _english(scheme.operator)
    return ListContent(
        entries=tuple(reading.entries),
        title=title,
        purposes=frozenset({NAMED_LISTS[title]} if title in NAMED_LISTS else ()),
        issued=scheme.issued,
        next_update=scheme.next_update,
        notes=tuple(reading.notes),
    )


class _Reading:
    """Collects the entries of all services, and what cannot be used."""

    def __init__(self) -> None:
        self.entries: list[ListEntry] = []
        self.notes: list[str] = []

    def take(self, service: _ServiceWithHistory, entity: str, path: str) -> None:
        current = service.current
        named = f"{entity}: {_english(current.name)}"
        if current.type is not None and current.type not in SERVICE_TYPES:
            self.notes.append(f"{named} is neither a signer nor a time-stamp authority.")
            return
        purposes = frozenset({SERVICE_TYPES[current.type]} if current.type else ())
        if not current.identity.certificates:
            self.notes.append(f"{named} has no certificate.")
        periods = list(_periods(service, path))
        for number, listed in enumerate(current.identity.certificates):
            at = "ServiceInformation.ServiceDigitalIdentity.X509Certificates"
            certificate = _certificate(listed, f"{path}.{at}[{number}].val")
            if not is_usable(certificate):
                self.notes.append(f"{named} has a kind of key that is not supported.")
                continue
            self.entries += _entries(certificate, entity, purposes, periods)
            require_few(self.entries)


def _entries(
    certificate: x509.Certificate,
    entity: str,
    purposes: frozenset[Purpose],
    periods: Sequence[_Period],
) -> Iterator[ListEntry]:
    for period in periods:
        anchor = TrustAnchor(
            certificate,
            entity,
            not is_issuer(certificate),
            trusted_from=period.begin,
            trusted_until=period.end,
        )
        yield ListEntry(anchor, purposes)


def _certificate(listed: _Certificate, field: str) -> x509.Certificate:
    try:
        der = read_base64(listed.val)
    except ValueError:
        raise TrustListError(f"{field} is not base64") from None
    return read_certificate(der, field)


def _periods(service: _ServiceWithHistory, path: str) -> Iterator[_Period]:
    """Give when a service was trusted, from all changes of its status in order of time."""
    current = service.current
    if current.status is None:
        yield _Period()
        return
    changes = {current.since: STATUSES[current.status]}
    for number, past in enumerate(service.history):
        is_trusted = STATUSES[past.status]
        if changes.setdefault(past.since, is_trusted) != is_trusted:
            field = f"{path}.ServiceHistory[{number}]"
            raise TrustListError(f"{field} contradicts another status of the same time")
    begin: datetime | None = None
    was_trusted = False
    for since in sorted(changes, key=lambda one: one or _DISTANT_PAST):
        if changes[since] and not was_trusted:
            begin = since
        elif was_trusted and not changes[since]:
            yield _Period(begin, since)
        was_trusted = changes[since]
    if was_trusted:
        yield _Period(begin)


def _english(texts: Sequence[_Text]) -> str:
    in_english = (one.value for one in texts if one.lang.lower().startswith("en"))
    return next(in_english, texts[0].value if texts else "").strip()
