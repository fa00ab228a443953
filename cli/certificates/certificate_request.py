"""`edge-signer certificate request`: a request that the key in KMS signs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from cli.certificates.certified_key import CertifiedKey
from cli.certificates.pkcs10 import request_info, signed_request
from cli.deployment import aws_failures_told
from cli.terminal import EXIT_USAGE, fail, out
from edge_signer.signing.credentials.algorithm import ALGORITHMS, Algorithm
from emulator.files import write_atomically

Extensions = list[tuple[x509.ExtensionType, bool]]


class RequestError(Exception):
    """The key cannot sign a request, or what KMS gave is no signature over it."""


def write_request(
    key: CertifiedKey,
    subject: x509.Name,
    extensions: Extensions,
    algorithm: str | None,
    file: Path | None,
    *,
    force: bool,
) -> None:
    """Have a request signed, and write it in PEM.

    Args:
        key: What is to be certified.
        subject: Whom the certificate is to name.
        extensions: What it is to have, each with whether it is critical.
        algorithm: What the request is signed with; None for the first that the key can.
        file: Where to; None for standard output.
        force: Whether a file that is there is replaced.

    Raises:
        typer.Exit: The file is there or cannot be written (2), or the key cannot sign so, or AWS
            refuses (1).
    """
    if algorithm is not None and algorithm not in ALGORITHMS:
        fail(f"--algorithm takes one of {', '.join(ALGORITHMS)}", EXIT_USAGE)
    if file is not None and file.exists() and not (force and file.is_file()):
        fail(f"{file} is there; --force replaces a file", EXIT_USAGE)
    with aws_failures_told():
        try:
            request = signed_by_kms(key.kms(), key.alias, subject, extensions, algorithm)
        except RequestError as broken:
            fail(str(broken))
    pem = request.public_bytes(serialization.Encoding.PEM).decode()
    if file is None:
        out.print(pem, markup=False, end="")
        return
    try:
        write_atomically(file, pem, mode=0o644)
    except OSError as unwritable:
        fail(f"{file}: {unwritable.strerror}", EXIT_USAGE)
    named = request.subject.rfc4514_string()
    out.print(f"{file} asks for a certificate of {key.alias} for {named}", markup=False)


def signed_by_kms(
    kms: Any, alias: str, subject: x509.Name, extensions: Extensions, algorithm: str | None
) -> x509.CertificateSigningRequest:
    """Have a key sign a request for itself; needs `kms:GetPublicKey` and `kms:Sign`.

    Args:
        kms: Client.
        alias: The key's.
        subject: Whom the certificate is to name.
        extensions: What it is to have, each with whether it is critical.
        algorithm: As COSE spells it; None for the first that the key can.

    Raises:
        RequestError: The key is of no kind that signs claims or not of the algorithm's, or the
            signature is not the key's.
        botocore.exceptions.BotoCoreError, ClientError: KMS refuses or does not answer.
    """
    found = kms.get_public_key(KeyId=alias)
    chosen = _algorithm_for(found["PublicKey"], alias, algorithm)
    info = request_info(subject, found["PublicKey"], extensions)
    # By its ARN: the alias may point elsewhere by now.
    signature = kms.sign(
        KeyId=found["KeyId"],
        Message=chosen.message(info),
        MessageType=chosen.message_type,
        SigningAlgorithm=chosen.kms_name,
    )["Signature"]
    request = signed_request(info, chosen, signature)
    if not request.is_signature_valid:
        raise RequestError("what KMS gave is no signature over the request; nothing was written")
    return request


def _algorithm_for(public_key_der: bytes, alias: str, name: str | None) -> Algorithm:
    public_key: Any = serialization.load_der_public_key(public_key_der)
    fitting = [one for one in ALGORITHMS.values() if one.fits(public_key)]
    if not fitting:
        raise RequestError(f"{alias} is of a kind that signs no claims")
    for one in fitting:
        if name in (None, one.name):
            return one
    raise RequestError(f"{alias} signs with {', '.join(one.name for one in fitting)}")
