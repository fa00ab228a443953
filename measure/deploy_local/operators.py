"""What an operator does after the first deployment: steps 3 to 5 of docs/deploy.md."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from emulator.account import REGION
from emulator.credentials.development_ca import DevelopmentCa
from tests.system.command import edge_signer

STAGE = "dev"
#: The tenant of the sample events.
TENANT = "acme"
#: A tenant whose requests must be signed.
SIGNING_TENANT = "testcorp"


@dataclass(frozen=True)
class Access:
    """What the operator got.

    Attributes:
        token: Of TENANT.
        signing_token: Of SIGNING_TENANT.
        hmac_key: What requests with it are signed with.
        admin_token: The operator's own.
        anchors_pem: The roots of the key's certificate.
    """

    token: str = field(repr=False)
    signing_token: str = field(repr=False)
    hmac_key: str = field(repr=False)
    admin_token: str = field(repr=False)
    anchors_pem: str


def set_up() -> Access:
    """Certify the key, let two tenants and an operator in, switch on."""
    ca = DevelopmentCa()
    with tempfile.TemporaryDirectory() as folder:
        request, chain = Path(folder) / "request.pem", Path(folder) / "chain.pem"
        named = ("--country", "CH", "--organization", "Edge Signer", "--product", "Edge Signer")
        _edge_signer("certificate", "request", *named, "--out", str(request))
        chain.write_text(_certified(ca, request.read_bytes()))
        _edge_signer("certificate", "install", str(chain))
    _edge_signer("certificate", "show")
    tenant = _told("tenants", "add", TENANT)
    signing = _told("tenants", "add", SIGNING_TENANT, "--hmac")
    admin = _told("admin", "tokens", "issue", "operator")
    _edge_signer("flags", "set", "tenant_allowlist", f"{TENANT},{SIGNING_TENANT}")
    for flag in ("edge_signer_enabled", "execution_enabled", "verification_enabled"):
        _edge_signer("flags", "set", flag, "true")
    print("set up: certificate, tenants, operator, flags", flush=True)
    return Access(
        tenant["token"], signing["token"], signing["hmac_key"], admin["token"], ca.anchors_pem()
    )


def _certified(ca: DevelopmentCa, request_pem: bytes) -> str:
    request = x509.load_pem_x509_csr(request_pem)
    if not request.is_signature_valid:
        sys.exit("the certificate's request has no valid signature")
    public_key = request.public_key()
    der = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return ca.issue("Edge Signer dev", der)


def _told(*arguments: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(_edge_signer(*arguments, "--json"))
    return told


def _edge_signer(*arguments: str) -> str:
    done = edge_signer(Path("none"), *arguments, "--stage", STAGE, "--region", REGION)
    if done.returncode:
        sys.exit(f"edge-signer {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout
