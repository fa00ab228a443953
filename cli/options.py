"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

State = Annotated[
    Path | None,
    typer.Option(
        help="The emulator's state directory.",
        envvar="EDGE_SIGNER_STATE",
        show_default=".edge-signer",
    ),
]
Stage = Annotated[
    str | None,
    typer.Option(help="A stage on AWS.", show_default="the emulator that runs here"),
]
Region = Annotated[
    str | None, typer.Option(help="The stage's region.", show_default="the AWS profile's")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PinnedKey = Annotated[
    str, typer.Option(help="The signer's Ed25519 key, got elsewhere: 64 hexadecimal digits.")
]
