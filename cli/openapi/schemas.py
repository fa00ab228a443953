"""The schemas of the document: the models of requests and answers, as pydantic describes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from cli.openapi.assertions import Schema, assertions_schema, with_short_forms
from edge_signer.configuration.flags import MAX_PAYLOAD_BYTES
from edge_signer.http.answers import ErrorAnswer
from edge_signer.http.route import Route
from edge_signer.http.routes.batches import RUN_BATCH
from edge_signer.http.routes.build_types import BUILD_TYPE
from edge_signer.http.routes.edge_sign import SIGN
from edge_signer.http.routes.edge_sign_models import (
    DEFAULT_INLINE_BYTES,
    EdgeSignRequest,
    EmbedRequest,
    max_inline_bytes,
)
from edge_signer.http.routes.full_health import HEALTH
from edge_signer.http.routes.jobs import KEEP_MODULE, KEYS, RESULT, RUN
from edge_signer.http.routes.verify import UPLOAD, VERIFY
from edge_signer.signing.manifest.embedding import LAYOUTS
from edge_signer.signing.rules.action_model import Actions
from edge_signer.signing.rules.ai_assertions import AiDisclosure, TrainingMining

#: What the document describes.
ROUTES: tuple[Route, ...] = (
    SIGN,
    RUN,
    RUN_BATCH,
    RESULT,
    KEEP_MODULE,
    KEYS,
    BUILD_TYPE,
    VERIFY,
    UPLOAD,
    HEALTH,
)
REFERENCE = "#/components/schemas/{model}"
_BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$"
_FIELDS: dict[str, Schema] = {
    "asset_sha256": {"description": "SHA-256 of the whole asset; the asset itself stays with you."},
    "asset_inline": {
        "description": f"The asset itself, up to {DEFAULT_INLINE_BYTES // 1024} KiB or more if the "
        "operator allows it, in padded base64. If you also send asset_sha256, it must match.",
        "contentEncoding": "base64",
    },
    "embed": {
        "description": "Where in the asset to embed the manifest; or `true` with asset_inline: the "
        "answer holds the signed file. If absent, the manifest is a sidecar.",
    },
    "manifest_id": {
        "description": "A new UUID (version 4) in lower case. The manifest_url then ends in "
        "id/<manifest_id>.c2pa instead of the asset's digest, so that the asset can contain it.",
    },
    "policy_id": {"description": "The policy to sign under, such as newsroom-default-v3."},
    "tenant_id": {"description": "If sent, the token's tenant."},
    "title": {
        "description": "Display name of the asset; goes into the claim if the policy allows it.",
    },
    "tsa": {"description": "Whether to time-stamp the signature (RFC 3161)."},
}
_EMBED_FIELDS: dict[str, Schema] = {
    "format": {"description": "The asset's media type.", "enum": list(LAYOUTS)},
    "offset": {
        "description": "Offset of the first byte that the manifest takes up; absent for BMFF.",
    },
    "store_bytes": {
        "description": "The size to which the manifest store is padded; required except for "
        "JPEG, PNG and GIF.",
    },
}


class _WithoutTitles(GenerateJsonSchema):
    """A field's title would be its name again, with capitals."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's
        """Whether a field has one: never."""
        return False


def component_schemas() -> dict[str, Schema]:
    """Return the document's schemas by name."""
    said = with_short_forms(_of_models(Actions, AiDisclosure, TrainingMining))
    answers = _of_models(*(model for route in ROUTES for model in route.answers), ErrorAnswer)
    return {
        **said,
        **_of_models(*(route.body for route in ROUTES if route.body is not None)),
        **{name: _without_null(schema) for name, schema in answers.items()},
        "EdgeSignRequest": _request(),
        "EmbedRequest": _described(EmbedRequest, _EMBED_FIELDS),
        "GatewayAnswer": {
            "type": "object",
            "description": "An answer of Amazon API Gateway itself, when no function answered.",
            "properties": {"message": {"type": "string"}},
            "required": ["message"],
            "additionalProperties": False,
        },
    }


def _request() -> Schema:
    schema = _described(EdgeSignRequest, _FIELDS)
    fields = schema["properties"]
    longest = -(-max_inline_bytes(MAX_PAYLOAD_BYTES) // 3) * 4
    base64 = {"type": "string", "pattern": _BASE64, "maxLength": longest}
    fields["asset_inline"]["anyOf"] = [base64, {"type": "null"}]
    fields["assertions"] = assertions_schema()
    # Generators of clients give a schema with anyOf no type at all; they pass over these words.
    without_file = {"not": {"required": ["asset_inline"]}}
    return {**schema, "if": without_file, "then": {"required": ["asset_sha256"]}}


def _described(model: type[BaseModel], told: Mapping[str, Schema]) -> Schema:
    schema = _of_models(model)[model.__name__]
    fields = {name: {**field, **told.get(name, {})} for name, field in schema["properties"].items()}
    return {**schema, "properties": fields}


def _of_models(*models: type[BaseModel]) -> dict[str, Schema]:
    _, schemas = models_json_schema(
        [(model, "validation") for model in models],
        ref_template=REFERENCE,
        schema_generator=_WithoutTitles,
    )
    named: dict[str, Schema] = schemas["$defs"]
    return {name: _without_title(schema) for name, schema in named.items()}


def _without_title(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key != "title"}


def _without_null(answer: Schema) -> Schema:
    """What an answer has not is left out: no field is ever null."""
    properties = {}
    for name, field in answer["properties"].items():
        kinds = [one for one in field.get("anyOf", ()) if one != {"type": "null"}]
        told = {key: value for key, value in field.items() if key not in {"anyOf", "default"}}
        properties[name] = {**told, **kinds[0]} if len(kinds) == 1 else field
    return {**answer, "properties": properties}
