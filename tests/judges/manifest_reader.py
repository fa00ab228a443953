"""Holds what the builder made against what it was told, with cbor2 and the tests' JUMBF reader.

Nothing here is taken from the module: labels, identifiers and layouts are written down once more.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cbor2

from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.manifest_definition import ManifestDefinition
from tests.judges.jumbf_reader import Box, read_store

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
_MANIFEST_LABEL = re.compile(
    r"urn:c2pa:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
_ASSERTION_LABEL = re.compile(r"(?!c2pa\.hash\.)(?!.*__)[A-Za-z0-9._-]{1,256}")
_UUID_SUFFIX = bytes.fromhex("00110010800000AA00389B71")
_ASSERTIONS = "c2pa.assertions"


@dataclass(frozen=True)
class Said:
    """What a manifest is to say.

    Attributes:
        definition: The builder's definition, as JSON reads it.
        asset_sha256: Digest of the asset.
        x5chain: Certificates, leaf first.
    """

    definition: dict[str, Any]
    asset_sha256: bytes
    x5chain: Sequence[bytes]

    @classmethod
    def by(cls, definition: ManifestDefinition) -> Said:
        """What a definition says, in the words of the module's input.

        Raises:
            AssertionError: These words are not what its fields hold.
        """
        words = json.loads(definition.to_json())
        _check_words(words, definition)
        return cls(words, definition.asset_sha256, definition.x5chain)


def _check_words(words: Any, definition: ManifestDefinition) -> None:
    """Check that the module is told all that the definition holds, and nothing else."""
    expected = {
        "label": definition.label,
        "instance_id": definition.instance_id,
        "alg": definition.algorithm,
        "claim_generator_info": definition.claim_generator_info,
        "assertions": [
            {"label": one.label, "created": one.created, **_content_words(one)}
            for one in definition.assertions
        ],
    }
    assert exactly(words) == exactly(expected)


def _content_words(assertion: Assertion) -> dict[str, Any]:
    """The content to be encoded, or as a JSON text: compact, its keys in order."""
    content = assertion.content
    if assertion.encoding == "cbor":
        return {"data": content}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {"json": text}


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


def check_tbs(tbs: bytes, said: Said) -> None:
    """Check that these bytes are the Sig_structure of a claim under the header that was asked."""
    _check_admissible(said)
    context, protected, external, claim = decoded(tbs)
    assert (context, external) == ("Signature1", b"")
    assert len(tbs) <= MAX_TBS_BYTES
    chain = list(said.x5chain)
    header = {1: COSE_IDENTIFIERS[said.definition["alg"]], 33: chain if chain[1:] else chain[0]}
    assert exactly(decoded(protected)) == exactly(header)
    decoded(claim)


def _check_admissible(said: Said) -> None:
    """Check that it was right to accept this; depth and numbers show in what comes back."""
    definition = said.definition
    assert definition.keys() == {
        "label", "instance_id", "alg", "claim_generator_info", "assertions",
    }  # fmt: skip
    assert _MANIFEST_LABEL.fullmatch(definition["label"])
    for text in (definition["instance_id"], definition["claim_generator_info"]["name"]):
        assert 1 <= len(text.encode()) <= MAX_TEXT_BYTES
    assert 1 <= len(definition["assertions"]) <= MAX_ASSERTIONS
    for assertion in definition["assertions"]:
        assert assertion.keys() in ({"label", "created", "data"}, {"label", "created", "json"})
        assert isinstance(assertion.get("json", ""), str)
        assert _ASSERTION_LABEL.fullmatch(assertion["label"]), assertion["label"]
        assert isinstance(assertion["created"], bool)
    assert len(said.asset_sha256) == hashlib.sha256().digest_size
    assert 1 <= len(said.x5chain) <= MAX_CERTIFICATES
    assert all(said.x5chain), "an empty certificate"


def check_time_stamp_payload(payload: bytes, tbs: bytes, said: Said, signature: bytes) -> None:
    """Check that a time-stamp would cover the signature with its CBOR head."""
    assert len(signature) in SIGNATURE_LENGTHS[said.definition["alg"]]
    protected = decoded(tbs)[1]
    expected = ["CounterSignature", protected, b"", cbor2.dumps(signature)]
    assert exactly(decoded(payload)) == exactly(expected)


def check_store(store: bytes, tbs: bytes, said: Said, signature: bytes, token: bytes) -> None:
    """Check that a manifest store is whole, and says this and nothing else."""
    assert len(signature) in SIGNATURE_LENGTHS[said.definition["alg"]]
    _, protected, _, claim = decoded(tbs)
    root = read_store(store)
    _check_box(root, b"c2pa", "c2pa", superboxes=1)
    (manifest,) = root.children
    _check_box(manifest, b"c2ma", said.definition["label"], superboxes=3)
    assertions, claim_box, signature_box = manifest.children
    assert _content(claim_box, b"c2cl", "c2pa.claim.v2") == claim
    _check_assertions(assertions, claim, said)
    stamp = {"sigTst2": {"tstTokens": [{"val": token}]}} if token else {}
    sign1 = cbor2.CBORTag(18, [protected, stamp, None, signature])
    assert exactly(decoded(_content(signature_box, b"c2cs", "c2pa.signature"))) == exactly(sign1)


def _check_assertions(store: Box, claim: bytes, said: Said) -> None:
    definition = said.definition
    binding = {"alg": "sha256", "hash": said.asset_sha256, "name": "jumbf manifest", "pad": b""}
    hard_binding = {"label": "c2pa.hash.data", "created": True, "data": binding}
    expected = [*definition["assertions"], hard_binding]
    _check_box(store, b"c2as", _ASSERTIONS, superboxes=len(expected))
    references: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    earlier: Counter[str] = Counter()
    for box, assertion in zip(store.children, expected, strict=True):
        label = assertion["label"]
        unique = f"{label}__{earlier[label]}" if earlier[label] else label
        earlier[label] += 1
        if "json" in assertion:
            assert assertion_content(box, unique, "json") == assertion["json"].encode()
        else:
            content = decoded(assertion_content(box, unique, "cbor"))
            assert exactly(content) == exactly(_with_dates(assertion))
        digest = hashlib.sha256(box.payload).digest()
        reference = {"url": f"self#jumbf={_ASSERTIONS}/{unique}", "hash": digest}
        references[assertion["created"]].append(reference)
    gathered = {"gathered_assertions": references[False]} if references[False] else {}
    whole = {
        "alg": "sha256",
        "claim_generator_info": definition["claim_generator_info"],
        "created_assertions": references[True],
        "instanceID": definition["instance_id"],
        "signature": f"self#jumbf=/c2pa/{definition['label']}/c2pa.signature",
    }
    assert exactly(decoded(claim)) == exactly({**whole, **gathered})


def _with_dates(assertion: dict[str, Any]) -> Any:
    """The content, with tdates for actions' `when` and metadata's `dateTime` (C2PA 2.2 §18.14)."""
    content = assertion["data"]
    if not assertion["label"].startswith("c2pa.actions") or not isinstance(content, dict):
        return content
    dated = {**content}
    if "metadata" in content:
        dated["metadata"] = _with_date(content["metadata"], "dateTime")
    if isinstance(content.get("actions"), list):
        dated["actions"] = [_with_date(action, "when") for action in content["actions"]]
    return dated


def _with_date(content: Any, name: str) -> Any:
    if isinstance(content, dict) and isinstance(content.get(name), str):
        return {**content, name: cbor2.CBORTag(0, content[name])}
    return content


def _check_box(box: Box, kind: bytes, label: str, *, superboxes: int) -> None:
    assert (box.uuid, box.toggles, box.label) == (kind + _UUID_SUFFIX, 3, label)
    assert box.salt == b""
    assert len(box.children) == superboxes
    assert len(box.content) == (superboxes == 0)


def assertion_content(box: Box, label: str, kind: str) -> bytes:
    """Give what an assertion's box of this kind holds, cbor or json; all around it is checked."""
    return _content(box, kind.encode(), label, kind)


def _content(box: Box, superbox_kind: bytes, label: str, kind: str = "cbor") -> bytes:
    _check_box(box, superbox_kind, label, superboxes=0)
    ((content_kind, content),) = box.content
    assert content_kind == kind
    return content
