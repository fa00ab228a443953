"""The hard binding that counts for a store's active manifest, as it was signed."""

from __future__ import annotations

from edge_signer.verification.claims.assertion_checks import HARD_BINDINGS
from edge_signer.verification.claims.ingredients import PARENT
from edge_signer.verification.claims.manifest_reading import base_label
from edge_signer.verification.validation import StoreValidation


def intact_binding(validation: StoreValidation) -> str | None:
    """Return the URI of the hard binding that counts for the active manifest (C2PA 2.2 §15.12).

    Args:
        validation: Of a store.

    Returns:
        Of an update, that of what it updates; None if it was changed or is not there.
    """
    by_label = {one.label: one for one in validation.manifests}
    found = validation.active
    for _ in validation.manifests:
        if found is None or found.kind == "standard":
            break
        said = [one.ingredient for one in found.ingredients]
        parents = [one.manifest_label for one in said if one.relationship == PARENT]
        found = by_label.get(parents[0]) if parents else None
    if found is None or found.kind != "standard":
        return None
    intact = (one.url for one in found.findings.success if one.code == "assertion.hashedURI.match")
    return next(
        (one for one in intact if base_label(one.rpartition("/")[2]) in HARD_BINDINGS), None
    )
