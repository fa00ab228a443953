"""Holds what the builder made against what it was told, with cbor2 and the tests' JUMBF reader.

Nothing here is taken from the module: labels, identifiers and layouts are written down once more.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import cbor2

from tests.judges.exact_values import decoded, exactly
from tests.judges.jumbf_reader import Box, read_store
from tests.judges.manifest_words import (
    COSE_IDENTIFIERS,
    MAX_TBS_BYTES,
    SIGNATURE_LENGTHS,
    Said,
    check_admissible,
    is_number,
)

_UUID_SUFFIX = bytes.fromhex("00110010800000AA00389B71")
_EMBEDDED_FILE = bytes.fromhex("40cb0c32bb8a489da70b2ad6f47f4369")
_BMFF_STORE = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_ASSERTIONS = "c2pa.assertions"
_HASHED_URIS = {"activeManifest", "claimSignature"}
# Headers of the store and of its description, UUID, toggles and the label `c2pa` with its zero.
_BEFORE_MANIFESTS_BYTES = 8 + 8 + 16 + 1 + 5


def check_tbs(tbs: bytes, said: Said) -> None:
    """Check that these bytes are the Sig_structure of a claim under the header that was asked."""
    check_admissible(said)
    context, protected, external, claim = decoded(tbs)
    assert (context, external) == ("Signature1", b"")
    assert len(tbs) <= MAX_TBS_BYTES
    chain = list(said.x5chain)
    header = {1: COSE_IDENTIFIERS[said.definition["alg"]], 33: chain if chain[1:] else chain[0]}
    assert exactly(decoded(protected)) == exactly(header)
    decoded(claim)


def check_time_stamp_payload(payload: bytes, tbs: bytes, said: Said, signature: bytes) -> None:
    """Check that a time-stamp would cover the signature with its CBOR head."""
    assert len(signature) in SIGNATURE_LENGTHS[said.definition["alg"]]
    protected = decoded(tbs)[1]
    expected = ["CounterSignature", protected, b"", cbor2.dumps(signature)]
    assert exactly(decoded(payload)) == exactly(expected)


def check_store(
    store: bytes,
    tbs: bytes,
    said: Said,
    signature: bytes,
    token: bytes,
    store_bytes: int | None = None,
) -> None:
    """Check that a manifest store is whole, and says this and nothing else.

    Args:
        store: The store.
        tbs: What was signed.
        said: What the manifest is to say.
        signature: Of the claim.
        token: A time-stamp; empty for none.
        store_bytes: The length to which the store was to be padded; None for no padding.
    """
    assert len(signature) in SIGNATURE_LENGTHS[said.definition["alg"]]
    assert store_bytes in {None, len(store)}
    _, protected, _, claim = decoded(tbs)
    root = read_store(_without_earlier(store, said.earlier_manifests))
    _check_box(root, b"c2pa", "c2pa", superboxes=1)
    (manifest,) = root.children
    is_update = "update" in said.definition.get("binding", {})
    kind = b"c2um" if is_update else b"c2ma"
    _check_box(manifest, kind, said.definition["label"], superboxes=3)
    assertions, claim_box, signature_box = manifest.children
    assert _content(claim_box, b"c2cl", "c2pa.claim.v2") == claim
    _check_assertions(assertions, claim, said)
    sign1 = decoded(_content(signature_box, b"c2cs", "c2pa.signature"))
    # What a tag holds comes frozen.
    padding = {name: sign1.value[1][name] for name in sign1.value[1] if name != "sigTst2"}
    assert padding.keys() <= {"pad", "pad2"}
    assert not b"".join(padding.values()).strip(b"\0")
    assert store_bytes is not None or not padding
    stamp = {"sigTst2": {"tstTokens": [{"val": token}]}} if token else {}
    expected = cbor2.CBORTag(18, [protected, {**stamp, **padding}, None, signature])
    assert exactly(sign1) == exactly(expected)


def _without_earlier(store: bytes, earlier: bytes) -> bytes:
    """The store as it would be without the manifests before its own, which must be these bytes."""
    assert int.from_bytes(store[:4]) == len(store)
    begin, end = _BEFORE_MANIFESTS_BYTES, _BEFORE_MANIFESTS_BYTES + len(earlier)
    assert store[begin:end] == earlier
    return (len(store) - len(earlier)).to_bytes(4) + store[4:begin] + store[end:]


def _check_assertions(store: Box, claim: bytes, said: Said) -> None:
    definition = said.definition
    expected = [*definition["assertions"], *_hard_binding(said)]
    _check_box(store, b"c2as", _ASSERTIONS, superboxes=len(expected))
    references: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    added: list[dict[str, Any]] = []
    earlier: Counter[str] = Counter()
    for box, assertion in zip(store.children, expected, strict=True):
        label = assertion["label"]
        unique = f"{label}__{earlier[label]}" if earlier[label] else label
        earlier[label] += 1
        if "json" in assertion:
            assert assertion_content(box, unique, "json") == assertion["json"].encode()
        elif "file" in assertion:
            _check_file(box, unique, assertion["file"], said.attachments)
        else:
            content = decoded(assertion_content(box, unique, "cbor"))
            assert exactly(content) == exactly(linked(_with_dates(assertion), label, added))
        digest = hashlib.sha256(box.payload).digest()
        added.append({"url": f"self#jumbf={_ASSERTIONS}/{unique}", "hash": digest})
        references[assertion["created"]].append(added[-1])
    gathered = {"gathered_assertions": references[False]} if references[False] else {}
    title = {"dc:title": definition["title"]} if "title" in definition else {}
    redacted = {"redacted_assertions": definition["redacted"]} if "redacted" in definition else {}
    whole = {
        "alg": "sha256",
        "claim_generator_info": definition["claim_generator_info"],
        "created_assertions": references[True],
        "instanceID": definition["instance_id"],
        "signature": f"self#jumbf=/c2pa/{definition['label']}/c2pa.signature",
    }
    assert exactly(decoded(claim)) == exactly({**whole, **gathered, **title, **redacted})


def _hard_binding(said: Said) -> list[dict[str, Any]]:
    """The assertion that binds to the asset; none in an update."""
    binding = said.definition.get("binding", {})
    if "update" in binding:
        return []
    content = {"alg": "sha256", "hash": said.asset_sha256, "name": "jumbf manifest"}
    if "bmff" in binding:
        store = {"xpath": "/uuid", "data": [{"offset": 8, "value": _BMFF_STORE}]}
        excluded = [store, {"xpath": "/ftyp"}, {"xpath": "/mfra"}]
        return [_created("c2pa.hash.bmff.v3", {**content, "exclusions": excluded})]
    return [_created("c2pa.hash.data", {**content, "pad": b"", **binding})]


def _created(label: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, "created": True, "data": content}


def linked(content: Any, label: str, added: Sequence[Mapping[str, Any]]) -> Any:
    """The content of an assertion, with hashed URIs instead of numbers (C2PA 2.2 §18.14, §18.15).

    Args:
        content: What was said.
        label: Of the assertion.
        added: References to the assertions before it.
    """
    if not isinstance(content, dict):
        return content
    if label.startswith("c2pa.actions") and isinstance(content.get("actions"), list):
        actions = [_linked_action(one, added) for one in content["actions"]]
        return {**content, "actions": actions}
    if label.startswith("c2pa.ingredient"):
        links = {name: content[name] for name in content if name == "thumbnail"}
        hashed = {name: content[name] for name in content if name in _HASHED_URIS}
        return {
            **content,
            **{name: _link(number, added) for name, number in links.items()},
            **{name: {**uri, "hash": _digest(uri["hash"])} for name, uri in hashed.items()},
        }
    return content


def _linked_action(action: Any, added: Sequence[Mapping[str, Any]]) -> Any:
    parameters = action.get("parameters") if isinstance(action, dict) else None
    if not isinstance(parameters, dict) or "ingredients" not in parameters:
        return action
    assert isinstance(parameters["ingredients"], list), "a reference that cannot be one was taken"
    ingredients = [_link(one, added) for one in parameters["ingredients"]]
    return {**action, "parameters": {**parameters, "ingredients": ingredients}}


def _link(number: Any, added: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    assert is_number(number, len(added)), "a reference to no earlier assertion was taken"
    found: Mapping[str, Any] = added[number]
    return found


def _digest(hexadecimal: Any) -> bytes:
    assert len(hexadecimal) == 2 * hashlib.sha256().digest_size
    return bytes.fromhex(hexadecimal)


def _check_file(
    box: Box, label: str, file: Mapping[str, Any], attachments: Sequence[bytes]
) -> None:
    assert (box.uuid, box.toggles, box.label, box.salt) == (_EMBEDDED_FILE, 3, label, b"")
    assert not box.children
    # No toggle: neither a file name nor a file elsewhere.
    described = b"\0" + file["media_type"].encode() + b"\0"
    assert box.content == [("bfdb", described), ("bidb", attachments[file["attachment"]])]


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
