"""The layer `central_signer` as `sam build` wants it: c2pa-rs and our own code.

It lies on top of `edge_signer`: what both need is there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from deployment.bytecode import compile_where_possible
from deployment.packages import BuildError, copy_sources, install

CHECKOUT = Path(__file__).resolve().parent.parent


def build(architecture: Path, artifacts: Path) -> None:
    """Build the layer.

    Args:
        architecture: The folder deployment/architectures/<Architecture>.
        artifacts: Becomes /opt on Lambda.

    Raises:
        BuildError: A part is not available.
    """
    packages = artifacts / "python"
    install(CHECKOUT / "requirements" / "central.txt", architecture / "platforms.txt", packages)
    copy_sources(CHECKOUT / "layers" / "central_signer" / "central_signer", packages)
    compile_where_possible(packages)


if __name__ == "__main__":
    try:
        build(Path(sys.argv[1]), Path(sys.argv[2]))
    except BuildError as failure:
        sys.exit(str(failure))
