"""A new chain, and a new key, take over beside the old ones while requests go on; and back."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from cryptography.x509 import Certificate, load_pem_x509_certificate

from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.manifest.manifest_reader import read_manifest
from tests.authorities.openssl_ca import OpensslCa
from tests.conftest import ROOT
from tests.e2e.conftest import body, post, processes_of
from tests.e2e.operations.health import as_operator, deep, renew
from tests.judges.engines import JUDGES
from tests.media.sample_assets import EXAMPLES, SAMPLE_ASSETS
from tests.system.command import edge_signer
from tests.system.processes import is_known
from tests.system.running import Running
from tests.system.waiting import wait_for

ASSET = SAMPLE_ASSETS["PNG"]
POLICY, OTHER_POLICY = "newsroom-default-v3", "demo-policy-v1"
SUBJECT = ("--country", "CH", "--organization", "Example AG", "--product", "Desk Camera")
SECTION = (ROOT / "docs/certificates.md").read_text().partition("## Changing to a new")[2]
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
INSTALLS, CHANGES, CHANGES_BACK = BLOCKS
NAMES, INSTALLS_CHAIN, WRITES_POLICIES, TRIES = INSTALLS.split("\n\n")
CHANGES_OVER = CHANGES.split("\n\n")[-1]


class Desk:
    """Signs the same asset again and again, and keeps what it gets."""

    def __init__(self, office: Running) -> None:
        self._office = office
        self._stop = threading.Event()
        self._between_requests = threading.Lock()
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
            with self._between_requests:
                answer = post(self._office, body(ASSET.content, policy_id=POLICY))
                self.statuses.append(answer.status)
                url = answer.json()["manifest_url"].removeprefix(self._office.state.url)
                self.stores.append(self._office.call("GET", url).body)

    def has_signed_under(self, leaf: Certificate) -> bool:
        return CertificateChain((leaf,)).x5chain[0] in read_manifest(self.stores[-1]).protected

    def replace_workers(self) -> None:
        """Have new workers, which read the policies at once, serve the next requests."""
        with self._between_requests:
            workers = processes_of(self._office, "sign")
            for worker in workers:
                os.kill(worker, signal.SIGKILL)
            wait_for(lambda: not any(is_known(worker) for worker in workers))


@contextmanager
def at_work(office: Running) -> Iterator[Desk]:
    with Desk(office) as desk:
        wait_for(lambda: desk.stores)
        yield desk
    assert {*desk.statuses} == {200}


class Operator:
    """Runs the guide's commands in a folder, with what an authority sent."""

    def __init__(self, office: Running, folder: Path) -> None:
        self._state = Path(office.state.anchors).parent
        self._folder = folder
        self._ca = OpensslCa(folder / "authority")
        shutil.copy(EXAMPLES / "rocket-small.jpg", folder / "photo.jpg")
        (folder / "root.pem").write_text(self._ca.root)
        self.root = self._ca.root

    def is_certified(self, key: str) -> Certificate:
        """Have the authority certify a key; give the certificate."""
        asked = edge_signer(self._state, "certificate", "request", *SUBJECT, "--key", key)
        assert asked.returncode == 0, asked.stderr
        leaf = self._ca.issue(asked.stdout, ends=timedelta(days=80))
        (self._folder / "new.pem").write_text(leaf + self._ca.issuing)
        return load_pem_x509_certificate(leaf.encode())

    def runs(self, commands: str, names: str = NAMES) -> None:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{names}\n{commands}"],
            cwd=self._folder,
            env={
                **os.environ,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "EDGE_SIGNER_STATE": str(self._state),
            },
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def chains(office: Running) -> dict[str, list[str]]:
    """The chains in use, with their policies, as operators are told."""
    renew(office)
    answer = deep(office, **as_operator(office)).json()
    assert answer["checks"]["certificate"] == "ok", answer["details"]["certificate"]
    return {
        one["certificate"]: one["policies"] for one in answer["details"]["certificate"]["chains"]
    }


def test_a_second_chain_takes_over_and_the_first_manifests_stay_trusted(
    office: Running, tmp_path: Path
) -> None:
    operator, before = Operator(office, tmp_path), Path(office.state.anchors).read_text()
    leaf = operator.is_certified("signing")
    with at_work(office) as desk:
        operator.runs(f"{INSTALLS_CHAIN}\n{WRITES_POLICIES}\n{TRIES}")
        desk.replace_workers()
        operator.runs(CHANGES)
        # The worker that is there reads the policy again by itself.
        wait_for(lambda: desk.has_signed_under(leaf), patience_s=60)
        assert chains(office) == {
            "signing": [OTHER_POLICY],
            "signing-next": [POLICY, "rotation-v1"],
        }
        last = desk.stores[-1]
        operator.runs(CHANGES_BACK)
        desk.replace_workers()
        wait_for(lambda: not desk.has_signed_under(leaf))
    assert chains(office) == {"signing": [OTHER_POLICY, POLICY], "signing-next": ["rotation-v1"]}
    for store, anchors_pem in ((desk.stores[0], before), (last, operator.root)):
        for judge in JUDGES:
            assert judge(ASSET.content, ASSET.media_type, store, anchors_pem).trusted


def test_a_new_key_takes_over_and_the_old_one_and_its_chain_can_go(
    office: Running, tmp_path: Path
) -> None:
    kms, ssm = office.client("kms"), office.client("ssm")
    made = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    alias = "alias/edge-signer-dev-signing-second"
    kms.create_alias(AliasName=alias, TargetKeyId=made["KeyMetadata"]["KeyId"])
    assert NAMES.startswith(f"policy={POLICY} key=signing chain=signing-next ")
    names = NAMES.replace("key=signing ", "key=signing-second ").replace("signing-next", "second")
    operator = Operator(office, tmp_path)
    leaf = operator.is_certified("signing-second")
    with at_work(office) as desk:
        operator.runs(f"{INSTALLS_CHAIN}\n{WRITES_POLICIES}\n{CHANGES_OVER}", names)
        desk.replace_workers()
        wait_for(lambda: desk.has_signed_under(leaf))
        # The other policies follow, after which nobody needs the old key.
        operator.runs(f"{WRITES_POLICIES}\n{CHANGES_OVER}", names.replace(POLICY, OTHER_POLICY))
        ssm.delete_parameters(Names=["/edge-signer/dev/policies/rotation-v1"])
        assert chains(office) == {"second": [OTHER_POLICY, POLICY]}
        old = kms.describe_key(KeyId="alias/edge-signer-dev-signing")["KeyMetadata"]["KeyId"]
        kms.disable_key(KeyId=old)
        ssm.delete_parameter(Name="/edge-signer/dev/certificates/signing")
        desk.replace_workers()
        signed = len(desk.stores)
        wait_for(lambda: len(desk.stores) > signed)
    renew(office)
    checks = deep(office).json()["checks"]
    assert (checks["kms"], checks["certificate"]) == ("ok", "ok")
    verdict = JUDGES[0](ASSET.content, ASSET.media_type, desk.stores[-1], operator.root)
    assert verdict.trusted
