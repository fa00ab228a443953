"""Check of the WebAssembly builder: the installed module, and a build with a known result."""

from __future__ import annotations

import hashlib
from typing import Any

from edge_signer.health.examination import Finding, Way
from edge_signer.signing.manifest.assertion import Assertion
from edge_signer.signing.manifest.builder import ManifestBuilder
from edge_signer.signing.manifest.manifest_definition import BuildError, ManifestDefinition
from edge_signer.signing.manifest.pinned_module import PinnedModuleError
from edge_signer.signing.manifest.tbs_module import TBS_MODULE_SHA256

#: Always the same manifest, without a real asset or certificate; it is never signed.
KNOWN_DEFINITION = ManifestDefinition(
    label="urn:c2pa:00000000-0000-4000-8000-000000000000",
    instance_id="xmp:iid:00000000-0000-4000-8000-000000000000",
    algorithm="ES256",
    claim_generator_info={"name": "Edge Signer", "specVersion": "2.4.0"},
    assertions=(
        Assertion("org.example.health", {"text": "known", "numbers": [0, -1, 1.5, 2**32]}, True),
    ),
    asset_sha256=bytes(range(32)),
    x5chain=(b"a certificate",),
)
#: SHA-256 of the bytes that the pinned module makes of it.
KNOWN_TBS_SHA256 = "101965d7161bbcd496e52cf7c4ae04c69f9bdada819bec3c8fcffc28e18eeb6f"
_EDGE: frozenset[Way] = frozenset({"edge"})


class BuilderCheck:
    """Builds the known manifest; making the builder compares the module's SHA-256."""

    def __init__(self) -> None:
        self._builder: ManifestBuilder | None = None

    def __call__(self) -> Finding:
        """Check the build."""
        details: dict[str, Any] = {"module_sha256": TBS_MODULE_SHA256}
        try:
            self._builder = self._builder or ManifestBuilder()
            tbs = self._builder.prepare(KNOWN_DEFINITION).tbs
        except (BuildError, PinnedModuleError) as failure:
            return Finding("unavailable", details | {"error": str(failure)}, _EDGE)
        tbs_sha256 = hashlib.sha256(tbs).hexdigest()
        details["known_answer_sha256"] = tbs_sha256
        if tbs_sha256 != KNOWN_TBS_SHA256:
            wrong = f"the known answer is {KNOWN_TBS_SHA256}"
            return Finding("unavailable", details | {"error": wrong}, _EDGE)
        return Finding("ok", details)
