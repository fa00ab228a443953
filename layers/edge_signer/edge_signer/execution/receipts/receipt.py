"""The execution receipt v0.1: five facts about a run, and an Ed25519 signature over them.

JSON parsers differ in repeated names, escapes, numbers and bytes that are not text. So the verifier
reads a subset of JSON, the strict profile of docs/receipts.md: one flat object, strings of
printable ASCII without escapes, integers in their shortest form. Every receipt that a signer makes
has this form.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, astuple, dataclass
from hashlib import sha256

from edge_signer.execution.receipts import ed25519
from edge_signer.execution.receipts.refusals import Refusal, RefusedError

VERSION = "0.1"
MAX_RECEIPT_BYTES = 4096

_SPACE = rb"[ \t\n\r]*"
_TEXT = rb'"[ !#-\[\]-~]*"'
_MEMBER = re.compile(
    rb"%(s)s(?P<name>%(t)s)%(s)s:%(s)s(?P<value>%(t)s|0|[1-9][0-9]*)%(s)s(?P<end>[,}])"
    % {b"s": _SPACE, b"t": _TEXT}
)
_BEGIN = re.compile(_SPACE + rb"\{")
_END = re.compile(_SPACE)

_MAX_EXIT_CODE = 255
_MAX_INTEGER = 2**53 - 1
_HEX_32 = r"[0-9a-f]{64}"
# The values of each member, in the order in which they are checked. The patterns bound the digits,
# because Python may refuse to convert more than 640.
_VALUES = {
    "version": (re.escape(f'"{VERSION}"'), None, Refusal.VERSION_INVALID),
    "module_hash": (f'"sha256:{_HEX_32}"', None, Refusal.MODULE_HASH_INVALID),
    "exit_code": ("[0-9]{1,3}", _MAX_EXIT_CODE, Refusal.EXIT_CODE_INVALID),
    "wall_time_ms": ("[0-9]{1,16}", _MAX_INTEGER, Refusal.WALL_TIME_MS_INVALID),
    "timestamp": ("[0-9]{1,16}", _MAX_INTEGER, Refusal.TIMESTAMP_INVALID),
    "node_pubkey": (f'"{_HEX_32}"', None, Refusal.NODE_PUBKEY_INVALID),
    "signature": (f'"{_HEX_32 * 2}"', None, Refusal.SIGNATURE_INVALID),
}
_INTEGER = "(0|[1-9][0-9]{0,15})"
_MESSAGE = re.compile(
    rf"{re.escape(VERSION)}\|(sha256:{_HEX_32})\|{_INTEGER}\|{_INTEGER}\|{_INTEGER}".encode()
)
_FAULTS = {
    ed25519.Fault.NOT_CANONICAL: Refusal.SIGNATURE_NOT_CANONICAL,
    ed25519.Fault.MISMATCH: Refusal.SIGNATURE_MISMATCH,
}


@dataclass(frozen=True)
class Receipt:
    """What a receipt says. It names neither the job nor its output; the attestation does.

    Attributes:
        module_hash: `sha256:` and 64 lower-case hexadecimal digits.
        exit_code: 0 to 255.
        wall_time_ms: How long the module ran, in milliseconds.
        timestamp: When it ended, in seconds since 1970.
    """

    module_hash: str
    exit_code: int
    wall_time_ms: int
    timestamp: int

    def message(self) -> bytes:
        """Return the text: `version|module_hash|exit_code|wall_time_ms|timestamp`."""
        return "|".join(map(str, (VERSION, *astuple(self)))).encode()

    @classmethod
    def from_message(cls, message: bytes) -> Receipt | None:
        """Read what `message` returns; None for anything else."""
        read = _MESSAGE.fullmatch(message)
        if read is None:
            return None
        exit_code, wall_time_ms, timestamp = (int(read[member]) for member in (2, 3, 4))
        if exit_code > _MAX_EXIT_CODE or max(wall_time_ms, timestamp) > _MAX_INTEGER:
            return None
        return cls(read[1].decode(), exit_code, wall_time_ms, timestamp)

    def digest(self) -> bytes:
        """Return what is signed: the SHA-256 of the text, 32 bytes."""
        return sha256(self.message()).digest()

    def to_json(self, public_key: bytes, signature: bytes) -> str:
        """Return the receipt as clients receive it.

        Args:
            public_key: The signer's, 32 bytes.
            signature: Over `digest()`, 64 bytes.
        """
        return json.dumps(
            {
                "version": VERSION,
                **asdict(self),
                "node_pubkey": public_key.hex(),
                "signature": signature.hex(),
            },
            separators=(",", ":"),
        )


@dataclass(frozen=True)
class ReceiptVerdict:
    """The verdict on a receipt: either a refusal or what the receipt says.

    Attributes:
        refusal: Why the receipt is refused.
        receipt: What it says, if the pinned key signed it.
    """

    refusal: Refusal | None
    receipt: Receipt | None = None


def verify_receipt(receipt_json: bytes | str, pinned_pubkey: str) -> ReceiptVerdict:
    """Verify a receipt. Returns a verdict for any input, of any type, and raises nothing.

    Args:
        receipt_json: The receipt as received.
        pinned_pubkey: The signer's key, from another source than the receipt: 64 lower-case
            hexadecimal digits.
    """
    try:
        return ReceiptVerdict(None, _verified(receipt_json, pinned_pubkey))
    except RefusedError as refused:
        return ReceiptVerdict(refused.refusal)


def bytes_given(content: object) -> bytes | None:
    """Return what a verifier is given, as bytes; None if it is neither bytes nor text in UTF-8."""
    if isinstance(content, bytes):
        return content
    try:
        return content.encode() if isinstance(content, str) else None
    except UnicodeEncodeError:
        return None


def pinned_key(pinned_pubkey: str) -> bytes | None:
    """Decode a pinned key to its 32 bytes; None if it is not a usable key."""
    if not isinstance(pinned_pubkey, str) or not re.fullmatch(_HEX_32, pinned_pubkey):
        return None
    public_key = bytes.fromhex(pinned_pubkey)
    return public_key if ed25519.usable_point(public_key) else None


def _verified(receipt_json: object, pinned_pubkey: str) -> Receipt:
    public_key = pinned_key(pinned_pubkey)
    if public_key is None:
        raise RefusedError(Refusal.PINNED_KEY_INVALID)
    content = bytes_given(receipt_json)
    if content is None:
        raise RefusedError(Refusal.MALFORMED)
    if len(content) > MAX_RECEIPT_BYTES:
        raise RefusedError(Refusal.TOO_LARGE)
    members = _members(content)
    for name, (pattern, maximum, refusal) in _VALUES.items():
        value = members[name]
        if not re.fullmatch(pattern, value) or (maximum is not None and int(value) > maximum):
            raise RefusedError(refusal)
    if members["node_pubkey"] != f'"{pinned_pubkey}"':
        raise RefusedError(Refusal.KEY_NOT_PINNED)
    receipt = Receipt(
        members["module_hash"].strip('"'),
        *(int(members[name]) for name in ("exit_code", "wall_time_ms", "timestamp")),
    )
    signature = bytes.fromhex(members["signature"].strip('"'))
    fault = ed25519.signature_fault(public_key, receipt.digest(), signature)
    if fault is not None:
        raise RefusedError(_FAULTS[fault])
    return receipt


def _members(receipt_json: bytes) -> dict[str, str]:
    """Read the members. Values stay as written, strings with their quotation marks."""
    members = _scanned(receipt_json)
    if members is None:
        raise RefusedError(Refusal.MALFORMED)
    names = [name for name, _ in members]
    if not _VALUES.keys() >= set(names):
        raise RefusedError(Refusal.UNKNOWN_MEMBER)
    if len(set(names)) < len(names):
        raise RefusedError(Refusal.DUPLICATE_MEMBER)
    if len(names) < len(_VALUES):
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
