"""The execution receipt v0.1: five facts about a run, and an Ed25519 signature over them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

VERSION = "0.1"


@dataclass(frozen=True)
class Receipt:
    """What a receipt says.

    It names neither job nor output: the attestation does.

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
        """Give the text of the receipt: `version|module_hash|exit_code|wall_time_ms|timestamp`."""
        facts = (VERSION, self.module_hash, self.exit_code, self.wall_time_ms, self.timestamp)
        return "|".join(map(str, facts)).encode()

    def digest(self) -> bytes:
        """Give what is signed: the 32 bytes of the text's SHA-256."""
        return sha256(self.message()).digest()

    def to_json(self, public_key: bytes, signature: bytes) -> str:
        """Give the receipt as clients get it.

        Args:
            public_key: The signer's, 32 bytes.
            signature: Over `digest()`, 64 bytes.
        """
        return json.dumps(
            {
                "version": VERSION,
                "module_hash": self.module_hash,
                "exit_code": self.exit_code,
                "wall_time_ms": self.wall_time_ms,
                "timestamp": self.timestamp,
                "node_pubkey": public_key.hex(),
                "signature": signature.hex(),
            },
            separators=(",", ":"),
        )
