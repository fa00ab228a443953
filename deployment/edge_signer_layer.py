"""The layer `edge_signer` as `sam build` wants it: packages, our own code, the compiled modules."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from deployment.bytecode import compile_where_possible
from deployment.packages import BuildError, copy_sources, install, warn
from deployment.service_descriptions import keep_operations

CHECKOUT = Path(__file__).resolve().parent.parent
#: What each of the template's architectures is called by Linux.
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
#: Each compiles a WebAssembly module when it is run.
MODULES = ("edge_signer.signing.manifest.tbs_module", "edge_signer.signing.layout.embed_module")
_OPERATIONS = (
    "import json; from edge_signer.platform.clients import OPERATIONS; "
    "print(json.dumps({service: sorted(names) for service, names in OPERATIONS.items()}))"
)


def build(architecture: Path, artifacts: Path) -> None:
    """Build the layer.

    Args:
        architecture: The folder deployment/architectures/<Architecture>.
        artifacts: Becomes /opt on Lambda.

    Raises:
        BuildError: A part is not available.
    """
    packages = artifacts / "python"
    install(CHECKOUT / "requirements" / "layer.txt", architecture / "platforms.txt", packages)
    copy_sources(CHECKOUT / "layers" / "edge_signer" / "edge_signer", packages)
    operations = json.loads(_python(packages, "-c", _OPERATIONS))
    keep_operations(packages / "botocore" / "data", operations)
    policies = packages / "edge_signer" / "signing" / "rules" / "policies"
    _python(packages, "-m", "edge_signer.signing.rules.policy_yaml", str(policies))
    if MACHINES[architecture.name] == platform.machine():
        for module in MODULES:
            _python(packages, "-m", module)
    else:
        warn(
            f"no precompiled modules: wasmtime's wheel compiles for {platform.machine()} alone. "
            f"Each new worker compiles them; build on {architecture.name} to spare it that"
        )
    compile_where_possible(packages)


def _python(packages: Path, *arguments: str) -> str:
    """Run a program that needs only pure Python and wasmtime; return its output."""
    environment = {**os.environ, "PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"{' '.join(arguments)} fails on the layer's packages")
    return done.stdout


if __name__ == "__main__":
    try:
        build(Path(sys.argv[1]), Path(sys.argv[2]))
    except BuildError as failure:
        sys.exit(str(failure))
