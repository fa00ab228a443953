"""DSSE v1.0.2: an envelope with a payload and its signature.

https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

PAYLOAD_TYPE = "application/vnd.in-toto+json"


@dataclass(frozen=True)
class Envelope:
    """An envelope with one signature.

    Attributes:
        payload: The signed content.
        key_id: The key that claims to have signed; a hint, because it is not signed itself.
        signature: Over the pre-authentication encoding, 64 bytes.
    """

    payload: bytes
    key_id: str
    signature: bytes

    def to_dict(self) -> dict[str, Any]:
        """Return the envelope as a JSON object."""
        return {
            "payload": b64encode(self.payload).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": self.key_id, "sig": b64encode(self.signature).decode()}],
        }

    @classmethod
    def from_dict(cls, envelope: object) -> Envelope | None:
        """Read an envelope; None for anything that `to_dict` would not make."""
        match envelope:
            case {
                "payload": str(payload),
                "payloadType": str(),
                "signatures": [{"keyid": str(key_id), "sig": str(signature)}],
            }:
                try:
                    read = cls(b64decode(payload), key_id, b64decode(signature))
                except ValueError:
                    return None
                # Non-canonical base64 would give one envelope two forms.
                return read if read.to_dict() == envelope and len(read.signature) == 64 else None
        return None


def pre_authentication_encoding(payload: bytes) -> bytes:
    """Return the bytes that are signed: `PAE(type, payload)`."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
