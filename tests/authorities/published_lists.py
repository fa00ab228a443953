"""Trust lists in the forms in which C2PA and IPTC publish theirs, with the tests' authorities."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from emulator.credentials.development_ca import DevelopmentCa
from tests.authorities.issuing_chains import Issuer, chain_under
from tests.signers.software_signer import SoftwareSigner

C2PA = "http://c2pa.org/conformance/trust-list"
TRUSTED, UNTRUSTED = f"{C2PA}/trusted", f"{C2PA}/untrusted"
ISSUED, NEXT = "2026-08-05T00:11:39Z", "2027-02-05T00:11:39Z"


@dataclass(frozen=True)
class Hierarchy:
    """A root, the leaf under it, and the certificate between them."""

    root: x509.Certificate
    issuing: x509.Certificate
    leaf: x509.Certificate


def hierarchy() -> Hierarchy:
    (leaf, issuing), root = chain_under(
        Issuer(), ec.generate_private_key(ec.SECP256R1()).public_key()
    )
    return Hierarchy(root, issuing, leaf)


@dataclass(frozen=True)
class Service:
    """A service of a trusted entity, with its status now and at other times."""

    certificate: x509.Certificate
    status: str | None = TRUSTED
    since: str | None = "2025-02-01T00:00:00Z"
    history: Sequence[tuple[str, str]] = ()
    type: str | None = None
    entity: str = "Example CA"

    def document(self) -> dict[str, Any]:
        named = {
            "ServiceName": said("Example CA Root"),
            "ServiceDigitalIdentity": {"X509Certificates": [{"val": base64_of(self.certificate)}]},
        }
        stated = {
            "ServiceTypeIdentifier": self.type,
            "ServiceStatus": self.status,
            "StatusStartingTime": self.since,
        }
        past = [
            {**named, "ServiceStatus": status, "StatusStartingTime": since}
            for status, since in self.history
        ]
        current = {**named, **{name: value for name, value in stated.items() if value is not None}}
        return {"ServiceInformation": current, **({"ServiceHistory": past} if past else {})}


@dataclass(frozen=True)
class Lote:
    """A list of trusted entities, as C2PA publishes them."""

    services: Sequence[Service]
    name: str | None = "C2PA Trust List"
    issued: str = ISSUED
    next_update: str = NEXT
    changes: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        scheme = {
            "LoTEVersionIdentifier": 1,
            "LoTESequenceNumber": 1,
            "SchemeOperatorName": said("Example Coalition"),
            "SchemeInformationURI": [{"lang": "en", "uriValue": "https://example.com/list"}],
            "ListIssueDateTime": self.issued,
            "NextUpdate": self.next_update,
        }
        entities = [
            {
                "TrustedEntityInformation": {
                    "TEName": said(one.entity),
                    "TEAddress": {
                        "TEPostalAddress": [
                            {"lang": "en", "StreetAddress": "A Street 1", "Country": "CH"}
                        ],
                        "TEElectronicAddress": [
                            {"lang": "en", "uriValue": "mailto:ca@example.com"}
                        ],
                    },
                    "TEInformationURI": [{"lang": "en", "uriValue": "https://example.com"}],
                },
                "TrustedEntityServices": [one.document()],
            }
            for one in self.services
        ]
        if self.name is not None:
            scheme["SchemeName"] = said(self.name)
        return {"LoTE": {"ListAndSchemeInformation": scheme, "TrustedEntitiesList": entities}}

    def to_json(self) -> bytes:
        return json.dumps(self.document(), indent=2).encode()


def said(text: str) -> list[dict[str, str]]:
    return [{"lang": "de", "value": f"{text} auf Deutsch"}, {"lang": "en", "value": text}]


def base64_of(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def pem_bundle(*certificates: x509.Certificate) -> bytes:
    """What C2PA publishes beside its JSON: each certificate below a line about it."""
    return b"\n".join(
        b"Subject\t%b\n%b" % (one.subject.rfc4514_string().encode(), one.public_bytes(Encoding.PEM))
        for one in certificates
    )


def digest_line(certificate: x509.Certificate) -> bytes:
    return base64.b64encode(certificate.fingerprint(hashes.SHA256()))


def publisher(name: str, key: Mapping[str, Any], *, is_ca: bool = False) -> dict[str, Any]:
    contact = "https://example.com/contact"
    jwks = {"keys": [{"kty": "EC", **key}]}
    return {"display_name": name, "contact": contact, "isCA": is_ca, "jwks": jwks}


def publishers_list(*entities: Mapping[str, Any]) -> bytes:
    """What IPTC publishes."""
    return json.dumps(
        {
            "version": "0.1",
            "name": "IPTC - Verified Publishers",
            "download_url": "https://example.com/list.json",
            "description": "Publishers of the tests",
            "website": "https://example.com",
            "last_updated": "2026-08-05T00:11:39.123Z",
            "entities": entities,
        }
    ).encode()


def jws(signer: SoftwareSigner, payload: bytes, **header: Any) -> bytes:
    """A list that is signed in compact form (RFC 7515)."""
    protected = json.dumps({"alg": signer.algorithm.name, **header}).encode()
    signed = b".".join(map(base64url, (protected, payload)))
    return b"%b.%b" % (signed, base64url(signer.sign_tbs(signed)))


def list_signer(algorithm: Any = "ES256") -> SoftwareSigner:
    return SoftwareSigner(DevelopmentCa(), algorithm)


def base64url(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")
