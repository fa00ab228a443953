"""A photograph signed by what was deployed, and what two engines say of its sidecar."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from edge_signer.signing.central_path import SIGNING_MODE as CENTRAL
from edge_signer_client import signature_headers
from measure.deploy_local.operators import SIGNING_TENANT, Access
from tests.calls.edge_requests import edge_sign_fields
from tests.calls.sample_events import event, functions
from tests.judges.engines import JUDGES, c2pa_rs
from tests.media.sample_assets import jpeg
from tests.system.running import Answer, aws_client, call
from tests.system.waiting import NeverHappenedError, wait_for

EDGE = "edge-tbs+remote-es256"
_PATH = "/edge-sign"
# Workers read orders of chaos anew every ten seconds.
_PATIENCE_S = 20.0


@dataclass(frozen=True)
class Deployed:
    """Where the stack is called.

    Attributes:
        url: MiniStack's.
        outputs: The stack's.
        access: Tokens for it.
    """

    url: str
    outputs: dict[str, str]
    access: Access

    @property
    def api_url(self) -> str:
        """The API by a path: not every machine resolves the names below localhost."""
        api_id = (urlsplit(self.outputs["ApiUrl"]).hostname or "").partition(".")[0]
        return f"{self.url}/_aws/execute-api/{api_id}/$default"

    def sign(self) -> None:
        """Sign through API Gateway, and through Lambda's Invoke."""
        self._judge("API Gateway", self._over_http(), EDGE)
        answer, version = self._invoked()
        self._judge(f"Invoke, version {version}", answer, EDGE)

    def sign_centrally(self) -> None:
        """Have KMS fail at the edge, by an operator's order, and sign through API Gateway."""
        self._order(
            {"enabled": True, "failure_type": "503_service_unavailable", "failure_rate": 1,
             "duration": 300}
        )  # fmt: skip
        try:
            answer = wait_for(self._signed_centrally, _PATIENCE_S, every_s=1)
        except NeverHappenedError:
            sys.exit(f"KMS fails at the edge, and the answer is {self._over_http()}")
        self._judge("API Gateway, KMS fails at the edge", answer, CENTRAL)
        self._order({"enabled": False})

    def _signed_centrally(self) -> Answer | None:
        answer = self._over_http()
        return answer if _mode(answer) == CENTRAL else None

    def _headers(self, body: bytes) -> dict[str, str]:
        return {
            "content-type": "application/json",
            "authorization": f"Bearer {self.access.signing_token}",
            **signature_headers(self.access.hmac_key, SIGNING_TENANT, "POST", _PATH, body),
        }

    def _over_http(self) -> Answer:
        body = json.dumps(edge_sign_fields(jpeg())).encode()
        target = urlsplit(self.api_url).path + _PATH
        return call(self.url, "POST", target, body, self._headers(body))

    def _invoked(self) -> tuple[Answer, str]:
        body = json.dumps(edge_sign_fields(jpeg())).encode()
        # API Gateway gives names of headers in lower case.
        headers = {name.lower(): value for name, value in self._headers(body).items()}
        sent = {"headers": headers, "body": body.decode(), "isBase64Encoded": False}
        told = aws_client("lambda", self.url).invoke(
            FunctionName=functions()["SignFunction"],
            Qualifier="live",
            Payload=json.dumps({**event("sign"), **sent}),
        )
        payload = json.loads(told["Payload"].read())
        if "FunctionError" in told:
            sys.exit(f"Invoke: {payload}")
        names = {name.lower(): value for name, value in payload["headers"].items()}
        answer = Answer(payload["statusCode"], names, payload["body"].encode())
        return answer, told["ExecutedVersion"]

    def _order(self, order: dict[str, Any]) -> None:
        target = f"{urlsplit(self.api_url).path}/admin/chaos"
        authorized = {"Authorization": f"Bearer {self.access.admin_token}"}
        headers = {"Content-Type": "application/json", **authorized}
        answer = call(self.url, "POST", target, json.dumps(order).encode(), headers)
        if answer.status != 200:
            sys.exit(f"POST /admin/chaos: {answer}")

    def _judge(self, way: str, answer: Answer, mode: str) -> None:
        if answer.status != 200:
            sys.exit(f"{way}: {answer.status} {answer.body.decode()}")
        manifest_store = self._stored(answer)
        verdicts = [
            judge(jpeg(), "image/jpeg", manifest_store, self.access.anchors_pem) for judge in JUDGES
        ]
        state = verdicts[JUDGES.index(c2pa_rs)].state
        print(f"signed: {answer.status} {state}, {_mode(answer)}, by {way}", flush=True)
        if not all(one.trusted for one in verdicts) or _mode(answer) != mode:
            sys.exit(f"{mode} was expected, and trust: {[one.failures for one in verdicts]}")

    def _stored(self, answer: Answer) -> bytes:
        """Fetch from the bucket the version that the answer names, under the key of its address."""
        base = f"{self.outputs['ManifestBaseUrl']}/"
        stored = aws_client("s3", self.url).get_object(
            Bucket=self.outputs["ManifestBucket"],
            Key=answer.json()["manifest_url"].removeprefix(base),
            VersionId=answer.headers["x-manifest-version"],
        )
        content: bytes = stored["Body"].read()
        return content


def _mode(answer: Answer) -> str | None:
    return answer.headers.get("x-signing-mode")
