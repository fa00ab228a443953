"""What certificates made by tests begin with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509


def dated(
    subject: x509.Name,
    issuer: x509.Name,
    begins: timedelta = timedelta(hours=-1),
    ends: timedelta = timedelta(days=1),
) -> x509.CertificateBuilder:
    """A certificate with names, a serial number and a validity, counted from now."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
    )


def key_usage(usages: frozenset[str]) -> x509.KeyUsage:
    """The key usage with these bits."""
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: name in usages for name in names})
