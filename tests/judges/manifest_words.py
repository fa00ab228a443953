"""What a manifest is to say, in the words of the module's input, and whether it may be said.

Nothing here is taken from the module: names and limits are written down once more.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.manifest_definition import ManifestDefinition
from tests.judges.exact_values import exactly

COSE_IDENTIFIERS = {
    "ES256": -7, "ES384": -35, "ES512": -36, "PS256": -37, "PS384": -38, "PS512": -39, "EdDSA": -8,
}  # fmt: skip
_RSA_LENGTHS = (256, 384, 512)
SIGNATURE_LENGTHS: dict[str, tuple[int, ...]] = {
    "ES256": (64,), "ES384": (96,), "ES512": (132,), "EdDSA": (64,),
    "PS256": _RSA_LENGTHS, "PS384": _RSA_LENGTHS, "PS512": _RSA_LENGTHS,
}  # fmt: skip
MAX_TBS_BYTES = 16 * 1024
MAX_TEXT_BYTES = 256
MAX_ASSERTIONS = 128
MAX_CERTIFICATES = 8
MAX_ATTACHMENTS = 34
MAX_REDACTIONS = 64
MAX_EXCLUSIONS = 2
_MANIFEST_LABEL = re.compile(
    r"urn:c2pa:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
_ASSERTION_LABEL = re.compile(r"(?!c2pa\.hash\.)(?!.*__)[A-Za-z0-9._-]{1,256}")
_REQUIRED = {"label", "instance_id", "alg", "claim_generator_info", "assertions"}
_OPTIONAL = {"title", "binding", "redacted", "attachments"}


@dataclass(frozen=True)
class Said:
    """What a manifest is to say.

    Attributes:
        definition: The builder's definition, as JSON reads it.
        asset_sha256: Digest of the asset.
        x5chain: Certificates, leaf first.
        attachments: The files that assertions hold.
        earlier_manifests: Whole boxes that stand before the manifest.
    """

    definition: dict[str, Any]
    asset_sha256: bytes
    x5chain: Sequence[bytes]
    attachments: Sequence[bytes] = ()
    earlier_manifests: bytes = b""

    @classmethod
    def by(cls, definition: ManifestDefinition) -> Said:
        """What a definition says, in the words of the module's input.

        Raises:
            AssertionError: These words are not what its fields hold.
        """
        words = json.loads(definition.to_json())
        _check_words(words, definition)
        return cls(
            words,
            definition.asset_sha256,
            definition.x5chain,
            [one.attachment for one in definition.assertions if one.encoding == "file"],
            definition.earlier_manifests,
        )


def _check_words(words: Any, definition: ManifestDefinition) -> None:
    """Check that the module is told all that the definition holds, and nothing else."""
    numbers = count()
    optional = {
        "title": definition.title,
        "redacted": [*definition.redacted] or None,
        "attachments": sum(one.encoding == "file" for one in definition.assertions) or None,
        "binding": {"update": True} if definition.is_update else definition.binding,
    }
    expected = {
        "label": definition.label,
        "instance_id": definition.instance_id,
        "alg": definition.algorithm,
        "claim_generator_info": definition.claim_generator_info,
        "assertions": [
            {"label": one.label, "created": one.created, **_content_words(one, numbers)}
            for one in definition.assertions
        ],
        **{name: value for name, value in optional.items() if value is not None},
    }
    assert exactly(words) == exactly(expected)


def _content_words(assertion: Assertion, numbers: Iterator[int]) -> dict[str, Any]:
    """The content to be encoded, or as a JSON text: compact, its keys in order; or a file."""
    content = assertion.content
    if assertion.encoding == "cbor":
        return {"data": content}
    if assertion.encoding == "file":
        return {"file": {**content, "attachment": next(numbers)}}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {"json": text}


def check_admissible(said: Said) -> None:
    """Check that it was right to accept this; depth and numbers show in what comes back."""
    definition = said.definition
    assert _REQUIRED <= definition.keys() <= _REQUIRED | _OPTIONAL
    assert _MANIFEST_LABEL.fullmatch(definition["label"])
    for text in (definition["instance_id"], definition["claim_generator_info"]["name"]):
        assert 1 <= len(text.encode()) <= MAX_TEXT_BYTES
    if "title" in definition:
        assert 1 <= len(definition["title"].encode()) <= 4 * MAX_TEXT_BYTES
    assert 1 <= len(definition["assertions"]) <= MAX_ASSERTIONS
    attached = definition.get("attachments", 0)
    assert is_number(attached, MAX_ATTACHMENTS + 1)
    assert len(said.attachments) == attached
    for assertion in definition["assertions"]:
        _check_assertion(assertion, attached)
    if "redacted" in definition:
        uris = definition["redacted"]
        assert 1 <= len(uris) <= MAX_REDACTIONS
        assert all(uri.startswith("self#jumbf=/c2pa/") for uri in uris)
    if "binding" in definition:
        _check_binding(definition["binding"])
    assert len(said.asset_sha256) == hashlib.sha256().digest_size
    assert 1 <= len(said.x5chain) <= MAX_CERTIFICATES
    assert all(said.x5chain), "an empty certificate"


def _check_assertion(assertion: dict[str, Any], attached: int) -> None:
    (content,) = assertion.keys() - {"label", "created"}
    assert content in {"data", "json", "file"}
    assert isinstance(assertion.get("json", ""), str)
    assert _ASSERTION_LABEL.fullmatch(assertion["label"]), assertion["label"]
    assert isinstance(assertion["created"], bool)
    if content == "file":
        file = assertion["file"]
        assert file.keys() == {"media_type", "attachment"}
        assert 1 <= len(file["media_type"].encode()) <= MAX_TEXT_BYTES
        assert is_number(file["attachment"], attached)


def _check_binding(binding: Any) -> None:
    if binding in ({"bmff": True}, {"update": True}):
        # So does 1, which is no answer.
        assert all(value is True for value in binding.values())
        return
    assert binding.keys() == {"exclusions"}
    ranges, end = binding["exclusions"], 0
    assert 1 <= len(ranges) <= MAX_EXCLUSIONS
    for one in ranges:
        assert one.keys() == {"start", "length"}
        assert is_number(one["start"], 2**64)
        assert is_number(one["length"], 2**64)
        assert one["start"] >= end
        assert one["length"] > 0
        end = one["start"] + one["length"]
        assert end < 2**64


def is_number(value: Any, limit: int) -> bool:
    """Tell whether a value is a whole number from 0 up to a limit."""
    return type(value) is int and 0 <= value < limit
