"""Requests to POST /verify and POST /verify/uploads, and the form between them."""

from __future__ import annotations

import base64
from typing import Any

import urllib3

from tests.calls.tenant_requests import post_json
from tests.system.running import Answer, Running


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def post_verify(
    system: Running, body: Any, tenant: str = "load", *, target: str = "/verify", **headers: str
) -> Answer:
    """Send a request as a tenant."""
    return post_json(system, target, body, tenant, **headers)


def new_form(system: Running, tenant: str = "load") -> dict[str, Any]:
    """Get a form for an upload."""
    answer = post_verify(system, {}, tenant, target="/verify/uploads")
    assert answer.status == 200, answer
    form: dict[str, Any] = answer.json()
    return form


def send_form(form: dict[str, Any], file: bytes) -> int:
    """Upload a file with a form, as any client of S3 would; gives the status."""
    fields = {**form["fields"], "file": ("photograph", file)}
    return urllib3.PoolManager().request("POST", form["url"], fields=fields).status


def upload(system: Running, file: bytes, tenant: str = "load") -> str:
    """Upload a file, and give its identifier."""
    form = new_form(system, tenant)
    assert send_form(form, file) == 204
    return str(form["upload_id"])
