"""A renewed certificate is switched to, and back, while requests go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from edge_signer.signing.manifest.manifest_reader import read_manifest
from emulator.system import Settings
from tests.authorities.openssl_ca import OpensslCa
from tests.e2e.conftest import body, post
from tests.judges.engines import JUDGES
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.system.command import edge_signer
from tests.system.running import Running, running
from tests.system.waiting import wait_for

ASSET = SAMPLE_ASSETS["PNG"]
POLICY = "newsroom-default-v3"
SUBJECT = ("--country", "CH", "--organization", "Example AG", "--product", "Desk Camera")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(Settings(port=0, state_directory=tmp_path_factory.mktemp("rotation"))) as system:
        yield system


class Desk:
    """Signs the same asset again and again, and keeps what it gets."""

    def __init__(self, office: Running) -> None:
        self._office = office
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self.statuses: list[int] = []
        self.stores: list[bytes] = []

    def __enter__(self) -> Desk:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stop.wait(0.2):
            answer = post(self._office, body(ASSET.content, policy_id=POLICY))
            self.statuses.append(answer.status)
            url = answer.json()["manifest_url"].removeprefix(self._office.state.url)
            self.stores.append(self._office.call("GET", url).body)

    def has_signed_under(self, leaf_der: bytes) -> bool:
        return bool(self.stores) and leaf_der in read_manifest(self.stores[-1]).protected


def run(state: Path, *arguments: object) -> str:
    done = edge_signer(state, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_second_chain_takes_over_and_the_first_manifests_stay_trusted(
    office: Running, tmp_path: Path
) -> None:
    state = Path(office.state.anchors).parent
    ca = OpensslCa(tmp_path / "authority")
    chain, root, policy = (tmp_path / name for name in ("new.pem", "root.pem", f"{POLICY}.yaml"))
    root.write_text(ca.root)
    with Desk(office) as desk:
        wait_for(lambda: desk.stores)
        # The commands of docs/certificates.md.
        leaf = ca.issue(run(state, "certificate", "request", *SUBJECT))
        chain.write_text(leaf + ca.issuing)
        run(state, "certificate", "lint", chain, "--anchors", root)
        new = ("--certificate", "signing-next")
        run(state, "certificate", "install", chain, "--anchors", root, *new)
        fields = yaml.safe_load(run(state, "policies", "show", POLICY))
        assert fields["certificate"] == "signing"
        policy.write_text(yaml.safe_dump({**fields, "certificate": "signing-next"}))
        run(state, "policies", "put", policy)
        leaf_der = load_pem_x509_certificate(leaf.encode()).public_bytes(Encoding.DER)
        wait_for(lambda: desk.has_signed_under(leaf_der), patience_s=60)
    assert {*desk.statuses} == {200}
    assert leaf_der not in read_manifest(desk.stores[0]).protected
    before = Path(office.state.anchors).read_text()
    for store, anchors_pem in ((desk.stores[0], before), (desk.stores[-1], ca.root)):
        for judge in JUDGES:
            assert judge(ASSET.content, ASSET.media_type, store, anchors_pem).trusted
