"""`edge-signer certificate`: from a request over openssl's certificate to a trusted sidecar."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from edge_signer.signing.credentials.algorithm import AlgorithmName
from emulator.system import Settings
from tests.authorities.openssl_ca import CLAIM_SIGNING, OpensslCa
from tests.e2e.conftest import body, post
from tests.judges.engines import require_all_trust
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.kms_keys import KEY_SPECS
from tests.system.command import edge_signer
from tests.system.running import Running, running

ASSET = SAMPLE_ASSETS["PNG"]
#: The template's own key, and one of every other kind.
KEYS: dict[AlgorithmName, str] = {
    "ES256": "signing",
    "ES384": "signing-es384",
    "PS256": "signing-ps256",
    "EdDSA": "signing-eddsa",
}
FOLDER = "/edge-signer/dev/certificates"
SUBJECT = ("--country", "CH", "--organization", "Example AG", "--product", "Desk Camera")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A system with keys that nobody has certified yet, and policies that name them."""
    with running(Settings(port=0, state_directory=tmp_path_factory.mktemp("office"))) as system:
        kms, ssm = system.client("kms"), system.client("ssm")
        for algorithm, key in KEYS.items():
            if key != "signing":
                made = kms.create_key(KeySpec=KEY_SPECS[algorithm], KeyUsage="SIGN_VERIFY")
                alias = f"alias/edge-signer-dev-{key}"
                kms.create_alias(AliasName=alias, TargetKeyId=made["KeyMetadata"]["KeyId"])
            fields = {
                "policy_id": f"{key}-v1",
                "claim_generator_info": {"name": "Desk", "specVersion": "2.4.0"},
                "signing_key": key,
                "certificate": key,
                "algorithm": algorithm,
                "required_assertions": ["c2pa.actions.v2"],
                "allowed_assertions": ["c2pa.actions.v2"],
                "vouched_assertions": ["c2pa.actions.v2"],
            }
            name = f"/edge-signer/dev/policies/{key}-v1"
            ssm.put_parameter(Name=name, Type="String", Value=json.dumps(fields))
        yield system


@pytest.fixture
def state(office: Running) -> Path:
    return Path(office.state.anchors).parent


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> OpensslCa:
    return OpensslCa(tmp_path_factory.mktemp("ca") / "authority")


def requested(state: Path, key: str) -> str:
    done = edge_signer(state, "certificate", "request", *SUBJECT, "--key", key)
    assert done.returncode == 0, done.stderr
    return done.stdout


def stored(office: Running, name: str) -> dict[str, Any]:
    answer = office.client("ssm").get_parameter(Name=f"{FOLDER}/{name}")
    found: dict[str, Any] = answer["Parameter"]
    return found


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_certificate_from_a_request_signs_what_both_engines_trust(
    office: Running, state: Path, ca: OpensslCa, tmp_path: Path, algorithm: AlgorithmName
) -> None:
    key, chain, root = KEYS[algorithm], tmp_path / "chain.pem", tmp_path / "root.pem"
    chain.write_text(ca.issue(requested(state, key)) + ca.issuing)
    root.write_text(ca.root)

    options = ("--key", key, "--anchors", root)
    done = edge_signer(state, "certificate", "install", chain, *options)
    assert done.returncode == 0, done.stderr
    told = {line.split()[0]: line.split(maxsplit=1)[1] for line in done.stdout.splitlines()}
    assert told["parameter"] == f"{FOLDER}/{key}"
    first = "CN=Edge Signer dev signing," if key == "signing" else "nothing"
    assert told["was"].startswith(first)
    assert told["is"].startswith("CN=Desk Camera,O=Example AG,C=CH, until 20")
    assert stored(office, key)["Value"].startswith("-----BEGIN CERTIFICATE")

    answer = post(office, body(ASSET.content, policy_id=f"{key}-v1"))
    assert answer.status == 200, answer
    url = answer.json()["manifest_url"].removeprefix(office.state.url)
    store = office.call("GET", url).body
    require_all_trust(ASSET.content, ASSET.media_type, store, ca.root)

    shown = edge_signer(state, "certificate", "show", "--key", key, "--json")
    facts = json.loads(shown.stdout)
    assert (shown.returncode, facts["fault"], facts["days_left"]) == (0, "", 29)
    assert algorithm in facts["algorithms"]
    assert facts["issuer"] == "CN=Test issuing,O=Test Authority,C=CH"


def test_what_is_refused_is_not_stored_and_a_private_key_is_not_echoed(
    office: Running, state: Path, ca: OpensslCa, tmp_path: Path
) -> None:
    file, before = tmp_path / "chain.pem", stored(office, "signing")["Version"]
    request = requested(state, "signing")
    expired = ca.issue(request, begins=timedelta(days=-9), ends=timedelta(days=-1))
    secret = ca.issuing_key
    for text, reason in (
        (ca.issue(requested(state, "signing-es384")) + ca.issuing, "it certifies another key"),
        (expired + ca.issuing, "expired at"),
        (ca.issue(request), "certificate of its issuer is missing"),
        (secret + ca.issue(request) + ca.issuing, "this file holds a private key"),
    ):
        file.write_text(text)
        refused = edge_signer(state, "certificate", "install", file)
        assert (refused.returncode, reason in refused.stderr) == (1, True), refused.stderr
        said = refused.stdout + refused.stderr
        assert not [line for line in secret.splitlines() if line in said]
    assert stored(office, "signing")["Version"] == before


def test_a_chain_longer_than_a_standard_parameter_is_installed(
    office: Running, state: Path, ca: OpensslCa, tmp_path: Path
) -> None:
    file = tmp_path / "chain.pem"
    padding = f"nsComment = {'x' * 2400}\n"
    leaf = ca.issue(requested(state, "signing-es384"), CLAIM_SIGNING + padding)
    file.write_text(leaf + ca.issuing)
    options = ("--key", "signing-es384", "--certificate", "long")
    done = edge_signer(state, "certificate", "install", file, *options)
    assert done.returncode == 0, done.stderr
    assert len(stored(office, "long")["Value"]) > 4096
    assert edge_signer(state, "certificate", "show", *options).returncode == 0


def test_a_bundle_of_an_authority_is_installed_without_its_root(
    office: Running, state: Path, ca: OpensslCa, tmp_path: Path
) -> None:
    pem, bundle = tmp_path / "all.pem", tmp_path / "all.p7b"
    leaf = ca.issue(requested(state, "signing-es384"))
    pem.write_text(ca.root + ca.issuing + leaf)
    convert = ("openssl", "crl2pkcs7", "-nocrl", "-certfile", pem, "-outform", "DER")
    subprocess.run((*convert, "-out", bundle), check=True)
    options = ("--key", "signing-es384", "--certificate", "bundle")
    done = edge_signer(state, "certificate", "install", bundle, *options)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "left out" in done.stdout
    assert "CN=Test root" in done.stdout
    assert (
        stored(office, "bundle")["Value"]
        == leaf[leaf.index("-----BEGIN") :] + ca.issuing[ca.issuing.index("-----BEGIN") :]
    )


def test_a_request_goes_to_a_file_that_is_not_there_yet(state: Path, tmp_path: Path) -> None:
    file = tmp_path / "signing.csr"
    arguments = ("certificate", "request", *SUBJECT, "--out", file)
    done = edge_signer(state, *arguments)
    assert (done.returncode, "CN=Desk Camera,O=Example AG,C=CH" in done.stdout) == (0, True)
    first = file.read_text()
    assert first.startswith("-----BEGIN CERTIFICATE REQUEST-----")
    refused = edge_signer(state, *arguments)
    assert (refused.returncode, "--force" in refused.stderr) == (2, True)
    assert file.read_text() == first
    assert edge_signer(state, *arguments, "--force").returncode == 0
    assert file.read_text() != first


def test_what_is_installed_is_shown_with_its_fault(office: Running, state: Path) -> None:
    shown = edge_signer(state, "certificate", "show", "--certificate", "none")
    assert (shown.returncode, "nothing is installed" in shown.stdout) == (1, True)
    stolen = stored(office, "signing")["Value"]
    for value, fault in (("perhaps", "no certificate in PEM"), (stolen, "another key")):
        name = f"{FOLDER}/odd"
        office.client("ssm").put_parameter(Name=name, Type="String", Value=value, Overwrite=True)
        options = ("--key", "signing-es384", "--certificate", "odd")
        shown = edge_signer(state, "certificate", "show", *options)
        assert (shown.returncode, fault in shown.stdout) == (1, True), shown.stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("request", "--country", "Switzerland", *SUBJECT[2:]), "two capital letters"),
        (("request", *SUBJECT[:5], "Zoë"), "product must be plain ASCII"),
        (("request", *SUBJECT[:5], ""), "product takes 1 to 64 characters"),
        (("request", *SUBJECT, "--unit", "x" * 65), "unit takes 1 to 64 characters"),
        (("request", *SUBJECT, "--assurance-level", "2"), "go together"),
        (("request", *SUBJECT, "--assurance-level", "3", "--cpl-record", "x"), "takes 1 or 2"),
        (("request", *SUBJECT, "--assurance-level", "1", "--cpl-record", "x"), "takes a UUID"),
        (("request", *SUBJECT, "--algorithm", "RS256"), "takes one of ES256"),
        (("request", *SUBJECT, "--key", "receipts"), "is not a key's name"),
        (("request", *SUBJECT, "--out", "/"), "exists; --force"),
        (("install", "nowhere.pem"), "no such file"),
        (("install", "/dev/zero"), "is not a file"),
        (("install", "README.md", "--certificate", "tsa"), "time-stamp authority's roots"),
        (("show", "--certificate", "../flags"), "lower-case letters"),
    ],
)
def test_wrong_usage_is_told(state: Path, arguments: tuple[str, ...], why: str) -> None:
    refused = edge_signer(state, "certificate", *arguments)
    assert (refused.returncode, why in refused.stderr) == (2, True), refused.stderr


def test_a_key_that_is_not_there_is_told(state: Path) -> None:
    for command in (("request", *SUBJECT), ("show",)):
        refused = edge_signer(state, "certificate", *command, "--key", "signing-none")
        assert (refused.returncode, "signing-none" in refused.stderr) == (1, True)
