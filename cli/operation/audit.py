"""`edge-signer admin audit`: the record of what operators changed, read from the bucket."""

from __future__ import annotations

import json
import re
from typing import Any

from rich.markup import escape
from rich.table import Table

from cli.deployment import Deployment, aws_failures_told
from cli.terminal import EXIT_USAGE, fail, out, printable
from edge_signer.administration.audit_trail import FAILED, FOLDER, INTENDED

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FAILED_END = ".failed.json"


def list_audit(target: Deployment, day: str | None, last: int, *, as_json: bool) -> None:
    """Show the last changes.

    Args:
        target: Whose.
        day: Of which day, in UTC; None for any.
        last: At most so many.
        as_json: Print one JSON array.

    Raises:
        typer.Exit: The day is none (2), or AWS refuses (1).
    """
    if day is not None and not _DAY.fullmatch(day):
        fail(f"--day {day} is no day such as 2026-05-31", EXIT_USAGE)
    with aws_failures_told():
        bucket = target.variables("admin").get("MANIFEST_BUCKET", "")
        changes = _changes(target.client("s3"), bucket, f"{FOLDER}/{day or ''}", last)
    if as_json:
        out.print(json.dumps(changes), markup=False)
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("when (UTC)", "operator", "action", "target", "before", "after", ""):
        table.add_column(title, overflow="fold")
    for change in changes:
        at = str(change["at"])[:19].replace("T", " ")
        cells = [at, *(_shown(change[one]) for one in ("operator", "action", "target"))]
        cells += [_shown(change["before"]), _shown(change["after"])]
        table.add_row(
            *(escape(printable(cell)) for cell in cells),
            "[red]failed[/]" if change["state"] == FAILED else "",
        )
    out.print(table)


def _changes(s3: Any, bucket: str, prefix: str, last: int) -> list[dict[str, Any]]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
    failed = {key for key in keys if key.endswith(_FAILED_END)}
    changes = []
    # Keys begin with the time: their order is that of the changes.
    for key in sorted(set(keys) - failed)[-last:]:
        content = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        did_fail = f"{key.removesuffix('.json')}{_FAILED_END}" in failed
        changes.append({**content, "state": FAILED if did_fail else INTENDED, "audit_key": key})
    return changes


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value)
