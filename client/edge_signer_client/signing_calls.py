"""What is sent to POST /edge-sign, and how its answers are read."""

from __future__ import annotations

import time
import uuid
from typing import Any

import urllib3

from edge_signer_client.errors import RefusedError
from edge_signer_client.request_body import USUAL_MOST_BYTES, request_body
from edge_signer_client.session import Session
from edge_signer_client.signed_asset import SignedAsset

#: Stands for an asset that is not there yet.
NO_DIGEST = "0" * 64


class SigningCalls:
    """The calls of POST /edge-sign; threads may share them.

    Args:
        session: Of the tenant.
        patience_s: How long a call keeps trying, in seconds.
    """

    def __init__(self, session: Session, patience_s: float) -> None:
        self._session = session
        self._patience_s = patience_s
        # Of manifests that assets name, up to their identifier; None until the server told.
        self._manifests_url: str | None = None

    def sign(
        self,
        policy_id: str,
        assertions: dict[str, Any],
        fields: dict[str, Any],
        idempotency_key: str | None = None,
    ) -> SignedAsset:
        """Have a manifest signed.

        Args:
            policy_id: The policy to sign under.
            assertions: Content of each assertion by its label.
            fields: The other fields of the request; None leaves one out.
            idempotency_key: None makes one, so that what this call sends again is signed once.

        Raises:
            EdgeSignerClientError: The server refused, or did not answer.
        """
        key = str(uuid.uuid4()) if idempotency_key is None else idempotency_key
        began_s = time.perf_counter()
        response = self._post("/edge-sign", policy_id, assertions, fields, {"Idempotency-Key": key})
        waited_ms = (time.perf_counter() - began_s) * 1000
        try:
            return SignedAsset.of_answer(response, waited_ms)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise self._session.unexpected(response) from None

    def manifest_url(
        self,
        manifest_id: str,
        policy_id: str,
        assertions: dict[str, Any],
        fields: dict[str, Any],
    ) -> str:
        """Return where the manifest with an identifier will be; the server is asked once.

        Raises:
            EdgeSignerClientError: The server refused, or did not answer.
        """
        name = f"{manifest_id}.c2pa"
        known = self._manifests_url
        if known is None:
            unsigned = {**fields, "asset_sha256": NO_DIGEST, "manifest_id": manifest_id}
            response = self._post("/edge-sign?dry_run=1", policy_id, assertions, unsigned, {})
            try:
                url = str(response.json()["manifest_url"])
            except (ValueError, KeyError, TypeError, RecursionError):
                url = ""
            if not url.startswith(("http://", "https://")) or not url.endswith(f"/{name}"):
                raise self._session.unexpected(response)
            known = self._manifests_url = url.removesuffix(name)
        return known + name

    def forget_manifest_url(self) -> None:
        """Have the server asked again: manifests are served elsewhere now."""
        self._manifests_url = None

    def _post(
        self,
        path: str,
        policy_id: str,
        assertions: dict[str, Any],
        fields: dict[str, Any],
        headers: dict[str, str],
    ) -> urllib3.BaseHTTPResponse:
        fields = {
            "policy_id": policy_id,
            "assertions": assertions,
            "tenant_id": self._session.credentials.tenant_id,
            **fields,
        }
        body = request_body(fields, self._upload, USUAL_MOST_BYTES)
        return self._session.request("POST", path, body, headers, patience_s=self._patience_s)

    def _upload(self, manifest_store: bytes) -> str | None:
        """Upload a manifest store that is too large for a request; None if none is taken."""
        try:
            form = self._session.request(
                "POST", "/verify/uploads", b"{}", patience_s=self._patience_s
            )
        except RefusedError as refused:
            # A request that is too long says so itself.
            if refused.code == "VERIFICATION_DISABLED":
                return None
            raise
        try:
            answer = form.json()
            upload_id, url, fields = answer["upload_id"], answer["url"], answer["fields"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise self._session.unexpected(form) from None
        self._session.send_form(str(url), dict(fields), manifest_store)
        return str(upload_id)
