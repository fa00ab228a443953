"""The commands `edge-signer policies …`: list, show, check and install signing policies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.markup import escape
from rich.table import Table

from cli.deployment import MAX_PARAMETER_BYTES, Deployment, aws_failures_reported, deployment
from cli.options import Json, Region, Stage, State
from cli.terminal import EXIT_USAGE, fail, out, printable, require_file, say_error, show_json
from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.policy_directory import (
    PolicyDocumentError,
    read_policy,
    shipped_policies,
)

app = typer.Typer()


@app.command("list")
def list_policies(
    stage: Stage = None, region: Region = None, state: State = None, as_json: Json = False
) -> None:
    """List the policies in force, and documents that cannot be read."""
    documents = _documents(deployment(stage, region, state))
    rows = [
        _row(name, "shipped", policy)
        for name, policy in shipped_policies().items()
        if name not in documents
    ]
    rows += [_row(name, "document", _read(text, name)) for name, text in documents.items()]
    rows.sort(key=lambda row: str(row["policy_id"]))
    if as_json:
        show_json(rows)
        return
    table = Table("policy", "from", "algorithm", "key", "chain", "tenants", "fault", box=None)
    for row in rows:
        table.add_row(*(escape(printable(str(value))) for value in row.values()))
    out.print(table)


@app.command()
def show(
    policy_id: Annotated[str, typer.Argument(help="Such as newsroom-default-v3.")],
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Print a policy that is in force, as YAML."""
    documents = _documents(deployment(stage, region, state))
    policy = (
        _read(documents[policy_id], policy_id)
        if policy_id in documents
        else shipped_policies().get(policy_id)
    )
    if policy is None:
        fail(f"{policy_id}: no such policy; `edge-signer policies list` shows them", EXIT_USAGE)
    if isinstance(policy, PolicyDocumentError):
        fail(f"{policy_id}: {policy}")
    fields = policy.model_dump(mode="json", exclude_none=True)
    if as_json:
        show_json(fields)
        return
    out.print(yaml.safe_dump(fields, sort_keys=False, allow_unicode=True), markup=False, end="")


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="YAML files, each named <policy_id>.yaml.")],
    as_json: Json = False,
) -> None:
    """Check policy documents. Exit codes: 0 all are valid, 1 at least one is not."""
    checked = [(file, _read_file(file)[1]) for file in files]
    if as_json:
        show_json([_verdict(file, found) for file, found in checked])
    else:
        for file, found in checked:
            if isinstance(found, PolicyDocumentError):
                say_error(f"{file}: {found}")
            else:
                out.print(f"{file}: {found.policy_id} is valid", markup=False)
    raise typer.Exit(int(any(isinstance(found, PolicyDocumentError) for _, found in checked)))


@app.command()
def put(
    file: Annotated[Path, typer.Argument(help="A YAML file, named <policy_id>.yaml.")],
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Put a policy in force; workers use it within a minute."""
    target = deployment(stage, region, state)
    text, found = _read_file(file)
    if isinstance(found, PolicyDocumentError):
        fail(f"{file}: {found}")
    with aws_failures_reported():
        target.client("ssm").put_parameter(
            Name=f"{target.folder('policies')}/{found.policy_id}",
            Type="String",
            Value=text,
            Overwrite=True,
        )
    if as_json:
        show_json({"policy_id": found.policy_id, "stage": target.stage})
        return
    out.print(f"{found.policy_id} is in force on {target.stage}", markup=False)


def _verdict(file: Path, found: SigningPolicy | PolicyDocumentError) -> dict[str, Any]:
    is_valid = isinstance(found, SigningPolicy)
    policy_id = found.policy_id if isinstance(found, SigningPolicy) else None
    fault = "" if is_valid else str(found)
    return {"file": str(file), "policy_id": policy_id, "valid": is_valid, "fault": fault}


def _documents(target: Deployment) -> Mapping[str, str]:
    with aws_failures_reported():
        ssm = target.client("ssm")
        return SsmParameterFolder(ssm, target.folder("policies"), refresh_s=0).read()


def _read(text: str, name: str) -> SigningPolicy | PolicyDocumentError:
    try:
        return read_policy(text, name)
    except PolicyDocumentError as broken:
        return broken


def _read_file(file: Path) -> tuple[str, SigningPolicy | PolicyDocumentError]:
    require_file(file)
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return "", PolicyDocumentError("is not UTF-8")
    if len(text.encode()) > MAX_PARAMETER_BYTES:
        return text, PolicyDocumentError(f"has more than {MAX_PARAMETER_BYTES} bytes")
    return text, _read(text, file.stem)


def _row(name: str, source: str, policy: SigningPolicy | PolicyDocumentError) -> dict[str, Any]:
    if isinstance(policy, PolicyDocumentError):
        absent = dict.fromkeys(("algorithm", "signing_key", "certificate", "tenants"), "")
        return {"policy_id": name, "from": source, **absent, "fault": str(policy)}
    return {
        "policy_id": name,
        "from": source,
        "algorithm": policy.algorithm,
        "signing_key": policy.signing_key,
        "certificate": policy.certificate,
        "tenants": "all" if policy.tenants is None else ", ".join(policy.tenants),
        "fault": "",
    }
