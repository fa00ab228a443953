"""Which files are a key's chain: certificates are openssl's, for requests of openssl's."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from cli.certificates.chain_check import (
    MAX_CHAIN_BYTES,
    ChainError,
    checked_chain,
    parse_certificates,
    require_anchored,
)
from tests.authorities.openssl_ca import CLAIM_SIGNING, ISSUING, OpensslCa


@dataclass(frozen=True)
class Pki:
    """An authority, another one, and a request whose key is known."""

    ca: OpensslCa
    stranger: OpensslCa
    folder: Path
    request: str
    public_key_der: bytes
    private_key: str

    @property
    def leaf(self) -> str:
        return self.ca.issue(self.request, CLAIM_SIGNING)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    folder = tmp_path_factory.mktemp("pki")
    request, private_key = requested(folder, "leaf")
    public_key = serialization.load_pem_private_key(private_key.encode(), None).public_key()
    der = public_key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return Pki(
        OpensslCa(folder / "ca"), OpensslCa(folder / "stranger"), folder, request, der, private_key
    )


def requested(folder: Path, name: str) -> tuple[str, str]:
    subprocess.run(
        ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-subj", "/C=CH/O=Test/CN=Leaf", "-keyout", f"{name}.key",
         "-out", f"{name}.csr"],
        cwd=folder,
        capture_output=True,
        check=True,
    )  # fmt: skip
    return (folder / f"{name}.csr").read_text(), (folder / f"{name}.key").read_text()


def check(pki: Pki, text: str, anchors: str | None = None) -> None:
    chain = checked_chain(parse_certificates(text.encode()), pki.public_key_der)
    require_anchored(chain, None if anchors is None else parse_certificates(anchors.encode()))


def test_a_whole_chain_is_taken_with_and_without_its_root_known(pki: Pki) -> None:
    check(pki, pki.leaf + pki.ca.issuing)
    check(pki, pki.leaf + pki.ca.issuing, pki.stranger.root + pki.ca.root)


def test_a_leaf_alone_is_taken_where_its_issuer_is_an_anchor(pki: Pki) -> None:
    check(pki, pki.leaf, pki.ca.issuing)


def leaf(extensions: str = CLAIM_SIGNING, **validity: timedelta) -> Callable[[Pki], str]:
    return lambda pki: pki.ca.issue(pki.request, extensions, **validity) + pki.ca.issuing


def of_another_key(pki: Pki) -> str:
    request, _ = requested(pki.folder, "another")
    return pki.ca.issue(request, CLAIM_SIGNING) + pki.ca.issuing


WRONG: dict[str, tuple[Callable[[Pki], str], str]] = {
    "another key's": (of_another_key, "it certifies another key"),
    "issuer first": (lambda pki: pki.ca.issuing + pki.leaf, "is number 2; it must be the first"),
    "another issuer": (lambda pki: pki.leaf + pki.stranger.issuing, "the order leaf to issuer"),
    "no issuer": (lambda pki: pki.leaf, "issuer is missing: CN=Test issuing,O=Test Auth"),
    "a root skipped to": (lambda pki: pki.leaf + pki.ca.root, "the order leaf to issuer"),
    "its root too": (
        lambda pki: pki.leaf + pki.ca.issuing + pki.ca.root,
        "must leave its root out",
    ),
    "expired": (leaf(begins=timedelta(days=-9), ends=timedelta(days=-1)), "expired at 20"),
    "not yet valid": (leaf(begins=timedelta(days=1)), "is valid only from 20"),
    "a server's": (
        leaf(CLAIM_SIGNING.replace("emailProtection, 1.3.6.1.4.1.62558.2.1", "serverAuth")),
        "must have an extended key usage for claims",
    ),
    "for time-stamps too": (
        leaf(CLAIM_SIGNING.replace("emailProtection", "emailProtection, timeStamping")),
        "must not have an extended key usage for anything, OCSP or time-stamps",
    ),
    "for no signatures": (
        leaf(CLAIM_SIGNING.replace("digitalSignature, nonRepudiation", "keyAgreement")),
        "must have the key usage digitalSignature",
    ),
    "a CA's": (leaf(ISSUING + CLAIM_SIGNING.splitlines()[2] + "\n"), "must not be a CA"),
    "garbage": (lambda _: "certificate, honestly", "no certificate in PEM"),
    "nothing": (lambda _: "", "no certificate in PEM"),
    "a broken one": (
        lambda pki: pki.leaf.replace("MII", "MIJ"),
        "no certificate in PEM, or a broken one",
    ),
    "too many": (lambda pki: pki.leaf + pki.ca.issuing * 20, f"SSM holds {MAX_CHAIN_BYTES}"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_chain_is_refused_with_the_reason(pki: Pki, case: str) -> None:
    wrong, reason = WRONG[case]
    with pytest.raises(ChainError) as refused:
        check(pki, wrong(pki))
    assert reason in str(refused.value)


def test_a_chain_without_its_last_intermediate_is_refused_where_anchors_are_known(
    pki: Pki,
) -> None:
    for anchors in (pki.stranger.root, pki.stranger.root + pki.stranger.issuing):
        with pytest.raises(ChainError, match=r"it leads to none of the anchors.*CN=Test root"):
            check(pki, pki.leaf + pki.ca.issuing, anchors)
    with pytest.raises(ChainError, match=r"it leads to none of the anchors.*CN=Test issuing"):
        check(pki, pki.leaf, pki.ca.root)
