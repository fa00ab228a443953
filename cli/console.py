"""The commands `edge-signer console …`: publish the console of a stage on AWS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from cli.deployment import Deployment, aws_failures_reported, deployment
from cli.options import Json, Region, Stage, State
from cli.terminal import fail, out, show_json, show_row
from emulator.account import ACCOUNT_ID, REGION
from emulator.gateway.console import content_type, site_files
from emulator.local_state import checkout

app = typer.Typer()
# The files keep their names when they change.
_CACHE_CONTROL = "no-cache"


@app.callback()
def console() -> None:
    """Have its commands named, although there is one."""


@app.command("publish")
def publish(
    stage: Stage = None,
    region: Region = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Copy the console's files to the stack's bucket; needs ConsoleEnabled.

    Files of an earlier console that are no longer part of it are deleted.
    """
    files = site_files(checkout())
    if missing := [path for path, file in files.items() if not file.is_file()]:
        fail(f"{missing[0]} is not here: `make web` compiles the console")
    chosen = deployment(stage, region, state)
    with aws_failures_reported("The console was not published; is ConsoleEnabled true? AWS error"):
        bucket = _bucket(chosen)
        s3 = chosen.client("s3")
        earlier = _keys(s3, bucket)
        for path, file in files.items():
            _put(s3, bucket, path, file)
        gone = sorted(earlier - {path.lstrip("/") for path in files})
        for key in gone:
            s3.delete_object(Bucket=bucket, Key=key)
    if as_json:
        show_json({"bucket": bucket, "published": len(files), "deleted": gone})
        return
    show_row("published", f"{len(files)} files")
    if gone:
        show_row("deleted", f"{len(gone)} files of an earlier console")
    show_row("bucket", bucket)
    if not chosen.aws_endpoint:
        out.print("The stack's output ConsoleUrl is its address.")


def _bucket(chosen: Deployment) -> str:
    if chosen.aws_endpoint:
        account, region = ACCOUNT_ID, REGION
    else:
        sts = chosen.client("sts")
        account, region = sts.get_caller_identity()["Account"], sts.meta.region_name
    return f"edge-signer-{chosen.stage}-console-{account}-{region}"


def _keys(s3: Any, bucket: str) -> set[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {one["Key"] for page in pages for one in page.get("Contents", ())}


def _put(s3: Any, bucket: str, path: str, file: Path) -> None:
    s3.put_object(
        Bucket=bucket,
        Key=path.lstrip("/"),
        Body=file.read_bytes(),
        ContentType=content_type(path),
        CacheControl=_CACHE_CONTROL,
    )
