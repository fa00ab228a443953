"""References between the parts of a store: JUMBF URIs and hashed URIs (C2PA 2.2 §8.4.2)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edge_signer.verification.store_reader import Box

#: The hash algorithms that the standard allows (C2PA 2.2 §13.1); none is deprecated.
HASH_ALGORITHMS = frozenset({"sha256", "sha384", "sha512"})
_SCHEME = "self#jumbf="
_STORE = "c2pa/"


@dataclass(frozen=True)
class HashedUri:
    """A reference to a box, with its hash.

    Attributes:
        url: A JUMBF URI, absolute or relative to the manifest.
        digest: The hash of the box.
        algorithm: Name of the hash algorithm; empty if an enclosing structure says it.
    """

    url: str
    digest: bytes
    algorithm: str = ""


def hashed_uri(said: Any) -> HashedUri | None:
    """Read a hashed URI; None if it is none."""
    match said:
        case {"url": str(url), "hash": bytes(digest)}:
            algorithm = said.get("alg")
            return HashedUri(url, digest, algorithm if isinstance(algorithm, str) else "")
    return None


def absolute(url: str, manifest_label: str) -> str:
    """Return a JUMBF URI as absolute; another URI is returned unchanged."""
    if not url.startswith(_SCHEME):
        return url
    path = url[len(_SCHEME) :]
    if path.startswith("/"):
        return url
    # Early versions of c2pa-rs left out the slash before the store's label.
    return f"{_SCHEME}/{path}" if path.startswith(_STORE) else manifest_uri(manifest_label, path)


def manifest_uri(manifest_label: str, path: str = "") -> str:
    """Return the absolute URI of a manifest, or of a box in it."""
    return f"{_SCHEME}/{_STORE}{manifest_label}" + (f"/{path}" if path else "")


def signature_uri(manifest_label: str) -> str:
    """Return the absolute URI of a manifest's signature."""
    return manifest_uri(manifest_label, "c2pa.signature")


def assertion_uri(manifest_label: str, label: str) -> str:
    """Return the absolute URI of an assertion."""
    return manifest_uri(manifest_label, f"c2pa.assertions/{label}")


def manifest_label_of(url: str) -> str:
    """Return the label of the manifest in an absolute URI; empty if there is none."""
    prefix = f"{_SCHEME}/{_STORE}"
    return url[len(prefix) :].partition("/")[0] if url.startswith(prefix) else ""


def path_of(url: str) -> tuple[str, ...]:
    """Return the labels below the manifest in an absolute URI."""
    prefix = f"{_SCHEME}/{_STORE}"
    return tuple(url[len(prefix) :].split("/")[1:]) if url.startswith(prefix) else ()


class StoreIndex:
    """Finds boxes by their URI, and computes the hash of each at most once.

    Args:
        manifests: The manifests of the store; of two with one label, the first is found.
    """

    def __init__(self, manifests: Sequence[Box]) -> None:
        self._manifests: dict[str, Box] = {}
        for one in manifests:
            self._manifests.setdefault(one.label, one)
        self._children: dict[Box, dict[str, Box]] = {}
        self._digests: dict[tuple[Box, str], bytes] = {}

    def resolve(self, url: str) -> Box | None:
        """Return the box that an absolute URI names."""
        box = self._manifests.get(manifest_label_of(url))
        for label in path_of(url):
            box = self._children_of(box).get(label) if box else None
        return box

    def matches(self, box: Box, reference: HashedUri, algorithm: str) -> bool:
        """Tell whether a box has the hash of a reference.

        Args:
            box: The box.
            reference: The reference.
            algorithm: One of `HASH_ALGORITHMS`.
        """
        digest = self._digests.get((box, algorithm))
        if digest is None:
            digest = hashlib.new(algorithm, box.payload).digest()
            self._digests[box, algorithm] = digest
        return hmac.compare_digest(digest, reference.digest)

    def _children_of(self, box: Box) -> dict[str, Box]:
        found = self._children.get(box)
        if found is None:
            found = self._children[box] = {}
            for child in box.children:
                found.setdefault(child.label, child)
        return found
