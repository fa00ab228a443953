"""Values compared without Python's generosity, and CBOR without a choice of forms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import cbor2


def decoded(content: bytes) -> Any:
    """Decode CBOR that must be deterministic (RFC 8949 §4.2.1); dates stay tagged texts."""
    value = cbor2.loads(
        content,
        allow_indefinite=False,
        allow_duplicate_keys=False,
        semantic_decoders={0: lambda text, _: cbor2.CBORTag(0, text)},
    )
    assert cbor2.dumps(value, canonical=True) == content, "not deterministic"
    return value


def exactly(value: Any) -> str:
    """Write a value so that 1, 1.0, true and -0.0 differ, which Python takes for alike."""
    return json.dumps(value, sort_keys=True, default=_beyond_json)


def _beyond_json(value: Any) -> Any:
    if isinstance(value, cbor2.CBORTag):
        return {"": "tag", "number": value.tag, "value": value.value}
    if isinstance(value, Mapping):  # cbor2 freezes what a tag holds
        return dict(value)
    assert isinstance(value, bytes), f"unexpected {type(value).__name__}"
    return {"": "bytes", "hex": value.hex()}
