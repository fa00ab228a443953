"""`edge-signer certificate install` and `show`: the chain of a key, where the signer finds it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cli.certificates.certificate_file import CertificateFile, read_certificate_file
from cli.certificates.certified_key import CertifiedKey
from cli.certificates.chain_check import (
    ChainError,
    algorithms_of,
    arranged,
    as_pem,
    checked_chain,
    parse_certificates,
    require_anchored,
)
from cli.deployment import aws_failures_told
from cli.terminal import EXIT_USAGE, fail, out, require_file, show_row
from edge_signer.signing.credentials.kms import KmsSigner


def install_chain(key: CertifiedKey, file: Path, anchors_file: Path | None) -> None:
    """Check a chain and put it in force.

    Args:
        key: Whose it must be.
        file: The key's certificate, then its issuers; or a PKCS #7 file with them.
        anchors_file: Roots, to one of which it must lead; None where none are known.

    Raises:
        typer.Exit: A file cannot be read (2), it is not that key's chain, or AWS refuses (1).
    """
    found = _read(file)
    anchors = None if anchors_file is None else _read(anchors_file).certificates
    with aws_failures_told():
        public_key_der = key.kms().get_public_key(KeyId=key.alias)["PublicKey"]
        try:
            parts = arranged(found.certificates, public_key_der, is_ordered=found.is_ordered)
            chain = checked_chain(parts.chain, public_key_der)
            require_anchored(chain, anchors, parts.left_out)
        except ChainError as refused:
            fail(f"{file} is not the chain of {key.alias}: {refused}")
        before = _installed(key)
        key.ssm().put_parameter(
            Name=key.parameter,
            Type="String",
            Value=as_pem(chain.certificates),
            Overwrite=True,
            # Standard up to 4,096 bytes, advanced for more.
            Tier="Intelligent-Tiering",
        )
    show_row("parameter", key.parameter)
    show_row("was", "nothing" if before is None else _summary(before))
    show_row("is", _summary(as_pem(chain.certificates)))
    show_row("until", f"{chain.expires_at:%Y-%m-%d %H:%M} UTC, {_days_left(chain.expires_at)} days")
    for one in parts.left_out:
        show_row("left out", one.subject.rfc4514_string())
    if anchors is None:
        show_row("root", f"not checked: {chain.certificates[-1].issuer.rfc4514_string()}")
    out.print(f"Every worker has it within {KmsSigner.REFRESH_S / 60:.0f} minutes.")


def show_chain(key: CertifiedKey, *, as_json: bool) -> int:
    """Print the chain that is in force; give the exit code.

    Args:
        key: Whose it should be.
        as_json: Print one JSON object.

    Raises:
        typer.Exit: AWS refuses (1).
    """
    with aws_failures_told():
        public_key_der = key.kms().get_public_key(KeyId=key.alias)["PublicKey"]
        installed = _installed(key)
    facts = {"parameter": key.parameter, "key": key.alias}
    facts |= {"fault": "nothing is installed"} if installed is None else {}
    facts |= _facts(installed, public_key_der) if installed is not None else {}
    if as_json:
        out.print(json.dumps(facts), markup=False)
    else:
        for name, value in facts.items():
            if value != "":
                show_row(name.replace("_", " "), str(value))
    return 1 if facts["fault"] else 0


def _facts(pem: str, public_key_der: bytes) -> dict[str, Any]:
    try:
        certificates = parse_certificates(pem.encode())
    except ChainError as broken:
        return {"fault": str(broken)}
    leaf = certificates[0]
    facts: dict[str, Any] = {
        "subject": leaf.subject.rfc4514_string(),
        "issuer": leaf.issuer.rfc4514_string(),
        "serial": f"{leaf.serial_number:x}",
        "valid_from": leaf.not_valid_before_utc.isoformat(),
        "valid_until": leaf.not_valid_after_utc.isoformat(),
        "days_left": _days_left(min(one.not_valid_after_utc for one in certificates)),
        "certificates": len(certificates),
    }
    try:
        chain = checked_chain(certificates, public_key_der)
    except ChainError as refused:
        return {**facts, "fault": str(refused)}
    return {**facts, "algorithms": ", ".join(algorithms_of(chain)), "fault": ""}


def _installed(key: CertifiedKey) -> str | None:
    ssm = key.ssm()
    try:
        return str(ssm.get_parameter(Name=key.parameter)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return None


def _summary(pem: str) -> str:
    try:
        leaf = parse_certificates(pem.encode())[0]
    except ChainError:
        return "no certificate that can be read"
    return f"{leaf.subject.rfc4514_string()}, until {leaf.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"


def _read(file: Path) -> CertificateFile:
    require_file(file)
    try:
        return read_certificate_file(file)
    except ChainError as refused:
        fail(f"{file}: {refused}")
    except OSError as unreadable:
        fail(f"{file}: {unreadable.strerror}", EXIT_USAGE)


def _days_left(end: datetime) -> int:
    return max(0, (end - datetime.now(UTC)).days)
