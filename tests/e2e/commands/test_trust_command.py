"""`edge-signer trust`: what `verify` and a running system make of the lists."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from edge_signer.verification.trust import TrustLists
from edge_signer.verification.trust_lists.list_bucket import TrustListBucket
from emulator.system import Settings
from tests.authorities.published_lists import (
    NEXT,
    UNTRUSTED,
    Lote,
    Service,
    digest_line,
    hierarchy,
    pem_bundle,
    publisher,
    publishers_list,
)
from tests.authorities.published_lists import base64_of as listed
from tests.signers.software_signer import Workshop
from tests.system.command import edge_signer
from tests.system.running import Running, running

CA, OTHER = hierarchy(), hierarchy()


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
    assert report["signer"]["trusted_by"] == "C2PA Trust List"
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
    report = verdict(tmp_path, photo, "--anchors", file)
    assert (report["verdict"], report["differences"]) == ("Trusted", [])
    assert report["signer"]["trusted_by"] == "IPTC - Verified Publishers"
    # A list may have nothing but digests.
    file.write_bytes(digest_line(leaf))
    report = verdict(tmp_path, photo, "--anchors", file)
    assert (report["verdict"], report["trust_lists"][0]["anchors"]) == ("Trusted", 1)
    file.write_bytes(publishers_list(publisher("Daily News", {"x5c": [listed(CA.leaf)]})))
    assert verdict(tmp_path, photo, "--anchors", file)["verdict"] == "Valid"


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
