"""The command `edge-signer` of an installed wheel, which holds what it needs of the checkout.

Below `checkout` everything stands as it does in the repository, so that the emulator finds the
template and the functions' code. These folders come first on the path of this process and of those
that it starts, and on no other's: the names of its packages are common ones. In a checkout there is
no such folder, and `make setup` has put it on the path.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_CHECKOUT = Path(__file__).parent / "checkout"
_FOLDERS = ("", "client", "layers/edge_signer", "layers/central_signer", "layers/derivatives")


def main() -> None:
    """Run the command."""
    if (_CHECKOUT / "cli").is_dir():
        folders = [str(_CHECKOUT / one) for one in _FOLDERS]
        sys.path[:0] = folders
        inherited = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join([*folders, *([inherited] if inherited else [])])
    from cli.main import app

    app()


if __name__ == "__main__":
    main()
