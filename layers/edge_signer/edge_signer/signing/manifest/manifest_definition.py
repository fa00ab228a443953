"""What a manifest is to say, in the words of the builder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from edge_signer.signing.manifest.assertion import Assertion

# Made once: `json.dumps` with custom settings makes an encoder at every call.
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class BuildError(Exception):
    """The builder refused its input or exceeded its limits.

    Attributes:
        name: The module's name of the error, or `OutOfFuel` or `Trapped` if it was stopped.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class ManifestDefinition:
    """The whole content of a manifest, identifiers included.

    Attributes:
        label: `urn:c2pa:` and a UUID of version 4.
        instance_id: The claim's `instanceID`.
        algorithm: COSE name of the signature algorithm.
        claim_generator_info: Map with at least `name`.
        assertions: In the claim's order, without the hard binding, which the builder adds.
        asset_sha256: 32 bytes, the digest of the whole asset.
        x5chain: Certificates in DER, leaf first, without the root.
        title: `dc:title` of the claim; None for none.
        binding: What the hard binding excludes, in the module's terms; None for a sidecar's.
        redacted: JUMBF URIs of assertions of earlier manifests that were taken away.
        earlier_manifests: The ingredients' manifests, as whole boxes; they stand before this one.
        is_update: Whether it is an update manifest, which has no hard binding.
    """

    label: str
    instance_id: str
    algorithm: str
    claim_generator_info: dict[str, Any]
    assertions: Sequence[Assertion]
    asset_sha256: bytes
    x5chain: Sequence[bytes]
    title: str | None = None
    binding: Mapping[str, Any] | None = None
    redacted: Sequence[str] = ()
    earlier_manifests: bytes = b""
    is_update: bool = False

    @property
    def attachments(self) -> list[bytes]:
        """The files that assertions hold, in the order of the assertions."""
        return [one.attachment for one in self.assertions if one.encoding == "file"]

    def to_json(self) -> bytes:
        """Encode the part that the module takes as JSON.

        Raises:
            BuildError: `JsonSyntax` for values that JSON cannot represent, or `JsonTooDeep`.
        """
        numbers = count()
        try:
            definition: dict[str, Any] = {
                "label": self.label,
                "instance_id": self.instance_id,
                "alg": self.algorithm,
                "claim_generator_info": self.claim_generator_info,
                "assertions": [
                    one.to_definition(next(numbers))
                    if one.encoding == "file"
                    else one.to_definition()
                    for one in self.assertions
                ],
            }
            if self.attachments:
                definition["attachments"] = len(self.attachments)
            if self.redacted:
                definition["redacted"] = list(self.redacted)
            if self.title is not None:
                definition["title"] = self.title
            if self.is_update:
                definition["binding"] = {"update": True}
            elif self.binding is not None:
                definition["binding"] = self.binding
            return _JSON.encode(definition).encode()
        except RecursionError:
            raise BuildError("JsonTooDeep") from None
        except ValueError as unwritable:  # half of a surrogate pair, infinity
            raise BuildError("JsonSyntax") from unwritable
