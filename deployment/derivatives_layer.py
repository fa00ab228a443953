"""The layer `derivatives` as `sam build` wants it: Pillow, the Python client and our own code.

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
    requirements = CHECKOUT / "requirements" / "derivatives.txt"
    install(requirements, architecture / "platforms.txt", packages)
    copy_sources(CHECKOUT / "layers" / "derivatives" / "derivatives", packages)
    copy_sources(CHECKOUT / "client" / "edge_signer_client", packages)
    compile_where_possible(packages)


if __name__ == "__main__":
    try:
        build(Path(sys.argv[1]), Path(sys.argv[2]))
    except BuildError as failure:
        sys.exit(str(failure))
