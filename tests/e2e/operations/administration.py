"""What tests of /admin share: a client, and the record of changes."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from emulator.system import Settings
from tests.system.running import Answer, Running

FLAGS = "/edge-signer/dev/flags"
#: More than any test asks for; the throttle has a test of its own.
UNTHROTTLED = {"AdminRate": "10000"}


def settings(directory: Path, **parameters: str) -> Settings:
    return Settings(port=0, state_directory=directory, parameters={**UNTHROTTLED, **parameters})


def admin(
    system: Running, path: str, body: Any = None, token: str | None = None, **headers: str
) -> Answer:
    """Ask as an operator: GET without a body, POST with one."""
    sent = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {token or system.state.admin_token}",
        "X-Request-ID": str(uuid.uuid4()),
        **headers,
    }
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    return system.call("GET" if body is None else "POST", f"/admin/{path}", content, sent)


def bucket_of(system: Running) -> str:
    return system.state.variables["edge-signer-dev-admin"]["MANIFEST_BUCKET"]


def recorded(system: Running) -> dict[str, dict[str, Any]]:
    """Every audit object by its key, oldest first."""
    s3, bucket = system.client("s3"), bucket_of(system)
    listed = s3.list_object_versions(Bucket=bucket, Prefix="audit/").get("Versions", [])
    keys = sorted(one["Key"] for one in listed)
    assert len(keys) == len(set(keys)), "an object was written over"
    return {key: json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys}


def flag(system: Running, name: str) -> str | None:
    ssm = system.client("ssm")
    try:
        value: str = ssm.get_parameter(Name=f"{FLAGS}/{name}")["Parameter"]["Value"]
    except ssm.exceptions.ParameterNotFound:
        return None
    return value
