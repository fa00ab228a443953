"""`edge-signer certificate lint`: what it prints, and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from cli.certificates.lint_rules import BEGIN, END, rule_table
from cli.openapi.error_table import with_part
from tests.authorities.issuing_chains import pem_of
from tests.authorities.linted_chains import Chain
from tests.conftest import ROOT
from tests.system.command import edge_signer


@pytest.fixture
def chain() -> Chain:
    return Chain(ec.generate_private_key(ec.SECP256R1()).public_key())


def test_a_fault_is_printed_with_its_code_and_a_remedy(chain: Chain, tmp_path: Path) -> None:
    del chain.leaf.extensions["uses"]
    certificates, _ = chain.certificates()
    file = tmp_path / "chain.pem"
    file.write_text(pem_of(tuple(certificates)))
    done = edge_signer(tmp_path, "certificate", "lint", file)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "error extended-key-usage-missing certificate 1, CN=Desk Camera,O=Example AG,C=CH"
    )
    assert "It must have an extended key usage for claims, e-mail or documents." in lines[1]
    assert "certificate request" in lines[2]
    assert lines[-1].endswith("against the certificate profile: 1 error(s), 0 warning(s)")


def test_a_set_is_checked_from_its_leaf_on(chain: Chain, tmp_path: Path) -> None:
    (leaf, issuer), root = chain.certificates()
    file, roots = tmp_path / "set.p7b", tmp_path / "root.pem"
    file.write_bytes(pkcs7.serialize_certificates([root, issuer, leaf], Encoding.DER))
    roots.write_text(pem_of((root,)))
    options = ("--level", "2", "--anchors", roots, "--json")
    done = edge_signer(tmp_path, "certificate", "lint", file, *options)
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


def test_a_warning_is_no_fault(chain: Chain, tmp_path: Path) -> None:
    certificates, root = chain.certificates()
    file = tmp_path / "chain.pem"
    file.write_text(pem_of((*certificates, root)))
    done = edge_signer(tmp_path, "certificate", "lint", file, "--json")
    (finding,) = json.loads(done.stdout)
    assert (done.returncode, finding["code"], finding["certificate"]) == (0, "root-included", 3)


def test_wrong_usage_is_told(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("nothing")
    for arguments, code in (((nothing,), 1), ((nothing, "--level", "3"), 2), ((tmp_path,), 2)):
        assert edge_signer(tmp_path, "certificate", "lint", *arguments).returncode == code


def test_the_page_has_the_rules() -> None:
    page = (ROOT / "docs/certificates.md").read_text()
    assert page == with_part(page, BEGIN, END, rule_table()), "run `make openapi`"
