"""Checks that another engine's manifest is the requested one, and that verifiers would trust it.

The check needs no engine: it recomputes every hash, verifies the signature against the chain that
we know, and compares the content with the request.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge_signer.signing.credentials.algorithm import (
    COSE_IDENTIFIERS,
    Algorithm,
    SignatureMismatchError,
)
from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.errors import CredentialUnavailableError
from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.cbor_reader import DATE_TIME_TAG, CborError, Tagged, read_cbor
from edge_signer.signing.manifest.manifest_reader import (
    JumbfError,
    ManifestError,
    ReadManifest,
    Superbox,
    read_manifest,
)

HARD_BINDING_LABEL = "c2pa.hash.data"
_ALG_HEADER, _X5CHAIN_HEADER = 1, 33
_MANIFEST_LABEL = re.compile(
    r"urn:c2pa:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
_CLAIM_FIELDS = {"alg", "claim_generator_info", "created_assertions", "instanceID", "signature"}
_BINDING_FIELDS = {"alg", "hash", "name", "pad"}
_PADS = ("pad", "pad2")


class OtherChainError(ManifestError):
    """The manifest is signed with another chain or algorithm than expected."""


@dataclass(frozen=True)
class ExpectedManifest:
    """The manifest that was requested.

    Attributes:
        asset_sha256: 32 bytes, the digest of the asset.
        assertions: All assertions besides the hard binding.
        claim_generator_info: Its claim generator; an engine may add fields.
        algorithm: The signature algorithm.
        chain: Exactly the certificates in `x5chain`.
        time_stamped: Whether it carries a time-stamp.
        title: `dc:title` of the claim; None for none.
    """

    asset_sha256: bytes
    assertions: Sequence[Assertion]
    claim_generator_info: Mapping[str, Any]
    algorithm: Algorithm
    chain: CertificateChain
    time_stamped: bool
    title: str | None = None


@dataclass(frozen=True)
class CheckedManifest:
    """A manifest that passed the check.

    Attributes:
        time_stamp_token: DER of its TimeStampToken, for `checked_token` to check; empty for none.
        time_stamp_payload: The bytes whose digest it covers.
        tbs_sha256: 32 bytes, the digest of what was signed.
    """

    time_stamp_token: bytes
    time_stamp_payload: bytes
    tbs_sha256: bytes


def check_manifest(manifest_store: bytes, expected: ExpectedManifest) -> CheckedManifest:
    """Check a manifest that another engine made.

    Raises:
        OtherChainError: It is signed with another chain or algorithm.
        ManifestError: It is not as expected, or verifiers would not trust it.
    """
    manifest = read_manifest(manifest_store)
    try:
        _check_signature(manifest, expected)
        _check_claim(manifest, expected)
    except (CborError, JumbfError) as broken:
        raise ManifestError(str(broken)) from broken
    token = _time_stamp_token(manifest.unprotected)
    if bool(token) != expected.time_stamped:
        raise ManifestError("it has a time-stamp that was not requested, or lacks one that was")
    tbs_sha256 = hashlib.sha256(manifest.tbs).digest()
    return CheckedManifest(token, manifest.time_stamp_payload, tbs_sha256)


def _check_signature(manifest: ReadManifest, expected: ExpectedManifest) -> None:
    chain = list(expected.chain.x5chain)
    protected = read_cbor(manifest.protected)
    algorithm = {_ALG_HEADER: COSE_IDENTIFIERS[expected.algorithm.name]}
    if protected != {**algorithm, _X5CHAIN_HEADER: chain if chain[1:] else chain[0]}:
        if isinstance(protected, dict) and protected.keys() == {_ALG_HEADER, _X5CHAIN_HEADER}:
            raise OtherChainError("it is signed with another algorithm or chain than this signer's")
        raise ManifestError("its signature has headers that differ from ours")
    try:
        expected.chain.require_valid()
        expected.chain.verify(expected.algorithm, manifest.tbs, manifest.signature)
    except (CredentialUnavailableError, SignatureMismatchError) as mismatch:
        raise ManifestError(f"its signature does not verify: {mismatch}") from mismatch


def _check_claim(manifest: ReadManifest, expected: ExpectedManifest) -> None:
    claim = read_cbor(manifest.claim)
    titled = set() if expected.title is None else {"dc:title"}
    if (
        not isinstance(claim, dict)
        or claim.keys() - {"gathered_assertions"} != _CLAIM_FIELDS | titled
    ):
        raise ManifestError("its claim has fields that differ from ours")
    if claim.get("dc:title") != expected.title:
        raise ManifestError("its claim has another title than the request")
    label, instance_id = manifest.label, claim["instanceID"]
    if not _MANIFEST_LABEL.fullmatch(label) or not isinstance(instance_id, str) or not instance_id:
        raise ManifestError("it has no identifiers")
    # An absolute URI puts the manifest's label under the signature.
    if claim["alg"] != "sha256" or claim["signature"] != f"self#jumbf=/c2pa/{label}/c2pa.signature":
        raise ManifestError("its claim uses another hash algorithm, or points at another signature")
    info = claim["claim_generator_info"]
    if not isinstance(info, dict) or not expected.claim_generator_info.items() <= info.items():
        raise ManifestError("it names another claim generator")
    referred = {
        **_referred(claim, "created_assertions", created=True),
        **_referred(claim, "gathered_assertions", created=False),
    }
    _check_assertions(manifest.assertions, referred, label, expected)


def _referred(claim: Mapping[str, Any], field: str, *, created: bool) -> dict[str, Any]:
    """Return the hash of each hashed URI, and whether it is created, by address (C2PA 2.2 §8.4)."""
    uris = claim.get(field, [])
    references: dict[str, Any] = {}
    for uri in uris if isinstance(uris, list) else [None]:
        match uri:
            case {"url": str(url), "hash": bytes(digest), **more} if (
                more in ({}, {"alg": "sha256"}) and url not in references
            ):
                references[url] = (digest, created)
            case _:
                raise ManifestError(f"{field} holds something that is not a hashed URI")
    return references


def _check_assertions(
    boxes: Sequence[Superbox],
    referred: Mapping[str, Any],
    manifest_label: str,
    expected: ExpectedManifest,
) -> None:
    wanted = {one.label: one for one in expected.assertions}
    found = [box.label for box in boxes]
    if sorted(found) != sorted([*wanted, HARD_BINDING_LABEL]) or len(referred) != len(found):
        raise ManifestError("it holds other assertions than the request")
    for box in boxes:
        path = f"c2pa.assertions/{box.label}"
        addresses = (f"self#jumbf={path}", f"self#jumbf=/c2pa/{manifest_label}/{path}")
        digest, created = next(
            (referred[one] for one in addresses if one in referred), (b"", False)
        )
        if not hmac.compare_digest(digest, hashlib.sha256(box.payload).digest()):
            raise ManifestError(f"{box.label} does not match its hashed URI")
        if box.label == HARD_BINDING_LABEL:
            _check_binding(box, expected.asset_sha256)
            is_created = True
        else:
            _check_content(box, wanted[box.label])
            is_created = wanted[box.label].created
        if created != is_created:
            raise ManifestError(f"{box.label} is in the wrong list of the claim")


def _check_binding(box: Superbox, asset_sha256: bytes) -> None:
    """Check that it binds every byte of the asset (C2PA 2.2 §18.5)."""
    binding = read_cbor(box.only_content("cbor"))
    if box.kind != "cbor" or not isinstance(binding, dict) or binding.keys() != _BINDING_FIELDS:
        raise ManifestError("its hard binding has fields that differ from ours")
    if binding["alg"] != "sha256" or binding["hash"] != asset_sha256:
        raise ManifestError("it is bound to another asset")
    if not isinstance(binding["name"], str) or not _is_padding(binding["pad"]):
        raise ManifestError("its hard binding is malformed")


def _check_content(box: Superbox, wanted: Assertion) -> None:
    encoded = box.only_content(wanted.encoding)
    if wanted.encoding == "json":
        try:
            content = json.loads(encoded)
        except (ValueError, RecursionError):
            content = None
    else:
        content = read_cbor(encoded)
    if box.kind != wanted.encoding or not _means(content, wanted.content):
        raise ManifestError(f"{box.label} differs from the request")


def _means(content: Any, wanted: Any) -> bool:
    """Compare content; dates may be tagged, and 1 equals 1.0."""
    if isinstance(content, Tagged):
        return content.tag == DATE_TIME_TAG and _means(content.value, wanted)
    if isinstance(wanted, dict) and isinstance(content, dict):
        same_keys = content.keys() == wanted.keys()
        return same_keys and all(_means(content[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list) and isinstance(content, list):
        same_length = len(content) == len(wanted)
        return same_length and all(map(_means, content, wanted))
    if isinstance(wanted, bool) or isinstance(content, bool):
        return content is wanted
    return bool(content == wanted)


def _time_stamp_token(unprotected: Mapping[Any, Any]) -> bytes:
    for key, value in unprotected.items():
        if key not in ("sigTst2", *_PADS) or (key in _PADS and not _is_padding(value)):
            raise ManifestError("its unprotected header holds more than padding and a time-stamp")
    match unprotected.get("sigTst2"):
        case None:
            return b""
        case {"tstTokens": [{"val": bytes(token), **no_more}], **nothing} if (
            token and not no_more and not nothing
        ):
            return token
    raise ManifestError("its time-stamp is not one token")


def _is_padding(content: Any) -> bool:
    return isinstance(content, bytes) and not content.strip(b"\0")
