"""The signed root of a batch, and the proof that a statement is under it.

A batch's tree is a transparency log of its own, with one checkpoint: a signed note. The log's name
ends in the root, so that no key can sign two different checkpoints of one log.
https://c2sp.org/signed-note@v1.0.0
https://c2sp.org/tlog-checkpoint@v1.0.0
https://c2sp.org/tlog-proof
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from edge_signer.execution.receipts import ed25519
from edge_signer.execution.receipts.merkle import leaf_hash, root_by_path
from edge_signer.execution.receipts.refusals import Refusal, RefusedError

_HEAD = "c2sp.org/tlog-proof@v1"
_ED25519 = b"\x01"
_KEY_ID_BYTES = 4

# Base64 in its only form: the bits that belong to no byte are zero.
_HASH = "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="
_SIGNATURE = "[A-Za-z0-9+/]{90}[AEIMQUYcgkosw048]="
# A key's name has neither spaces nor plus signs.
_NAME = "[!-*,-~]"
_ORIGIN = (
    rf"(?P<service>{_NAME}{{1,300}})/batches/(?P<batch_id>[A-Za-z0-9._-]{{1,128}})"
    "/(?P<root_hex>[0-9a-f]{64})"
)
_PROOF = re.compile(
    rf"{re.escape(_HEAD)}\nindex (?P<index>0|[1-9][0-9]{{0,8}})\n(?P<path>(?:{_HASH}\n){{0,30}})\n"
    rf"(?P<checkpoint>.*)",
    re.DOTALL,
)
_CHECKPOINT = re.compile(
    rf"{_ORIGIN}\n(?P<size>[1-9][0-9]{{0,8}})\n(?P<root>{_HASH})\n\n"
    rf"\u2014 (?P<name>{_NAME}{{1,600}}) (?P<signature>{_SIGNATURE})\n"
)
_FAULTS = {
    ed25519.Fault.NOT_CANONICAL: Refusal.CHECKPOINT_SIGNATURE_NOT_CANONICAL,
    ed25519.Fault.MISMATCH: Refusal.CHECKPOINT_SIGNATURE_MISMATCH,
}


@dataclass(frozen=True)
class Checkpoint:
    """What the signer says of a batch: the root of its tree.

    Attributes:
        service: The deployment that ran it, as a URL without its scheme.
        batch_id: The client's name for it.
        size: How many jobs are in the tree.
        root: The root hash, 32 bytes.
    """

    service: str
    batch_id: str
    size: int
    root: bytes

    @property
    def origin(self) -> str:
        """The name of the log, and of the key that signs it."""
        return f"{self.service}/batches/{self.batch_id}/{self.root.hex()}"

    def text(self) -> bytes:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n".encode()

    def note(self, public_key: bytes, signature: bytes) -> str:
        """Return the signed note.

        Args:
            public_key: The signer's, 32 bytes.
            signature: Over `text()`, 64 bytes.
        """
        signed = b64encode(_note_key_id(self.origin, public_key) + signature).decode()
        return f"{self.text().decode()}\n\u2014 {self.origin} {signed}\n"


def inclusion_proof(index: int, path: Sequence[bytes], note: str) -> str:
    """Return the proof of one entry as a text.

    Args:
        index: The entry's position in the tree, from 0.
        path: The sibling hashes, from the leaf's up.
        note: The signed checkpoint.
    """
    hashes = "".join(f"{b64encode(one).decode()}\n" for one in path)
    return f"{_HEAD}\nindex {index}\n{hashes}\n{note}"


def verified_checkpoint(proof: str, entry: bytes, public_key: bytes) -> Checkpoint:
    """Check that a key signed the root of a tree that has an entry.

    Args:
        proof: As a signer writes it; a proof in any other form is refused.
        entry: The content of the leaf.
        public_key: The pinned key, 32 bytes, a usable point.

    Returns:
        The checkpoint in the proof.

    Raises:
        RefusedError: The proof does not show it.
    """
    read = _PROOF.fullmatch(proof)
    if read is None:
        raise RefusedError(Refusal.PROOF_MALFORMED)
    checkpoint = _signed_checkpoint(read["checkpoint"], public_key)
    path = [b64decode(line) for line in read["path"].split()]
    leaf = leaf_hash(entry)
    if root_by_path(leaf, int(read["index"]), checkpoint.size, path) != checkpoint.root:
        raise RefusedError(Refusal.INCLUSION_MISMATCH)
    return checkpoint


def _signed_checkpoint(note: str, public_key: bytes) -> Checkpoint:
    read = _CHECKPOINT.fullmatch(note)
    if read is None or b64decode(read["root"]).hex() != read["root_hex"]:
        raise RefusedError(Refusal.CHECKPOINT_MALFORMED)
    signed = b64decode(read["signature"])
    key_id, signature = signed[:_KEY_ID_BYTES], signed[_KEY_ID_BYTES:]
    checkpoint = Checkpoint(
        read["service"], read["batch_id"], int(read["size"]), b64decode(read["root"])
    )
    name = read["name"]
    if name != checkpoint.origin or key_id != _note_key_id(name, public_key):
        raise RefusedError(Refusal.CHECKPOINT_KEY_NOT_PINNED)
    fault = _signature_fault(public_key, checkpoint.text(), signature)
    if fault is not None:
        raise RefusedError(_FAULTS[fault])
    return checkpoint


# All proofs of a batch share one checkpoint.
_signature_fault = lru_cache(maxsize=16)(ed25519.signature_fault)


def _note_key_id(name: str, public_key: bytes) -> bytes:
    """Return the four bytes by which a signature line names its key."""
    return sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:_KEY_ID_BYTES]
