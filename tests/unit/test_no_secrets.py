"""No key and no secret in what is committed; and the scanner finds one of every class."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.conftest import ROOT
from tests.guards.secrets_scan import committed_files, files_below, scan, secrets_in

P256, P521 = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP521R1())
RSA = rsa.generate_private_key(65537, 2048)
ED25519 = ed25519.Ed25519PrivateKey.generate()
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def der(key: Key, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    return key.private_bytes(Encoding.DER, form, NoEncryption())


def pem(key: Key, form: PrivateFormat = PrivateFormat.PKCS8, password: bytes | None = None) -> str:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, form, encryption).decode()


def jwk() -> str:
    d = P256.private_numbers().private_value.to_bytes(32)
    return json.dumps({"kty": "EC", "crv": "P-256", "d": base64.urlsafe_b64encode(d).decode()[:43]})


def letters(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
PLANTED: dict[str, tuple[Callable[[], str | bytes], str]] = {
    "PKCS #8 in PEM": (lambda: pem(P256), "private key in PEM"),
    "SEC 1 in PEM": (lambda: pem(P256, PrivateFormat.TraditionalOpenSSL), "private key in PEM"),
    "PKCS #1 in PEM": (lambda: pem(RSA, PrivateFormat.TraditionalOpenSSL), "private key in PEM"),
    "OpenSSH's": (lambda: pem(ED25519, PrivateFormat.OpenSSH), "private key in PEM"),
    "encrypted": (lambda: pem(P256, password=b"known"), "private key in PEM"),
    "encrypted by openssl": (
        lambda: pem(P256, PrivateFormat.TraditionalOpenSSL, b"known"),
        "private key in PEM",
    ),
    "PEM in JSON": (lambda: json.dumps({"key": pem(ED25519)}), "private key in PEM"),
    "PEM in YAML": (lambda: "key: |\n" + textwrap.indent(pem(P521), "  "), "private key in PEM"),
    "PEM in base64": (
        lambda: base64.b64encode(pem(P256).encode()),
        "private key in PEM, encoded",
    ),
    "P-256 in DER": (lambda: b"\0\xff" + der(P256) + b"\0", "private key in DER"),
    "P-521 in DER": (lambda: der(P521), "private key in DER"),
    "RSA in DER": (lambda: der(RSA), "private key in DER"),
    "Ed25519 in DER": (lambda: der(ED25519), "private key in DER"),
    "SEC 1 in DER": (lambda: der(P256, PrivateFormat.TraditionalOpenSSL), "private key in DER"),
    "PKCS #1 in DER": (lambda: der(RSA, PrivateFormat.TraditionalOpenSSL), "private key in DER"),
    "DER in hex": (lambda: f"KEY = '{der(P256).hex()}'", "private key in DER, encoded"),
    "DER in base64": (
        lambda: f'"blob": "{base64.b64encode(der(ED25519)).decode()}"',
        "private key in DER, encoded",
    ),
    "DER in base64 over lines": (
        lambda: textwrap.indent(base64.encodebytes(der(RSA)).decode(), "    "),
        "private key in DER, encoded",
    ),
    "DER in URL-safe base64 after a path": (
        lambda: b"https://host/key/" + base64.urlsafe_b64encode(der(P256)),
        "private key in DER, encoded",
    ),
    "a JSON Web Key": (jwk, "private JSON Web Key"),
    "an access key of AWS": (lambda: f"id: AKIA{letters(BASE32, 16)}", "AWS access key"),
    "a session's access key": (lambda: f"id=ASIA{letters(BASE32, 16)}\n", "AWS access key"),
    "a secret in hex": (
        lambda: f'hmac_key = "{secrets.token_hex(32)}"',
        "secret assigned to a name",
    ),
    "a token": (lambda: f"API_TOKEN={mixed(43)}", "secret assigned to a name"),
    "a typed secret": (
        lambda: f'SECRET: str = "{secrets.token_hex(32)}"',
        "secret assigned to a name",
    ),
    "a secret in YAML": (
        lambda: f"  ClientSecret: {secrets.token_hex(32)}\n",
        "secret assigned to a name",
    ),
    "a secret access key": (
        lambda: f'"aws_secret_access_key": "{mixed(40)}"',
        "secret assigned to a name",
    ),
}


def mixed(length: int) -> str:
    return "aA0" + base64.b64encode(secrets.token_bytes(48)).decode()[: length - 3]


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_secret_is_found(case: str) -> None:
    plant, name = PLANTED[case]
    content = plant()
    assert name in secrets_in(content if isinstance(content, bytes) else content.encode())


HARMLESS: dict[str, Callable[[], str | bytes]] = {
    "public keys": lambda: b"".join(
        key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for key in (P256, P521, RSA, ED25519)
    ),
    "random bytes": lambda: secrets.token_bytes(1 << 20),
    "a digest under a harmless name": lambda: f"TBS_SHA256 = '{secrets.token_hex(32)}'",
    "a token's digest": lambda: f"token_sha256 = '{secrets.token_hex(32)}'",
    "the header alone": lambda: "-----BEGIN " + "PRIVATE KEY-----\n",
    "AWS's example": lambda: "AKIA" + "IOSFODNN7EXAMPLE",
    "a name of code": lambda: "token = settings_of_the_function_that_signs_everything_here",
}


@pytest.mark.parametrize("case", HARMLESS)
def test_what_is_no_secret_is_let_pass(case: str) -> None:
    content = HARMLESS[case]()
    assert secrets_in(content if isinstance(content, bytes) else content.encode()) == set()


def test_nothing_that_is_committed_is_a_secret() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("what is committed can be told in a git checkout only")
    assert scan(committed_files()) == []


def test_an_archive_in_a_folder_is_read_and_the_secret_is_not_printed(tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner.zip", tmp_path / "built" / "layer.zip"
    outer.parent.mkdir()
    for archive, name, content in (
        (inner, "python/key.der", der(P256)),
        (outer, "inner.zip", b""),
    ):
        with zipfile.ZipFile(archive, "w") as made:
            made.writestr(name, content or inner.read_bytes())
    expected = [f"{outer}!inner.zip!python/key.der: private key in DER"]
    assert scan(files_below(outer.parent)) == expected
    (outer.parent / "app.py").write_text(f"TOKEN = '{'x' * 3}'\n{pem(P256)}")
    done = run(outer.parent)
    assert done.returncode == 1
    assert f"{outer.parent / 'app.py'}: private key in PEM" in done.stdout.splitlines()
    assert not [line for line in pem(P256).splitlines() if line in done.stdout + done.stderr]


def test_the_command_tells_by_its_exit_code(tmp_path: Path) -> None:
    assert run(ROOT / "functions", ROOT / "template.yaml").returncode == 0
    assert run(tmp_path / "nowhere").returncode == 2


def run(*paths: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.guards.secrets_scan", *map(str, paths)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
