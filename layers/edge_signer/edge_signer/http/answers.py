"""The bodies of answers, and the rate-limit headers; the API document is generated from them.

Building and encoding a model takes no longer than `json.dumps` of a dictionary. The patterns and
ranges of fields are not enforced, so that a signed asset never gets status 500. Models that a
function rarely or never uses are built on first use (`defer_build`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from edge_signer.tenancy.rate_limits import Standing

SigningMode = Annotated[
    str,
    Field(
        json_schema_extra={"pattern": r"^(edge-tbs\+remote-[a-z0-9]+|central-fallback)$"},
        description=(
            "How the manifest is signed: `central-fallback`, or a name that ends with the "
            "policy's algorithm."
        ),
    ),
]
Milliseconds = Annotated[float, Field(json_schema_extra={"minimum": 0})]


class AnswerBody(BaseModel):
    """The base of all bodies: absent values are left out."""

    model_config = ConfigDict(frozen=True)

    def to_json(self) -> str:
        """The body on the wire."""
        return self.model_dump_json(exclude_none=True)


class Percentiles(BaseModel):
    """95th percentiles of the last 256 requests of one execution environment, in milliseconds."""

    model_config = ConfigDict(frozen=True)

    wasm: Annotated[Milliseconds, Field(description="Building the manifest.")]
    kms: Annotated[Milliseconds, Field(description="The signature by KMS.")]
    total: Annotated[Milliseconds, Field(description="The whole request in the function.")]


class SignedAnswer(AnswerBody):
    """The manifest was signed, checked against the certificate, and stored."""

    manifest_url: Annotated[
        str,
        Field(
            json_schema_extra={
                "pattern": r"^https?://[^ ]+/"
                r"(sha256/[0-9a-f]{64}(\.embedded)?|id/[0-9a-f-]{36})\.c2pa$"
            },
            description="GET returns the manifest store (application/c2pa); no token is needed.",
        ),
    ]
    signing_mode: SigningMode
    p95_ms: Percentiles
    kms_key_id: Annotated[str, Field(description="ARN of the key that signed.")]
    tsa_token_url: Annotated[
        str | None,
        Field(
            description="GET returns the time-stamp response (RFC 3161); absent if there is none."
        ),
    ] = None
    manifest: Annotated[
        str,
        Field(
            json_schema_extra={"contentEncoding": "base64"},
            description="The manifest store: the sidecar, or what goes into the asset.",
        ),
    ]
    asset: Annotated[
        str | None,
        Field(
            json_schema_extra={"contentEncoding": "base64"},
            description="With `embed: true`: the signed file, which is `asset_inline` with the "
            "manifest store inside.",
        ),
    ] = None


class PlannedAssertion(BaseModel, defer_build=True):
    """An assertion of the manifest."""

    model_config = ConfigDict(frozen=True)

    label: Annotated[str, Field(description="The standard's label.")]
    created: Annotated[
        bool, Field(description="Whether the signer vouches for it (created or gathered).")
    ]
    data: Annotated[dict[str, Any], Field(description="In the standard's form.")]


class PlannedAnswer(AnswerBody, defer_build=True):
    """With `dry_run=1`: the request is valid; this is what the manifest would contain."""

    dry_run: Literal[True]
    policy_id: str
    signing_mode: SigningMode
    manifest_url: Annotated[str, Field(description="Where the manifest would be.")]
    assertions: list[PlannedAssertion]

    def to_json(self) -> str:
        """The body on the wire; null has a meaning in a client's own assertion."""
        return self.model_dump_json()


HealthState = Literal["ok", "degraded", "unavailable"]


class SigningPaths(BaseModel, defer_build=True):
    """The state of both signers."""

    model_config = ConfigDict(frozen=True)

    edge: Annotated[HealthState, Field(description="The edge.")]
    central: Annotated[HealthState, Field(description="The central signer.")]


class HealthAnswer(AnswerBody, defer_build=True):
    """The state of the deployment; without `deep=1`, only `status`."""

    status: Annotated[
        HealthState, Field(description="`unavailable` (with 503) if nothing can be signed.")
    ]
    signing: SigningPaths | None = None
    checks: Annotated[
        dict[str, HealthState] | None, Field(description="State of each check, by name.")
    ] = None
    details: Annotated[
        dict[str, dict[str, Any]] | None,
        Field(description="Details of each check, by name; for operators."),
    ] = None
    versions: Annotated[
        dict[str, str] | None, Field(description="Versions of the software; for operators.")
    ] = None
    checked_at: Annotated[
        datetime | None,
        Field(description="When the checks ran, up to 10 s ago; for operators."),
    ] = None


class ErrorAnswer(AnswerBody):
    """Why a request failed; `code` is for programs, the rest for people."""

    error: Annotated[str, Field(description="The code in plain words.")]
    message: Annotated[str, Field(description="What is wrong and how to fix it.")]
    code: str
    retry_after: Annotated[
        int | None,
        Field(description="Seconds after which the same request may succeed."),
    ] = None
    store_bytes: Annotated[
        int | None,
        Field(description="With STORE_TOO_LARGE: the least `embed.store_bytes` that fits."),
    ] = None


def rate_limit_headers(standing: Standing) -> dict[str, str]:
    """Return `RateLimit-Policy`, all limits in force, and `RateLimit`, the tightest of them.

    After draft-ietf-httpapi-ratelimit-headers-11, sections 3 and 4.
    """
    return {
        "RateLimit-Policy": ", ".join(
            f'"{policy.name}";q={policy.quota};w={policy.window_s}' for policy in standing.policies
        ),
        "RateLimit": f'"{standing.tightest.name}";r={standing.remaining};t={standing.reset_s}',
    }
