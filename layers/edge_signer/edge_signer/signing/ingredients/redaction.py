"""Takes an assertion out of a manifest that was signed before (C2PA 2.2 §6.8)."""

from __future__ import annotations

from collections.abc import Iterator

from edge_signer.signing.errors import InvalidIngredientError
from edge_signer.signing.manifest.manifest_reader import jumbf_box
from edge_signer.verification.claims.references import manifest_label_of, path_of
from edge_signer.verification.store_reader import Box, read_superbox

_ASSERTION_STORE = "c2pa.assertions"


def redact(manifests: dict[str, Box], uri: str, where: str) -> None:
    """Take an assertion out of one of several manifests.

    Args:
        manifests: By label; the changed one is replaced.
        uri: Absolute JUMBF URI of the assertion.
        where: The redaction's place in the request, for messages.

    Raises:
        InvalidIngredientError: There is no such assertion.
    """
    label, path = manifest_label_of(uri), path_of(uri)
    manifest = manifests.get(label)
    if manifest is None or len(path) != 2 or path[0] != _ASSERTION_STORE:
        raise InvalidIngredientError(
            f"{where}.uri must be the URI of an assertion in an ingredient's credentials, such as "
            "self#jumbf=/c2pa/urn:c2pa:.../c2pa.assertions/c2pa.metadata"
        )
    payload = b"".join(_without(manifest, path[1]))
    if payload == bytes(manifest.payload):
        raise InvalidIngredientError(
            f"{where}.uri: the manifest {label[:100]} has no assertion {path[1][:100]}"
        )
    changed = read_superbox(payload)
    if changed is None:  # It was read before, and lost a box.
        raise InvalidIngredientError(f"{where}.uri: the manifest {label[:100]} is damaged")
    manifests[label] = changed


def _without(manifest: Box, label: str) -> Iterator[bytes]:
    """Yield the parts of a manifest's payload, with one assertion left out."""
    yield manifest.description
    for child in manifest.children:
        if child.label != _ASSERTION_STORE:
            yield jumbf_box("jumb", bytes(child.payload))
            continue
        kept = (one for one in child.children if one.label != label)
        boxes = (jumbf_box("jumb", bytes(one.payload)) for one in kept)
        yield jumbf_box("jumb", b"".join((child.description, *boxes)))
