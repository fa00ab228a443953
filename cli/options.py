"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_POLICY = "newsroom-default-v3"

Url = Annotated[
    str | None,
    typer.Option(help="URL of the API.", show_default="this machine's emulator"),
]
Token = Annotated[
    str | None,
    typer.Option(
        envvar="EDGE_SIGNER_TOKEN", help="The tenant's API token.", show_default="the emulator's"
    ),
]
HmacKey = Annotated[
    str | None,
    typer.Option(
        envvar="EDGE_SIGNER_HMAC_KEY", help="The token's HMAC key, if requests must be signed."
    ),
]
Tenant = Annotated[
    str | None,
    typer.Option(
        help="The tenant.", show_default="acme on the emulator; with --url, the token's tenant"
    ),
]
PinnedKey = Annotated[
    str,
    typer.Option(help="The signer's Ed25519 key from a trusted source, as 64 hexadecimal digits."),
]
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
    typer.Option(help="A stage on AWS.", show_default="this machine's emulator"),
]
Region = Annotated[
    str | None, typer.Option(help="The stage's region.", show_default="the AWS profile's")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
