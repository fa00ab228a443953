"""The document's examples; a test sends each request and compares the answer."""

from __future__ import annotations

from typing import Any, NamedTuple

from edge_signer.http.authentication import KILLED, NO_JOBS, NO_VERIFICATION
from edge_signer.tenancy.rate_limits import Limits, RateLimitedError, Usage, decide

#: Of examples/rocket.jpg.
ASSET_SHA256 = "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c"
_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_POLICY = "newsroom-default-v3"
_PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhf"
    "DwAChwGA60e6kgAAAABJRU5ErkJggg=="
)

TENANT_ID = "acme"
IDEMPOTENCY_KEY = "upload-4711"
REQUEST_ID = "6f1d1a52-3c1c-4f0e-9a58-0c7c1f3b8a10"

REQUESTS: dict[str, dict[str, Any]] = {
    "digest": {
        "summary": "An asset's digest, with short forms",
        "value": {
            "asset_sha256": ASSET_SHA256,
            "policy_id": _POLICY,
            "assertions": {
                "c2pa.actions": [
                    {
                        "action": "created",
                        "digitalSourceType": "https://ns.adobe.com/cloud/photoshop",
                    }
                ],
                "c2pa.training-minims": {"limitations": "no-generative-ai"},
            },
            "tenant_id": TENANT_ID,
            "tsa": True,
        },
    },
    "inline": {
        "summary": "A small asset, sent inline",
        "value": {
            "asset_inline": _PIXEL,
            "policy_id": _POLICY,
            "assertions": {
                "c2pa.actions": [
                    {"action": "created", "digitalSourceType": f"{_IPTC}digitalCreation"}
                ]
            },
        },
    },
    "embedded": {
        "summary": "A small asset, sent inline and answered with its manifest inside",
        "value": {
            "asset_inline": _PIXEL,
            "embed": True,
            "policy_id": _POLICY,
            "assertions": {
                "c2pa.actions": [
                    {"action": "created", "digitalSourceType": f"{_IPTC}digitalCreation"}
                ]
            },
        },
    },
    "standard": {
        "summary": "The standard's own form, with a custom assertion",
        "value": {
            "asset_sha256": ASSET_SHA256,
            "policy_id": _POLICY,
            "assertions": {
                "c2pa.actions.v2": {
                    "actions": [
                        {
                            "action": "c2pa.created",
                            "digitalSourceType": f"{_IPTC}digitalCapture",
                            "softwareAgent": {"name": "Example Camera", "version": "2.1"},
                            "when": "2026-01-31T12:00:00Z",
                        },
                        {"action": "c2pa.cropped", "digitalSourceType": f"{_IPTC}humanEdits"},
                    ],
                    "allActionsIncluded": True,
                },
                "cawg.training-mining": {
                    "entries": {
                        "cawg.ai_generative_training": {"use": "notAllowed"},
                        "cawg.data_mining": {
                            "use": "constrained",
                            "constraint_info": "Ask desk@example.com.",
                        },
                    }
                },
                "com.example.desk": {"byline": "Jane Doe", "embargo": None},
            },
        },
    },
}

ANSWERS: dict[str, dict[str, Any]] = {
    "signed": {
        "summary": "Signed and stored",
        "value": {
            "manifest_url": f"https://manifests.example.com/{TENANT_ID}/sha256/{ASSET_SHA256}.c2pa",
            "signing_mode": "edge-tbs+remote-es256",
            "p95_ms": {"wasm": 0.31, "kms": 11.4, "total": 24.09},
            "kms_key_id": "arn:aws:kms:us-east-1:123456789012:key/"
            "abcd1234-abcd-1234-abcd-1234abcd1234",
            "tsa_token_url": f"https://manifests.example.com/{TENANT_ID}/tsa/1234567890.tsr",
            "manifest": "AAAJp2p1bWIAAAAeanVtZGMycGEAEQAQgAAAqgA4m3EDYzJwYQ==",
        },
    },
    "embedded": {
        "summary": "With embed: true; the file is signed and stands in the answer",
        "value": {
            "manifest_url": f"https://manifests.example.com/{TENANT_ID}/sha256/{ASSET_SHA256}.embedded.c2pa",
            "signing_mode": "edge-tbs+remote-es256",
            "p95_ms": {"wasm": 0.42, "kms": 11.4, "total": 26.12},
            "kms_key_id": "arn:aws:kms:us-east-1:123456789012:key/"
            "abcd1234-abcd-1234-abcd-1234abcd1234",
            "manifest": "AAAKAGp1bWIAAAAeanVtZGMycGEAEQAQgAAAqgA4m3EDYzJwYQ==",
            "asset": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAKAGNhQlg=",
        },
    },
    "planned": {
        "summary": "With dry_run=1: what would be signed",
        "value": {
            "dry_run": True,
            "policy_id": _POLICY,
            "signing_mode": "edge-tbs+remote-es256",
            "manifest_url": f"https://manifests.example.com/{TENANT_ID}/sha256/{ASSET_SHA256}.c2pa",
            "assertions": [
                {
                    "label": "c2pa.actions.v2",
                    "created": True,
                    "data": {
                        "actions": [
                            {
                                "action": "c2pa.created",
                                "digitalSourceType": f"{_IPTC}digitalCreation",
                                "softwareAgent": {"name": "Adobe Photoshop"},
                            }
                        ],
                        "allActionsIncluded": False,
                    },
                },
                {
                    "label": "cawg.training-mining",
                    "created": False,
                    "data": {"entries": {"cawg.ai_generative_training": {"use": "notAllowed"}}},
                },
            ],
        },
    },
}


#: How a tenant stands that has made its hundred requests.
REFUSED_STANDING = decide(
    Usage(tuple(range(0, 50_000, 500)), 100), Limits(), clock_ms=51_000
).standing

#: What a store needs that was announced as smaller.
STORE_BYTES = 2300


class Refusal(NamedTuple):
    """What an error says for instance, and after how many seconds it may be tried again."""

    message: str
    retry_after_s: int | None = None


#: By code. Not all have one: no request under the shipped policies makes too much to sign.
REFUSALS = {
    "INVALID_REQUEST": Refusal("asset_sha256 or asset_inline is required"),
    "INVALID_JSON": Refusal("The body is not JSON: Expecting value at line 1 column 6."),
    "INVALID_BASE64": Refusal("asset_inline is not base64 (RFC 4648 §4, padded)."),
    "UNAUTHENTICATED": Refusal("This API token is not valid."),
    "INVALID_SIGNATURE": Refusal(
        "This API token has no HMAC key, so the signature cannot be checked: leave out "
        "X-Signature-Timestamp, X-Signature-Nonce and X-Signature."
    ),
    "TENANT_NOT_ALLOWED": Refusal("tenant_id is not the tenant of this API token."),
    "NOT_FOUND": Refusal("There is nothing here; manifests are signed at POST /edge-sign."),
    "METHOD_NOT_ALLOWED": Refusal("/edge-sign takes POST."),
    "ASSET_TOO_LARGE": Refusal(
        "asset_inline has more than 32768 bytes; send asset_sha256 instead."
    ),
    "REQUEST_TOO_LARGE": Refusal("A request has at most 65536 bytes."),
    "UNSUPPORTED_MEDIA_TYPE": Refusal("Send the header Content-Type: application/json."),
    "REQUEST_IN_FLIGHT": Refusal(
        "The first request with this Idempotency-Key is still being processed.", 1
    ),
    "IDEMPOTENCY_MISMATCH": Refusal(
        "This Idempotency-Key was used with another body; use a new key for each request."
    ),
    "ALREADY_SIGNED": Refusal(
        "asset_inline: the file already carries a C2PA manifest store; send it as it was before, "
        'or name it as an ingredient: {"relationship": "parentOf", "in_asset": true}.'
    ),
    "ASSET_NOT_EMBEDDABLE": Refusal(
        "asset_inline: the file ends in the middle of a structure; leave out embed for a sidecar."
    ),
    "UNKNOWN_POLICY": Refusal("No policy has this policy_id."),
    "INVALID_ASSERTION": Refusal(
        "assertions.c2pa.actions[0] must have a digitalSourceType, because it is c2pa.created"
    ),
    "POLICY_VIOLATION": Refusal(
        "assertions.c2pa.actions.v2 is required by policy newsroom-default-v3"
    ),
    "RATE_LIMITED": Refusal(RateLimitedError(REFUSED_STANDING).message, REFUSED_STANDING.reset_s),
    "KMS_RATE_LIMIT": Refusal("Too many signing requests", 1),
    "JOB_IN_FLIGHT": Refusal("This job is running.", 1),
    "JOB_ID_REUSED": Refusal(
        "This job_id was used for another job. Use a new job_id for each job, and the same"
        " one for a retry."
    ),
    "UNKNOWN_JOB": Refusal("There is no such job."),
    "UNKNOWN_MODULE": Refusal(
        "No module with this hash is stored. Send wasm_bytes, or PUT /modules/{module_hash} first."
    ),
    "RESULT_EXPIRED": Refusal("This job's result has expired."),
    "EXECUTION_DISABLED": Refusal(NO_JOBS),
    "UNKNOWN_UPLOAD": Refusal(
        "There is no such upload: it did not arrive, was verified already, or expired."
    ),
    "UNKNOWN_MANIFEST": Refusal("There is no manifest at manifest_url."),
    "NO_CRJSON": Refusal("c2pa-rs makes no crJSON. Ask again without crjson=1 for the report."),
    "VERIFICATION_DISABLED": Refusal(NO_VERIFICATION),
    "INTERNAL": Refusal("Something failed on our side."),
    "KMS_UNAVAILABLE": Refusal("KMS refused the request.", 5),
    "CREDENTIAL_UNAVAILABLE": Refusal("The certificate chain cannot be fetched.", 10),
    "SIGNER_DISABLED": Refusal(KILLED),
    "STORE_UNAVAILABLE": Refusal(
        "The store did not confirm the manifest; the request may be sent again.", 5
    ),
}
