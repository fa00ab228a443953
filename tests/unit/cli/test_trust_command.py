"""`edge-signer trust` on this machine: what it shows, what it refuses, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner, Result

from cli.main import app
from cli.verification.trusted_lists import trust_lists
from edge_signer.verification.trust_lists.content import TrustListError
from tests.authorities.published_lists import (
    UNTRUSTED,
    Lote,
    Service,
    hierarchy,
    jws,
    list_signer,
    pem_bundle,
)

CA, OTHER = hierarchy(), hierarchy()
OVERDUE = "2026-09-01T00:00:00Z"


def trust(state: Path, *arguments: object, code: int = 0) -> Result:
    environment = {"EDGE_SIGNER_STATE": str(state), "COLUMNS": "200"}
    done = CliRunner().invoke(app, ["trust", *map(str, arguments)], env=environment)
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def list_file(tmp_path: Path) -> Path:
    file = tmp_path / "list.json"
    file.write_bytes(Lote([Service(CA.root, entity="Example AG")]).to_json())
    return file


def test_a_list_is_installed_shown_replaced_and_removed(tmp_path: Path, list_file: Path) -> None:
    state = tmp_path / "state"
    assert trust(state, "show").stdout == "No trust list is installed.\n"

    shown = trust(state, "update", list_file).stdout
    for line in (
        "list       C2PA Trust List, as c2pa-trust-list",
        "for        signers",
        "trusts     1 certificate of 1 entity",
        "issued     2026-08-05 00:11 UTC",
        "until      2027-02-05 00:11 UTC",
        "signature  not signed",
        "was        nothing",
        f"installed  {state}/trust/c2pa-trust-list.json",
    ):
        assert line in shown.splitlines()
    assert "c2pa-trust-list" in trust(state, "show").stdout
    assert "trusts     Example AG: Root, certificate until" in (
        trust(state, "show", "c2pa-trust-list").stdout
    )

    later = [
        Service(CA.root, history=[(UNTRUSTED, "2026-08-06T00:00:00Z")], entity="Example AG"),
        Service(OTHER.root, entity="Other AG"),
    ]
    list_file.write_bytes(Lote(later, issued="2026-08-07T00:00:00Z").to_json())
    shown = trust(state, "update", list_file, "--dry-run").stdout
    assert "added      Other AG: Root" in shown
    assert "changed    Example AG: Root" in shown
    assert "trusted from 2025-02-01 until 2026-08-06" in shown
    assert shown.endswith("Nothing was installed (--dry-run).\n")
    (row,) = json.loads(trust(state, "show", "--json").stdout)
    assert (row["certificates"], row["issued"]) == (1, "2026-08-05T00:11:39+00:00")

    trust(state, "update", list_file)
    list_file.write_bytes(Lote([Service(OTHER.root)], issued="2026-08-08T00:00:00Z").to_json())
    assert "removed    Example AG: Root" in trust(state, "update", list_file).stdout
    trust(state, "remove", "c2pa-trust-list")
    assert list((state / "trust").iterdir()) == []


def test_an_overdue_list_is_shown_and_the_exit_code_tells(tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    file.write_bytes(Lote([Service(CA.root)], next_update=OVERDUE).to_json())
    shown = trust(tmp_path, "update", file).stdout
    assert "until      2026-09-01 00:00 UTC: a newer list should have been published" in shown
    assert "2026-09-01, overdue" in trust(tmp_path, "show", code=1).stdout
    (row,) = json.loads(trust(tmp_path, "show", "--json", code=1).stdout)
    assert row["is_overdue"] is True


def test_a_damaged_installed_list_is_named_and_may_be_replaced(
    tmp_path: Path, list_file: Path
) -> None:
    trust(tmp_path, "update", list_file)
    installed = tmp_path / "trust/c2pa-trust-list.json"
    installed.write_bytes(installed.read_bytes()[:-200])
    assert "damaged    c2pa-trust-list: " in trust(tmp_path, "show", code=1).stdout
    with pytest.raises(TrustListError, match="the installed trust list c2pa-trust-list cannot be"):
        trust_lists(None, None, tmp_path)
    assert "damaged    the installed list cannot be read" in (
        trust(tmp_path, "update", list_file).stdout
    )
    trust(tmp_path, "show")


def test_a_signed_list_is_verified_with_its_signer(tmp_path: Path) -> None:
    signer, file, certificate = list_signer(), tmp_path / "list.jws", tmp_path / "signer.pem"
    issued = f"{signer.certificate_chain.leaf.not_valid_before_utc:%Y-%m-%dT%H:%M:%SZ}"
    content = Lote([Service(CA.root)], issued=issued, next_update="2100-01-01T00:00:00Z")
    file.write_bytes(jws(signer, content.to_json()))
    certificate.write_bytes(signer.certificate_chain.leaf.public_bytes(Encoding.PEM))
    shown = trust(tmp_path, "update", file, "--signer", certificate).stdout
    assert "signature  signed by Edge Signer Development" in shown
    (row,) = json.loads(trust(tmp_path, "show", "--json").stdout)
    assert row["signature"] == "signed by Edge Signer Development"

    shown = trust(tmp_path, "update", file, "--name", "other").stdout
    assert "signature  signed; the signature was not verified" in shown
    certificate.write_bytes(list_signer().certificate_chain.leaf.public_bytes(Encoding.PEM))
    done = trust(tmp_path, "update", file, "--signer", certificate, code=2)
    assert f"{file}: its signature does not verify" in done.stderr


PEM, LOTE = pem_bundle(CA.root), Lote([Service(CA.root)]).to_json()
STAMPS = Lote([Service(CA.root)], name="C2PA TSA Trust List").to_json()
OLDER = Lote([Service(CA.root)], issued="2026-08-04T00:00:00Z").to_json()
REFUSED: dict[str, tuple[bytes, Sequence[str], str]] = {
    "no purpose": (PEM, (), "give --purpose signers or --purpose time-stamps"),
    "another purpose": (LOTE, ("--purpose", "time-stamps"), "it is for signers, not time-stamps"),
    "junk": (b"junk", (), "list.x: it is no trust list"),
    "damaged": (
        LOTE.replace(b"NextUpdate", b"NextUpdater"),
        (),
        "LoTE.ListAndSchemeInformation.NextUpdate is missing",
    ),
    "a name": (PEM, ("--purpose", "signers", "--name", "../x"), "../x is not a list's name"),
    "a list for something else": (
        STAMPS,
        ("--name", "c2pa-trust-list"),
        "is for signers, this one for time-stamps: choose another --name",
    ),
    "an older list": (OLDER, (), "this one on 2026-08-04 00:00 UTC: --force installs it"),
    "not signed": (LOTE, ("--signer", "{signer}"), "it is not signed"),
    "no signer": (LOTE, ("--signer", "{junk}"), "neither a certificate nor a public key"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_not_be_installed_is_one_clear_error(
    tmp_path: Path, list_file: Path, name: str
) -> None:
    state, file = tmp_path / "state", tmp_path / "list.x"
    trust(state, "update", list_file)
    content, options, message = REFUSED[name]
    file.write_bytes(content)
    (tmp_path / "signer").write_bytes(PEM)
    (tmp_path / "junk").write_bytes(b"junk")
    given = {"{signer}": tmp_path / "signer", "{junk}": tmp_path / "junk"}
    done = trust(state, "update", file, *(given.get(one, one) for one in options), code=2)
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    (row,) = json.loads(trust(state, "show", "--json").stdout)
    assert row["issued"] == "2026-08-05T00:11:39+00:00"


def test_an_older_list_may_be_forced(tmp_path: Path, list_file: Path) -> None:
    trust(tmp_path, "update", list_file)
    list_file.write_bytes(OLDER)
    trust(tmp_path, "update", list_file, "--force")
    (row,) = json.loads(trust(tmp_path, "show", "--json").stdout)
    assert row["issued"] == "2026-08-04T00:00:00+00:00"


def test_what_is_not_installed_cannot_be_shown_or_removed(tmp_path: Path) -> None:
    for command in ("show", "remove"):
        done = trust(tmp_path, command, "nothing", code=2)
        assert done.stderr == "edge-signer: there is no trust list nothing\n"


def test_a_list_for_the_other_purpose_is_not_used(tmp_path: Path) -> None:
    signers, stamps = tmp_path / "signers.json", tmp_path / "stamps.json"
    signers.write_bytes(LOTE)
    stamps.write_bytes(STAMPS)
    with pytest.raises(TrustListError, match="is for time-stamps: name it with --tsa-anchors"):
        trust_lists(stamps, None, tmp_path)
    with pytest.raises(TrustListError, match="is for signers: name it with --anchors"):
        trust_lists(signers, signers, tmp_path)
    found = trust_lists(signers, stamps, tmp_path)
    assert [[*one.purposes] for one in found.lists] == [["signers"], ["time_stamps"]]


def test_lists_of_time_stamps_alone_are_not_enough(tmp_path: Path) -> None:
    file = tmp_path / "stamps.json"
    file.write_bytes(STAMPS)
    trust(tmp_path, "update", file)
    with pytest.raises(TrustListError, match="no trust list of signers is installed"):
        trust_lists(None, None, tmp_path)
