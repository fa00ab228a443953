"""The rules of the house: who may import whom, how long a file may be, what is never committed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from measure.cold_start.measurement import LATE
from measure.house import imported_names
from tests.conftest import ROOT
from tests.guards.rooms import (
    CENTRAL_LAYER,
    FOLDERS,
    LAYER,
    MAY_IMPORT,
    ROOMS_OF_THE_LAYER,
    files_of,
    forbidden_imports,
)

MOST_FILES_IN_A_ROOM = 20


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_go_one_way(room: str) -> None:
    files = files_of(room)
    assert files
    for file in files:
        assert forbidden_imports(room, file.read_text()) == [], file


def test_no_two_rooms_stand_on_each_other() -> None:
    below: dict[str, set[str]] = {}
    while len(below) < len(MAY_IMPORT):
        standing = [
            room
            for room in MAY_IMPORT
            if room not in below and MAY_IMPORT[room] - {room} <= below.keys()
        ]
        assert standing, MAY_IMPORT.keys() - below.keys()
        below |= {room: MAY_IMPORT[room] for room in standing}


def test_every_file_of_the_layer_is_in_a_room() -> None:
    inside = {file for room in ROOMS_OF_THE_LAYER for file in files_of(room)}
    assert {*LAYER.rglob("*.py")} - inside == {LAYER / "__init__.py"}


@pytest.mark.parametrize(
    "folder", ["layers", "cli", "client", "emulator", "deployment", "functions", "tests"]
)
def test_a_room_is_small_enough_to_know(folder: str) -> None:
    rooms = Counter(file.parent for file in (ROOT / folder).rglob("*.py"))
    assert {room: files for room, files in rooms.items() if files > MOST_FILES_IN_A_ROOM} == {}


def test_what_tests_share_stands_in_a_room() -> None:
    assert [file.name for file in (ROOT / "tests").iterdir() if file.is_file()] == ["conftest.py"]


# Looks again and again until something has happened; a function that hangs.
SLEEPERS = {"tests/system/waiting.py", "tests/integration/emulator/functions/app.py"}


def test_tests_wait_for_what_happens_and_not_for_a_time() -> None:
    files = (ROOT / "tests").rglob("*.py")
    sleeping = {file for file in files if re.search(r"\btime\.sleep\(", file.read_text())}
    assert {str(file.relative_to(ROOT)) for file in sleeping} == SLEEPERS


def test_a_forbidden_import_would_be_seen() -> None:
    assert forbidden_imports("edge_signer.platform", "from edge_signer.http import errors")
    assert forbidden_imports(
        "edge_signer.signing", "import edge_signer.http.routes.edge_sign_models"
    )
    assert forbidden_imports("edge_signer.execution", "from edge_signer.signing import kms")
    assert forbidden_imports("functions", "from emulator.system import start")
    assert forbidden_imports("edge_signer.signing.rules", "from edge_signer.signing import store")
    for room in ("edge_signer.platform", "edge_signer.signing", "edge_signer.http"):
        assert forbidden_imports(room, "from central_signer.engine import C2paEngine")
    assert forbidden_imports(
        "central_signer", "from central_signer.verification.verifier import Verifier"
    )
    assert forbidden_imports("edge_signer_client", "from edge_signer.execution import job")


def test_one_function_signs_with_c2pa_rs_and_those_that_verify_with_it_do_not() -> None:
    for handler in (ROOT / "functions").rglob("*.py"):
        imported = [one for one in imported_names(handler.read_text()) if "central_signer" in one]
        verifying = [one for one in imported if one.startswith("central_signer.verification.")]
        verifiers = {"verify", "recheck"}
        assert bool(imported) == (handler.parent.name in {"fallback", *verifiers}), handler
        assert verifying == (imported if handler.parent.name in verifiers else []), handler


def test_a_new_worker_imports_nothing_that_its_first_signature_may_not_need() -> None:
    rooms = ("http.routes.edge_sign", "http.application", "signing.wiring")
    imported = ", ".join(f"edge_signer.{room}" for room in rooms)
    loaded = f"import sys, {imported}; print(*(name for name in sys.argv if name in sys.modules))"
    told = subprocess.run([sys.executable, "-c", loaded, *LATE], capture_output=True, text=True)
    assert (told.returncode, told.stdout.split()) == (0, []), told.stderr


def test_our_validator_does_without_models_and_without_another_engine() -> None:
    late = ("pydantic", "rfc3161_client", "c2pa", "cryptography.x509.ocsp")
    loaded = (
        "import sys, edge_signer.verification.validator; "
        "print(*(name for name in sys.argv if name in sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", loaded, *late], capture_output=True, text=True)
    assert (told.returncode, told.stdout.split()) == (0, []), told.stderr


def test_the_central_signer_does_without_the_edges_engine() -> None:
    engine = "edge_signer.signing.manifest.wasmtime_c_api"
    loaded = f"import sys, central_signer.wiring; print('{engine}' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True)
    assert told.stdout.strip() == "False", told.stderr


DISTRIBUTIONS = {
    "aws_lambda_powertools": "aws-lambda-powertools",
    "PIL": "pillow",
    "botocore": "botocore",
    "c2pa": "c2pa-python",
    "cryptography": "cryptography",
    "pydantic": "pydantic",
    "pydantic_core": "pydantic",
    "rfc3161_client": "rfc3161-client",
    "urllib3": "urllib3",
    "wasmtime": "wasmtime",
    "yaml": "pyyaml",
}
# Lambda's own runtime client brings it along.
OF_THE_RUNTIME = {"snapshot_restore_py"}


def imported_distributions(*folders: Path) -> set[str]:
    imported = set()
    for folder in folders:
        for file in folder.rglob("*.py"):
            for module in imported_names(file.read_text()):
                top = module.partition(".")[0]
                ours = {"edge_signer", "central_signer", "derivatives", "edge_signer_client"}
                if top not in sys.stdlib_module_names | ours | OF_THE_RUNTIME:
                    imported.add(DISTRIBUTIONS[top])
    return imported


def test_the_layers_ship_all_that_they_import_and_nothing_else() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, groups = document["project"], document["dependency-groups"]

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[~=<>\[]", one)[0] for one in requirements}

    declared = names(groups["layer"])
    assert imported_distributions(LAYER, ROOT / "functions") == declared
    central = names(project["optional-dependencies"]["central"])
    assert imported_distributions(CENTRAL_LAYER) - declared == central
    derivatives = names(project["optional-dependencies"]["derive"])
    assert imported_distributions(FOLDERS["derivatives"]) - declared == derivatives


def test_the_client_needs_urllib3_and_wasmtime_alone() -> None:
    assert imported_distributions(FOLDERS["edge_signer_client"]) == {"urllib3", "wasmtime"}


def test_handlers_only_wire() -> None:
    for handler in (ROOT / "functions").rglob("app.py"):
        source = handler.read_text()
        assert len(source.splitlines()) < 60, handler
        branches = (ast.If, ast.For, ast.While, ast.Try, ast.Match, ast.IfExp)
        assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, branches)]


def tracked_files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("what is committed can be told in a git checkout only")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_python_files_hold_one_idea() -> None:
    for file in tracked_files():
        if file.suffix == ".py":
            longest = 300 if file.is_relative_to(ROOT / "tests") else 250
            assert len(file.read_text().splitlines()) <= longest, file


# Put together here, so that this file does not hold what it looks for.
NEVER = re.compile(
    "|".join(
        (
            "py" + r"pi\.org",
            "python" + r"hosted\.org",
            "registry" + r"\.npmjs",
            "BEGIN " + r"(?:EC |RSA |ENCRYPTED )?PRIVATE KEY",
            r"(?<![\w.])/(?:work|home|Users)" + r"/\w",
        )
    )
)


def test_no_registry_no_machine_path_and_no_private_key_is_committed() -> None:
    for file in tracked_files():
        assert not NEVER.search(file.read_text(errors="replace")), file
