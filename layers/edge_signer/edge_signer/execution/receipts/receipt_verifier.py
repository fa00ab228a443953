"""Whether a pinned key signed a receipt v0.1: the strict profile of docs/receipts.md.

Readers of JSON differ in repeated names, escapes, numbers and bytes that are no text. So this one
reads less than JSON: one flat object, texts of printable ASCII without escapes, whole numbers in
their shortest form. Every receipt that a signer makes is of that kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from edge_signer.execution.receipts import ed25519
from edge_signer.execution.receipts.receipt import VERSION, Receipt
from edge_signer.execution.receipts.refusals import Refusal, RefusedError

MAX_RECEIPT_BYTES = 4096

_SPACE = rb"[ \t\n\r]*"
_TEXT = rb'"[ !#-\[\]-~]*"'
_MEMBER = re.compile(
    rb"%(s)s(?P<name>%(t)s)%(s)s:%(s)s(?P<value>%(t)s|0|[1-9][0-9]*)%(s)s(?P<end>[,}])"
    % {b"s": _SPACE, b"t": _TEXT}
)
_BEGIN = re.compile(_SPACE + rb"\{")
_END = re.compile(_SPACE)

_MAX_INTEGER = 2**53 - 1
_HEX_32 = r"[0-9a-f]{64}"
# In the order in which they are looked at.
_TEXT_MEMBERS = {
    "version": (re.escape(VERSION), Refusal.VERSION_INVALID),
    "module_hash": (f"sha256:{_HEX_32}", Refusal.MODULE_HASH_INVALID),
}
_INTEGER_MEMBERS = {
    "exit_code": (255, Refusal.EXIT_CODE_INVALID),
    "wall_time_ms": (_MAX_INTEGER, Refusal.WALL_TIME_MS_INVALID),
    "timestamp": (_MAX_INTEGER, Refusal.TIMESTAMP_INVALID),
}
_UNSIGNED_MEMBERS = {
    "node_pubkey": (_HEX_32, Refusal.NODE_PUBKEY_INVALID),
    "signature": (_HEX_32 * 2, Refusal.SIGNATURE_INVALID),
}
_NAMES = {*_TEXT_MEMBERS, *_INTEGER_MEMBERS, *_UNSIGNED_MEMBERS}
_FAULTS = {
    ed25519.Fault.NOT_CANONICAL: Refusal.SIGNATURE_NOT_CANONICAL,
    ed25519.Fault.MISMATCH: Refusal.SIGNATURE_MISMATCH,
}


@dataclass(frozen=True)
class ReceiptVerdict:
    """What is to be thought of a receipt: it has either a refusal or a receipt.

    Attributes:
        refusal: Why it is refused.
        receipt: What it says, where the pinned key signed that.
    """

    refusal: Refusal | None
    receipt: Receipt | None = None


def verify_receipt(receipt_json: bytes, pinned_pubkey: str) -> ReceiptVerdict:
    """Judge a receipt. Any input gets a verdict; nothing is raised.

    Args:
        receipt_json: The receipt as it came.
        pinned_pubkey: The signer's key, which did not come with the receipt: 64 lower-case
            hexadecimal digits.
    """
    try:
        return ReceiptVerdict(None, _verified(receipt_json, pinned_pubkey))
    except RefusedError as refused:
        return ReceiptVerdict(refused.refusal)


def pinned_key(pinned_pubkey: str) -> bytes | None:
    """Give a pinned key's 32 bytes; None where it is not one to trust."""
    if not re.fullmatch(_HEX_32, pinned_pubkey):
        return None
    public_key = bytes.fromhex(pinned_pubkey)
    return public_key if ed25519.usable_point(public_key) else None


def _verified(receipt_json: bytes, pinned_pubkey: str) -> Receipt:
    public_key = pinned_key(pinned_pubkey)
    if public_key is None:
        raise RefusedError(Refusal.PINNED_KEY_INVALID)
    if len(receipt_json) > MAX_RECEIPT_BYTES:
        raise RefusedError(Refusal.TOO_LARGE)
    members = _members(receipt_json)
    _check_values(members)
    if members["node_pubkey"] != f'"{pinned_pubkey}"':
        raise RefusedError(Refusal.KEY_NOT_PINNED)
    receipt = Receipt(
        members["module_hash"].strip('"'),
        *(int(members[name]) for name in _INTEGER_MEMBERS),
    )
    signature = bytes.fromhex(members["signature"].strip('"'))
    fault = ed25519.signature_fault(public_key, receipt.digest(), signature)
    if fault is not None:
        raise RefusedError(_FAULTS[fault])
    return receipt


def _members(receipt_json: bytes) -> dict[str, str]:
    """Give the members, each value as it is written, texts with their quotation marks."""
    members = _scanned(receipt_json)
    if members is None:
        raise RefusedError(Refusal.MALFORMED)
    names = [name for name, _ in members]
    if not _NAMES.issuperset(names):
        raise RefusedError(Refusal.UNKNOWN_MEMBER)
    if len(set(names)) < len(names):
        raise RefusedError(Refusal.DUPLICATE_MEMBER)
    if len(names) < len(_NAMES):
        raise RefusedError(Refusal.MISSING_MEMBER)
    return dict(members)


def _scanned(receipt_json: bytes) -> list[tuple[str, str]] | None:
    members = []
    begin = _BEGIN.match(receipt_json)
    position = begin.end() if begin else len(receipt_json)
    while member := _MEMBER.match(receipt_json, position):
        members.append((member["name"].decode().strip('"'), member["value"].decode()))
        position = member.end()
        if member["end"] == b"}":
            return members if _END.fullmatch(receipt_json, position) else None
    return None


def _check_values(members: dict[str, str]) -> None:
    for name, (pattern, refusal) in _TEXT_MEMBERS.items():
        _check_text(members[name], pattern, refusal)
    for name, (maximum, refusal) in _INTEGER_MEMBERS.items():
        _check_integer(members[name], maximum, refusal)
    for name, (pattern, refusal) in _UNSIGNED_MEMBERS.items():
        _check_text(members[name], pattern, refusal)


def _check_text(value: str, pattern: str, refusal: Refusal) -> None:
    if not re.fullmatch(f'"{pattern}"', value):
        raise RefusedError(refusal)


def _check_integer(value: str, maximum: int, refusal: Refusal) -> None:
    # Whatever has more digits is greater, and Python may be told to convert no more than 640.
    if value.startswith('"') or len(value) > len(str(maximum)) or int(value) > maximum:
        raise RefusedError(refusal)
