"""The type of build that an attestation names: the address of a document of the deployment.

SLSA asks for a URI that resolves to a description of the parameters. The deployment that ran the
job serves it, so the address has its host; the key and not the host says who signed.
https://slsa.dev/spec/v1.0/provenance#buildDefinition
"""

from __future__ import annotations

import re

PATH = "/build-types/wasi-preview1-job/v1"
#: What statements named before deployments served the document.
URN = "urn:edge-signer:wasi-preview1-job:v1"
#: What verifiers accept: the path at any host, without TLS only on the same machine.
PATTERN = (
    rf"\A(?:{URN}|(?:https://[a-z0-9.-]{{1,253}}|http://(?:127\.0\.0\.1|localhost))"
    rf"(?::[0-9]{{1,5}})?(?:/[A-Za-z0-9_-]{{1,128}})?{PATH})\z"
)
_PATTERN = re.compile(PATTERN.removesuffix(r"\z") + r"\Z")
_LOCAL = re.compile(r"(?:127\.0\.0\.1|localhost)(?::[0-9]+)?")


def build_type_at(domain_name: str, stage: str) -> str | None:
    """Return the address of the document at a deployment.

    Args:
        domain_name: The host that API Gateway served the request for, perhaps with a port.
        stage: The stage of the API; `$default` has no part in the path.

    Returns:
        None if the name is not one of a host.
    """
    host = domain_name.lower()
    scheme = "http" if _LOCAL.fullmatch(host) else "https"
    prefix = "" if stage == "$default" else f"/{stage}"
    address = f"{scheme}://{host}{prefix}{PATH}"
    return address if _PATTERN.fullmatch(address) else None
