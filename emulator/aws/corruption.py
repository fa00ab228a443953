"""Answers of kms.Sign as a KMS would give them that is broken, or somebody else's."""

import base64
import json
from typing import Any, Literal

from emulator.http.message import Request, Response

Corruption = Literal["signature", "other_key", "malformed"]


def corrupted(how: Corruption, request: Request, response: Response) -> Response:
    """Put another signature into an answer of kms.Sign; an error stays what it is.

    Args:
        how: `signature` is well formed and verifies nothing, `other_key` is a key's that nobody
            certified, over the same message, and `malformed` is cut short.
        request: Of kms.Sign.
        response: What KMS said to it.
    """
    if response.status != 200:
        return response
    document = json.loads(response.body)
    signature = base64.b64decode(document["Signature"])
    if how == "malformed":
        signature = signature[:-1]
    elif how == "signature":
        # The last byte is of the number s, or of the whole signature: the form stays what it was.
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    else:
        signature = _anothers(json.loads(request.body))
    document["Signature"] = base64.b64encode(signature).decode()
    headers = tuple(one for one in response.headers if one[0].lower() != "content-length")
    return Response(response.status, headers, json.dumps(document).encode())


def _anothers(asked: dict[str, Any]) -> bytes:
    # Imported here: it comes with all of moto.
    from emulator.aws.moto_mend.signing_keys import Signature

    algorithm = str(asked["SigningAlgorithm"])
    scheme = Signature(_key(algorithm), algorithm, asked.get("MessageType") == "DIGEST")
    return scheme.make(base64.b64decode(asked["Message"]))


def _key(algorithm: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if algorithm.startswith("ECDSA"):
        curves = {"256": ec.SECP256R1(), "384": ec.SECP384R1(), "512": ec.SECP521R1()}
        return ec.generate_private_key(curves[algorithm[-3:]])
    if algorithm.startswith("RSA"):
        return rsa.generate_private_key(65537, 2048)
    return ed25519.Ed25519PrivateKey.generate()
