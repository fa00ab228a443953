"""Checks that the certificates of a chain respect their issuers' name constraints.

RFC 5280 §4.2.1.10. openssl and some C2PA engines do not trust a chain that violates them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from edge_signer.signing.credentials.certificate_fields import extension


def name_constraint_faults(certificates: Sequence[x509.Certificate]) -> list[str]:
    """List the names of certificates that an issuer above them does not allow.

    Args:
        certificates: Leaf first.

    Raises:
        ValueError: An extension cannot be read.
    """
    faults = []
    for at, issuer in enumerate(certificates):
        constraints = extension(issuer, x509.NameConstraints)
        if constraints is None:
            continue
        for below in range(at):
            certificate = certificates[below]
            if below and certificate.subject == certificate.issuer:
                continue  # A CA's own renewal is exempt (RFC 5280 §6.1.3).
            faults += [
                f"has the name {_shown(name)}, which the name constraints of "
                f"{issuer.subject.rfc4514_string()} do not allow"
                for name in _names(certificate)
                if not _is_allowed(name, constraints)
            ]
    return faults


def _names(certificate: x509.Certificate) -> Iterator[x509.GeneralName]:
    if certificate.subject.rdns:
        yield x509.DirectoryName(certificate.subject)
    for attribute in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS):
        yield x509.RFC822Name(str(attribute.value))
    yield from extension(certificate, x509.SubjectAlternativeName) or ()


def _is_allowed(name: x509.GeneralName, constraints: x509.NameConstraints) -> bool:
    def of_its_kind(subtrees: Sequence[x509.GeneralName] | None) -> list[x509.GeneralName]:
        return [one for one in subtrees or () if type(one) is type(name)]

    permitted = of_its_kind(constraints.permitted_subtrees)
    excluded = of_its_kind(constraints.excluded_subtrees)
    if not permitted and not excluded:
        return True
    is_within = _WITHIN.get(type(name))
    if is_within is None:
        return False  # It cannot be checked, so it is not allowed.
    if any(is_within(name.value, one.value) for one in excluded):
        return False
    if isinstance(name, x509.DirectoryName):
        # encypher-c2pa compares bytes here; RFC 5280 §7.1 and openssl ignore case, spaces and the
        # type of string.
        return not permitted or any(_begins_with(name.value, one.value) for one in permitted)
    return not permitted or any(is_within(name.value, one.value) for one in permitted)


def _directory_is_within(name: x509.Name, subtree: x509.Name) -> bool:
    head = [*map(_folded, name.rdns)][: len(subtree.rdns)]
    return head == [*map(_folded, subtree.rdns)]


def _begins_with(name: x509.Name, subtree: x509.Name) -> bool:
    return x509.Name(name.rdns[: len(subtree.rdns)]).public_bytes() == subtree.public_bytes()


def _folded(rdn: x509.RelativeDistinguishedName) -> frozenset[tuple[str, str]]:
    """Normalise an RDN: case and runs of spaces are ignored (RFC 5280 §7.1)."""
    return frozenset(
        (one.oid.dotted_string, " ".join(str(one.value).split()).casefold()) for one in rdn
    )


def _email_is_within(address: str, subtree: str) -> bool:
    local, _, host = address.rpartition("@")
    if "@" in subtree:
        subtree_local, _, subtree_host = subtree.rpartition("@")
        return local == subtree_local and host.lower() == subtree_host.lower()
    return _host_is(host, subtree)


def _host_is(host: str, subtree: str) -> bool:
    """Compare with a host; a leading dot matches all hosts below."""
    host, subtree = host.lower(), subtree.lower()
    return host.endswith(subtree) if subtree.startswith(".") else host == subtree


def _dns_is_within(host: str, subtree: str) -> bool:
    host, subtree = host.lower(), subtree.lower().removeprefix(".")
    return not subtree or host == subtree or host.endswith("." + subtree)


def _uri_is_within(uri: str, subtree: str) -> bool:
    return _host_is(urlsplit(uri).hostname or "", subtree)


def _address_is_within(address: Any, subtree: Any) -> bool:
    return address.version == subtree.version and address in subtree


_WITHIN: dict[type[x509.GeneralName], Callable[[Any, Any], bool]] = {
    x509.DirectoryName: _directory_is_within,
    x509.RFC822Name: _email_is_within,
    x509.DNSName: _dns_is_within,
    x509.UniformResourceIdentifier: _uri_is_within,
    x509.IPAddress: _address_is_within,
}


def _shown(name: x509.GeneralName) -> str:
    value = name.value
    return value.rfc4514_string() if isinstance(value, x509.Name) else str(value)
