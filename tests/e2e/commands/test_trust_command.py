"""`edge-signer trust` as an operator uses it, and what `verify` makes of the lists."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from edge_signer.verification.trust import TrustLists
from edge_signer.verification.trust_lists.list_bucket import TrustListBucket
from emulator.system import Settings
from tests.authorities.published_lists import (
    NEXT,
    UNTRUSTED,
    Lote,
    Service,
    hierarchy,
    jws,
    list_signer,
    pem_bundle,
    publisher,
    publishers_list,
)
from tests.authorities.published_lists import base64_of as listed
from tests.signers.software_signer import Workshop
from tests.system.command import edge_signer
from tests.system.running import Running, running

CA, OTHER = hierarchy(), hierarchy()
OVERDUE = "2026-09-01T00:00:00Z"


def trust(state: Path, *arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = edge_signer(state, "trust", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
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
    tmp_path: Path, list_file: Path, photo: Path
) -> None:
    trust(tmp_path, "update", list_file)
    installed = tmp_path / "trust/c2pa-trust-list.json"
    installed.write_bytes(installed.read_bytes()[:-200])
    assert "damaged    c2pa-trust-list: " in trust(tmp_path, "show", code=1).stdout
    done = edge_signer(tmp_path, "verify", photo)
    assert done.returncode == 2
    assert "the installed trust list c2pa-trust-list cannot be read" in done.stderr
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


def verdict(state: Path, photo: Path, *options: object) -> Any:
    done = edge_signer(state, "verify", photo, "--json", *options)
    return json.loads(done.stdout)


def test_verify_trusts_whom_an_installed_list_trusts_and_names_the_list(
    tmp_path: Path, photo: Path, workshop: Workshop
) -> None:
    photo.with_name("photo.jpg.c2pa").write_bytes(workshop.sign(photo.read_bytes()))
    state, file = tmp_path / "state", tmp_path / "list.json"
    done = edge_signer(state, "verify", photo)
    assert (done.returncode, "edge-signer trust update FILE" in done.stderr) == (2, True)

    issuing = workshop.signer.certificate_chain.certificates[1]
    since = f"{issuing.not_valid_before_utc:%Y-%m-%dT%H:%M:%SZ}"
    file.write_bytes(Lote([Service(issuing, since=since)], next_update=NEXT).to_json())
    trust(state, "update", file)
    report = verdict(state, photo)
    assert report["verdict"] == "Trusted"
    (used,) = report["trust_lists"]
    assert (used["name"], used["anchors"]) == ("C2PA Trust List", 1)
    assert used["next_update"].startswith("2027-02-05T00:11:39")

    # The same file may be named instead of installed.
    trust(state, "remove", "c2pa-trust-list")
    assert verdict(state, photo, "--anchors", file)["verdict"] == "Trusted"

    # An authority that the list no longer trusts makes no signer trusted.
    withdrawn = Service(issuing, UNTRUSTED, since, [])
    file.write_bytes(Lote([withdrawn, Service(CA.root)]).to_json())
    trust(state, "update", file)
    assert verdict(state, photo)["verdict"] == "Valid"


def test_a_publisher_on_iptcs_list_is_trusted_without_its_issuer(
    tmp_path: Path, photo: Path, workshop: Workshop
) -> None:
    photo.with_name("photo.jpg.c2pa").write_bytes(workshop.sign(photo.read_bytes()))
    file = tmp_path / "publishers.json"
    leaf = workshop.signer.certificate_chain.leaf
    file.write_bytes(publishers_list(publisher("Daily News", {"x5c": [listed(leaf)]})))
    assert verdict(tmp_path, photo, "--anchors", file)["verdict"] == "Trusted"
    file.write_bytes(publishers_list(publisher("Daily News", {"x5c": [listed(CA.leaf)]})))
    assert verdict(tmp_path, photo, "--anchors", file)["verdict"] == "Valid"


def test_a_list_for_the_other_purpose_is_a_usage_error(tmp_path: Path, photo: Path) -> None:
    signers, stamps = tmp_path / "signers.json", tmp_path / "stamps.json"
    signers.write_bytes(LOTE)
    stamps.write_bytes(STAMPS)
    for options, remedy in (
        (("--anchors", stamps), f"{stamps} is for time-stamps: name it with --tsa-anchors"),
        (
            ("--anchors", signers, "--tsa-anchors", signers),
            f"{signers} is for signers: name it with --anchors",
        ),
    ):
        done = edge_signer(tmp_path, "verify", photo, *options)
        assert (done.returncode, remedy in done.stderr) == (2, True)


def test_the_emulator_has_the_lists_of_this_machine_and_its_own(
    tmp_path: Path, list_file: Path
) -> None:
    state = tmp_path / "state"
    trust(state, "update", list_file)
    with running(Settings(port=0, state_directory=state)) as system:
        assert names_in(system) == [
            *("C2PA Trust List", "development-signers", "development-time-stamps"),
        ]
        shown = trust(state, "show").stdout
        assert "signers, development" in shown
        assert "time-stamps, development" in shown

        list_file.write_bytes(pem_bundle(OTHER.root))
        done = trust(state, "update", list_file, "--name", "press", "--purpose", "signers")
        assert "installed  s3://edge-signer-dev-manifests-" in done.stdout
        assert "Every worker uses it within 5 minutes." in done.stdout
        assert "press" in names_in(system)
        trust(state, "remove", "press")
        assert "press" not in names_in(system)


def names_in(system: Running) -> list[str]:
    """The lists that a function would read."""
    bucket = system.state.variables["edge-signer-dev-sign"]["MANIFEST_BUCKET"]

    def complain(line: str) -> None:
        raise AssertionError(line)

    lists: TrustLists = TrustListBucket(system.client("s3"), bucket, complain)()
    return [one.name for one in lists.lists]
