"""Whether a deployment answers, what it says about its own health, and whether a token works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import urllib3

from cli.api_access import ApiAccess
from cli.doctor.account import skew_found
from cli.doctor.checkup import Checkup, Found, Line, missing, ok, run, wrong
from cli.options import DEFAULT_POLICY
from edge_signer.signing.rules.digital_source_types import TERMS
from edge_signer_client import CredentialsError, EdgeSignerClientError, RefusedError, Session

_CALL_S = 5.0
_ANY_SHA256 = "ab" * 32
_DRY_RUN = json.dumps(
    {
        "asset_sha256": _ANY_SHA256,
        "policy_id": DEFAULT_POLICY,
        "assertions": {
            "c2pa.actions": [
                {"action": "created", "digitalSourceType": TERMS["digitalCapture"]},
            ]
        },
    }
).encode()
_REMEDIES = {
    "kms": "enable the key, and look at the function's role: docs/operations/health.md",
    "kms_replica": "deploy replica.yaml: docs/deploy.md",
    "certificate": "`edge-signer certificate show`, then `request` and `install`",
    "builder": "deploy again: the module is not the pinned one",
    "manifests": "look at the bucket, and at the function's role",
    "tenants": "look at the table, and at the function's role",
    "flags": "`edge-signer flags list`: a switch is off, or a value is invalid",
    "breaker": "`edge-signer admin breaker status`",
    "kms_quota": "ask for a higher quota of KMS: docs/operations/limits.md",
    "time_stamps": "look at the time-stamp authority (TsaUrl)",
    "chaos": "`edge-signer admin chaos stop`",
}


@dataclass(frozen=True)
class Stage:
    """A deployment that answers at an address.

    Attributes:
        url: The API's.
        tenant: Access for a tenant; None for no token.
        admin_token: An operator's, for the details of health; empty for none.
    """

    url: str
    tenant: ApiAccess | None = None
    admin_token: str = ""

    def lines(self) -> list[Line]:
        """Check it."""
        found = run("stage", list(self._checkups()))
        return [*found, *self._health_lines(found[0])]

    def _checkups(self) -> Iterator[Checkup]:
        yield Checkup("health", self._health, "look at the address, and at the network")
        if "127.0.0.1" not in self.url:
            yield Checkup("clock", self._clock, "set the clock", is_needed=False)
        yield Checkup(
            "token", self._token, "`edge-signer tenants rotate TENANT`", self.tenant is not None
        )

    @cached_property
    def _answer(self) -> urllib3.BaseHTTPResponse:
        sent = {"X-Admin-Token": self.admin_token} if self.admin_token else {}
        pool = urllib3.PoolManager(timeout=_CALL_S, retries=False)
        return pool.request("GET", f"{self.url.rstrip('/')}/health?deep=1", headers=sent)

    @cached_property
    def _report(self) -> dict[str, Any]:
        report: dict[str, Any] = self._answer.json()
        return report

    def _health(self) -> Found:
        if self._answer.status == 401:
            return wrong(
                "the operator's token is not valid", "`edge-signer admin tokens issue NAME`"
            )
        try:
            status = self._report["status"]
            signing = ", ".join(f"{one} {state}" for one, state in self._report["signing"].items())
        except (ValueError, KeyError, TypeError, AttributeError):
            said = f"{self.url} answers {self._answer.status}, and not as an Edge Signer does"
            return wrong(said, "look at the address: --url takes the stack's output ApiUrl")
        text = f"{self.url}: {status} (signing: {signing})"
        return ok(text) if status == "ok" else wrong(text, "see the lines below")

    def _clock(self) -> Found:
        return skew_found(self._answer.headers.get("date", ""))

    def _token(self) -> Found:
        if self.tenant is None:
            return missing("none given: --token, or EDGE_SIGNER_TOKEN", "give one to check it")
        session = Session(self.tenant.url, self.tenant.credentials)
        try:
            session.request("POST", "/edge-sign?dry_run=1", _DRY_RUN)
        except CredentialsError as unusable:
            return wrong(str(unusable), "give the token as it was issued")
        except RefusedError as refused:
            if refused.status in {401, 403}:
                return wrong(
                    str(refused), "ask the operator: `edge-signer tenants list`, `flags list`"
                )
            return ok(f"accepted, though a signature was refused: {refused}")
        except EdgeSignerClientError as failure:
            return wrong(str(failure), "look at the lines above")
        return ok(f"accepted under {DEFAULT_POLICY} (a dry run: nothing was signed)")

    def _health_lines(self, health: Line) -> Iterator[Line]:
        """Give a line for each check of the report."""
        try:
            checks = dict(self._report["checks"]) if health.found.startswith(self.url) else {}
        except Exception:
            # Whatever it is, the line about health says it.
            return
        for name, told in checks.items():
            details = told if isinstance(told, dict) else {"state": told}
            state = details.get("state", "")
            text = ": ".join(filter(None, (str(state), str(details.get("error", "")))))
            line = Line("stage", name, "ok", text, "", needed=True)
            if state != "ok":
                line = replace(
                    line, state="wrong", remedy=_REMEDIES.get(name, "docs/operations/health.md")
                )
            yield line


def address_line(why: str) -> Line:
    """Return the line that says that no address is known."""
    return Line("stage", "address", "missing", why, "name it with --url", needed=False)


def api_url_of(cloudformation: Any, stage: str) -> str:
    """Return the address of a stage, from the outputs of its stack.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: CloudFormation refuses, or has no such
            stack.
        KeyError: The stack has no such output.
    """
    (stack,) = cloudformation.describe_stacks(StackName=f"edge-signer-{stage}")["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    return str(outputs["ApiUrl"])
