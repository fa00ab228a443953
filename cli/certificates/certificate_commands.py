"""The commands `edge-signer certificate …`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Json, Region, Stage, State

app = typer.Typer(help="Certificates of the keys that sign.", no_args_is_help=True)

Key = Annotated[str, typer.Option(help="The key's name, as policies have it in signing_key.")]
Certificate = Annotated[
    str | None,
    typer.Option(
        help="The chain's name, as policies have it in certificate.", show_default="the key's"
    ),
]


@app.command()
def request(
    country: Annotated[str, typer.Option(help="C: two letters, such as CH.")],
    organization: Annotated[str, typer.Option(help="O: who makes the product.")],
    product: Annotated[str, typer.Option(help="CN: the product's name.")],
    unit: Annotated[str | None, typer.Option(help="OU, where the product's entry has one.")] = None,
    cpl_record: Annotated[
        str | None, typer.Option(help="The product's UUID on the list of conforming products.")
    ] = None,
    assurance_level: Annotated[
        int | None, typer.Option(help="1 or 2; goes with --cpl-record.")
    ] = None,
    key: Key = "signing",
    algorithm: Annotated[
        str | None,
        typer.Option(
            help="What the request is signed with, such as PS384.",
            show_default="the first that the key can",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write.", show_default="standard output")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
) -> None:
    """Write a request (PKCS #10) that the key in KMS signs."""
    from cli.certificates.certificate_request import write_request
    from cli.certificates.certified_key import certified_key
    from cli.certificates.requested_certificate import (
        SubjectError,
        listed_product,
        requested_extensions,
        subject,
    )
    from cli.deployment import deployment
    from cli.terminal import EXIT_USAGE, fail

    try:
        name = subject(country, organization, product, unit)
        extensions = requested_extensions(listed_product(cpl_record, assurance_level))
    except SubjectError as refused:
        fail(str(refused), EXIT_USAGE)
    named = certified_key(deployment(stage, region, state), key, None)
    write_request(named, name, extensions, algorithm, out, force=force)


@app.command()
def install(
    chain: Annotated[
        Path,
        typer.Argument(
            metavar="CHAIN",
            help="The key's certificate, then its issuers: PEM, DER or PKCS #7.",
        ),
    ],
    anchors: Annotated[
        Path | None,
        typer.Option(help="File of roots; the chain must lead to one of them."),
    ] = None,
    key: Key = "signing",
    certificate: Certificate = None,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
) -> None:
    """Check a chain, and put it where the signer finds it; workers take it up in five minutes."""
    from cli.certificates.certified_key import certified_key
    from cli.certificates.installation import install_chain
    from cli.deployment import deployment

    target = deployment(stage, region, state)
    install_chain(certified_key(target, key, certificate), chain, anchors)


@app.command()
def show(
    key: Key = "signing",
    certificate: Certificate = None,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Print what is installed: exit 0 if the signer can sign under it, 1 if not."""
    from cli.certificates.certified_key import certified_key
    from cli.certificates.installation import show_chain
    from cli.deployment import deployment

    target = deployment(stage, region, state)
    raise typer.Exit(show_chain(certified_key(target, key, certificate), as_json=as_json))
