"""`edge-signer policies`: which are in force, what one says, whether a document is one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from rich.markup import escape
from rich.table import Table

from cli.deployment import MAX_PARAMETER_BYTES, Deployment, aws_failures_told
from cli.terminal import EXIT_USAGE, fail, out, printable, require_file, say_error
from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.signing.rules.policy import SigningPolicy
from edge_signer.signing.rules.policy_directory import (
    PolicyDocumentError,
    read_policy,
    shipped_policies,
)


def show_policies(target: Deployment, *, as_json: bool) -> None:
    """Print the policies in force, and documents that cannot be read."""
    documents = _documents(target)
    rows = [
        _row(name, "shipped", policy)
        for name, policy in shipped_policies().items()
        if name not in documents
    ]
    rows += [_row(name, "document", _read(text, name)) for name, text in documents.items()]
    rows.sort(key=lambda row: str(row["policy_id"]))
    if as_json:
        out.print(json.dumps(rows), markup=False)
        return
    table = Table("policy", "from", "algorithm", "key", "tenants", "fault", box=None)
    for row in rows:
        table.add_row(*(escape(printable(str(value))) for value in row.values()))
    out.print(table)


def show_policy(target: Deployment, policy_id: str) -> None:
    """Print a policy as it is in force, as YAML."""
    documents = _documents(target)
    policy = (
        _read(documents[policy_id], policy_id)
        if policy_id in documents
        else shipped_policies().get(policy_id)
    )
    if policy is None:
        fail(f"{policy_id}: no such policy", EXIT_USAGE)
    if isinstance(policy, PolicyDocumentError):
        fail(f"{policy_id}: {policy}")
    fields = policy.model_dump(mode="json", exclude_none=True)
    out.print(yaml.safe_dump(fields, sort_keys=False, allow_unicode=True), markup=False, end="")


def check_files(files: Sequence[Path]) -> int:
    """Say whether documents are policies; give the exit code."""
    faults = 0
    for file in files:
        _, found = _read_file(file)
        if isinstance(found, PolicyDocumentError):
            faults += 1
            say_error(f"{file}: {found}")
        else:
            out.print(f"{file}: {found.policy_id} can be put in force", markup=False)
    return 1 if faults else 0


def put_policy(target: Deployment, file: Path) -> None:
    """Put a policy in force."""
    text, found = _read_file(file)
    if isinstance(found, PolicyDocumentError):
        fail(f"{file}: {found}")
    with aws_failures_told():
        target.client("ssm").put_parameter(
            Name=f"{target.folder('policies')}/{found.policy_id}",
            Type="String",
            Value=text,
            Overwrite=True,
        )
    out.print(f"{found.policy_id} is in force on {target.stage}", markup=False)


def _documents(target: Deployment) -> Mapping[str, str]:
    with aws_failures_told():
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
        absent = dict.fromkeys(("algorithm", "signing_key", "tenants"), "")
        return {"policy_id": name, "from": source, **absent, "fault": str(policy)}
    return {
        "policy_id": name,
        "from": source,
        "algorithm": policy.algorithm,
        "signing_key": policy.signing_key,
        "tenants": "all" if policy.tenants is None else ", ".join(policy.tenants),
        "fault": "",
    }
