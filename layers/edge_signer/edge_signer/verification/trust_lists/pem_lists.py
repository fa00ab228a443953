"""Lists of certificates in PEM, with text between them, and lists of certificates' digests.

C2PA publishes its lists in this form too, without dates. The interim list of before 2026 has
`anchors.pem`, `allowed.pem` with end-entity certificates, and `allowed.sha256.txt`, whose lines are
SHA-256 digests of end-entity certificates in base64.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from edge_signer.verification.trust import TrustAnchor, TrustedDigest
from edge_signer.verification.trust_lists.content import (
    ListContent,
    ListEntry,
    TrustListError,
    is_issuer,
    is_usable,
    name_of,
    read_base64,
    read_certificate,
    require_few,
)

_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 #]{1,40})-----")
_CERTIFICATE_LABELS = {b"CERTIFICATE", b"X509 CERTIFICATE"}
#: Base64 of 32 bytes.
_DIGEST_LINE = re.compile(rb"[A-Za-z0-9+/]{43}=")
_OID_LINE = re.compile(rb"[0-2](\.[0-9]+){3,}")


def read_pem_list(content: bytes) -> ListContent:
    """Read certificates in PEM, and lines with digests outside of them; other text is ignored.

    Raises:
        TrustListError: There is neither; or a certificate is broken; or there is a private key.
    """
    entries: list[ListEntry] = []
    notes = []
    for number, (block, line) in enumerate(_blocks(content), 1):
        where = f"certificate {number}, at line {line},"
        try:
            der = read_base64(block.decode("ascii"))
        except ValueError:
            raise TrustListError(f"{where} is not base64") from None
        certificate = read_certificate(der, where)
        if is_usable(certificate):
            anchor = TrustAnchor(certificate, name_of(certificate), not is_issuer(certificate))
            entries.append(ListEntry(anchor))
        else:
            notes.append(f"Certificate {number} has a kind of key that is not supported.")
        require_few(entries)
    entries += (ListEntry(TrustedDigest(digest)) for digest in _digests(content))
    require_few(entries)
    if not entries and not notes:
        raise TrustListError(_what_it_is_instead(content))
    return ListContent(tuple(entries), notes=tuple(notes))


def read_der_certificate(content: bytes) -> ListContent:
    """Read one certificate in DER.

    Raises:
        TrustListError: It is something else.
    """
    certificate = read_certificate(content, "the file")
    if not is_usable(certificate):
        raise TrustListError("its certificate has a kind of key that is not supported")
    anchor = TrustAnchor(certificate, name_of(certificate), not is_issuer(certificate))
    return ListContent((ListEntry(anchor),))


def _blocks(content: bytes) -> Iterator[tuple[bytes, int]]:
    """Give what is in each block, and the number of the line on which it begins."""
    position, line = 0, 1
    while begin := _BEGIN.search(content, position):
        line += content.count(b"\n", position, begin.start())
        label = begin[1]
        if label.endswith(b"PRIVATE KEY"):
            raise TrustListError(f"it holds a private key, at line {line}")
        if label not in _CERTIFICATE_LABELS:
            raise TrustListError(f"line {line} begins a {label.decode()}, not a certificate")
        end_line = b"-----END %b-----" % label
        end = content.find(end_line, begin.end())
        following = _BEGIN.search(content, begin.end())
        if end < 0 or (following and following.start() < end):
            raise TrustListError(f"the certificate that begins at line {line} has no end")
        yield content[begin.end() : end], line
        line += content.count(b"\n", begin.start(), end)
        position = end + len(end_line)


def _digests(content: bytes) -> Iterator[bytes]:
    is_inside = False
    for text in content.splitlines():
        if text.startswith(b"-----"):
            is_inside = text.startswith(b"-----BEGIN")
        elif not is_inside and _DIGEST_LINE.fullmatch(text.strip()):
            yield read_base64(text.decode("ascii"))


def _what_it_is_instead(content: bytes) -> str:
    if any(_OID_LINE.fullmatch(line.strip()) for line in content.splitlines()):
        return "it is a list of extended key usages, not of certificates"
    return (
        "it is no trust list: neither JSON (C2PA's or IPTC's), nor signed JSON, nor certificates "
        "in PEM"
    )
