"""The commands `edge-signer certificate …`: request, install and show certificates."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.certificates.certificate_file import read_or_exit
from cli.certificates.certificate_request import (
    SubjectError,
    listed_product,
    requested_extensions,
    subject,
    write_request,
)
from cli.certificates.certified_key import CertifiedKey, certified_key
from cli.certificates.chain_check import (
    ChainError,
    algorithms_of,
    arranged,
    as_pem,
    checked_chain,
    parse_certificates,
    require_anchored,
)
from cli.certificates.lint_command import lint_file, show_findings
from cli.certificates.linter import lint
from cli.deployment import aws_failures_reported, deployment
from cli.options import Json, Region, Stage, State
from cli.terminal import EXIT_USAGE, fail, out, show_json, show_row
from edge_signer.signing.credentials.kms import KmsSigner

app = typer.Typer()
app.command("lint")(lint_file)

Key = Annotated[str, typer.Option(help="The key's name, as in a policy's signing_key.")]
Certificate = Annotated[
    str | None,
    typer.Option(help="The chain's name, as in a policy's certificate.", show_default="the key's"),
]


@app.command()
def request(
    country: Annotated[str, typer.Option(help="C: two letters, such as CH.")],
    organization: Annotated[str, typer.Option(help="O: who makes the product.")],
    product: Annotated[str, typer.Option(help="CN: the product's name.")],
    unit: Annotated[str | None, typer.Option(help="OU, if the product's entry has one.")] = None,
    cpl_record: Annotated[
        str | None, typer.Option(help="The product's UUID on C2PA's list of conforming products.")
    ] = None,
    assurance_level: Annotated[
        int | None, typer.Option(help="1 or 2; goes with --cpl-record.")
    ] = None,
    key: Key = "signing",
    algorithm: Annotated[
        str | None,
        typer.Option(
            help="Algorithm that signs the request, such as PS384.",
            show_default="the first that the key supports",
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--out", help="File to write.", show_default="standard output")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Write a certification request (PKCS #10), signed by the key in KMS."""
    try:
        name = subject(country, organization, product, unit)
        extensions = requested_extensions(listed_product(cpl_record, assurance_level))
    except SubjectError as refused:
        fail(str(refused), EXIT_USAGE)
    named = certified_key(deployment(stage, region, state), key, None)
    write_request(named, name, extensions, algorithm, file, force=force, as_json=as_json)


@app.command()
def install(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="CHAIN",
            help="The key's certificate, then its issuers: PEM, DER or PKCS #7.",
        ),
    ],
    anchors_file: Annotated[
        Path | None,
        typer.Option("--anchors", help="File of roots; the chain must lead to one of them."),
    ] = None,
    key: Key = "signing",
    certificate: Certificate = None,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Check a chain and install it; workers use it within five minutes."""
    owner = certified_key(deployment(stage, region, state), key, certificate)
    found = read_or_exit(file)
    anchors = None if anchors_file is None else read_or_exit(anchors_file).certificates
    with aws_failures_reported():
        public_key_der = owner.kms().get_public_key(KeyId=owner.alias)["PublicKey"]
        parts = arranged(found.certificates, public_key_der, is_ordered=found.is_ordered)
        try:
            chain = checked_chain(parts.chain, public_key_der)
            require_anchored(chain, anchors, parts.left_out)
        except ChainError as refused:
            show_findings([one for one in lint(parts.chain) if one.severity == "error"])
            fail(f"{file} cannot be installed for {owner.alias}: {refused}")
        before = _installed(owner)
        owner.ssm().put_parameter(
            Name=owner.parameter,
            Type="String",
            Value=as_pem(chain.certificates),
            Overwrite=True,
            # Standard up to 4,096 bytes, advanced for more.
            Tier="Intelligent-Tiering",
        )
    root = "" if anchors is not None else chain.certificates[-1].issuer.rfc4514_string()
    if as_json:
        left_out = [one.subject.rfc4514_string() for one in parts.left_out]
        show_json(
            {
                "parameter": owner.parameter,
                "was": None if before is None else _summary(before),
                "is": _summary(as_pem(chain.certificates)),
                "valid_until": chain.expires_at.isoformat(),
                "days_left": _days_left(chain.expires_at),
                "left_out": left_out,
                "root_checked": anchors is not None,
            }
        )
        return
    show_row("parameter", owner.parameter)
    show_row("was", "nothing" if before is None else _summary(before))
    show_row("is", _summary(as_pem(chain.certificates)))
    show_row("until", f"{chain.expires_at:%Y-%m-%d %H:%M} UTC, {_days_left(chain.expires_at)} days")
    for one in parts.left_out:
        show_row("left out", one.subject.rfc4514_string())
    if root:
        show_row("root", f"not checked: {root}")
    out.print(f"Every worker uses it within {KmsSigner.REFRESH_S / 60:.0f} minutes.")
    out.print(
        "`edge-signer verify` trusts it once its root is on a list: `edge-signer trust update "
        "ROOT.pem --purpose signers`, or --anchors ROOT.pem."
    )


@app.command()
def show(
    key: Key = "signing",
    certificate: Certificate = None,
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Print the installed chain. Exit codes: 0 the signer can sign with it, 1 it cannot."""
    owner = certified_key(deployment(stage, region, state), key, certificate)
    with aws_failures_reported():
        public_key_der = owner.kms().get_public_key(KeyId=owner.alias)["PublicKey"]
        installed = _installed(owner)
    facts = {"parameter": owner.parameter, "key": owner.alias}
    facts |= _facts(installed, public_key_der)
    if as_json:
        show_json(facts)
    else:
        for name, value in facts.items():
            if value != "":
                show_row(name.replace("_", " "), str(value))
    raise typer.Exit(1 if facts["fault"] else 0)


def _facts(pem: str | None, public_key_der: bytes) -> dict[str, Any]:
    if pem is None:
        return {"fault": "nothing is installed"}
    try:
        certificates = parse_certificates(pem.encode())
    except ChainError as broken:
        return {"fault": str(broken)}
    leaf = certificates[0]
    facts: dict[str, Any] = {
        "subject": leaf.subject.rfc4514_string(),
        "issuer": leaf.issuer.rfc4514_string(),
        "serial": f"{leaf.serial_number:x}",
        "valid_from": leaf.not_valid_before_utc.isoformat(),
        "valid_until": leaf.not_valid_after_utc.isoformat(),
        "days_left": _days_left(min(one.not_valid_after_utc for one in certificates)),
        "certificates": len(certificates),
    }
    try:
        chain = checked_chain(certificates, public_key_der)
    except ChainError as refused:
        return {**facts, "fault": str(refused)}
    return {**facts, "algorithms": ", ".join(algorithms_of(chain)), "fault": ""}


def _installed(key: CertifiedKey) -> str | None:
    ssm = key.ssm()
    try:
        return str(ssm.get_parameter(Name=key.parameter)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return None


def _summary(pem: str) -> str:
    try:
        leaf = parse_certificates(pem.encode())[0]
    except ChainError:
        return "no readable certificate"
    return f"{leaf.subject.rfc4514_string()}, until {leaf.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"


def _days_left(end: datetime) -> int:
    return max(0, (end - datetime.now(UTC)).days)
