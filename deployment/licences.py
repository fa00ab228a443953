"""Licences of the packages in the layers, from their bills of materials.

`python -m deployment.licences PAGE SBOM…` writes the page. Each SBOM is named after its layer. A
licence that is not on the list of accepted ones is an error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TROVE = "License :: OSI Approved :: "
# Permissive licences: they only require that copies include their text.
_ACCEPTED = frozenset(
    {
        "Apache Software License",
        "Apache-2.0",
        "Apache-2.0 OR BSD-3-Clause",
        "Apache-2.0 WITH LLVM-exception",
        "BSD License",
        "BSD-3-Clause",
        "MIT-CMU",
        "MIT",
        "MIT-0",
        "MIT OR Apache-2.0",
        "PSF-2.0",
    }
)
_HEAD = """# Licences of the packages in the layers

`make sbom` writes this page from the packages in the built layers. It fails if a package has a
licence that is not on its list of accepted licences; none of these is copyleft. Each package
includes its licence text in `*.dist-info`. Edge Signer itself is Apache-2.0. Compiled packages
contain other libraries: cryptography and rfc3161-client contain OpenSSL (Apache-2.0) and Rust
crates; pydantic-core, wasmtime and c2pa-python contain Rust crates; pillow contains codecs for
images, which its licence text names.
"""
_TABLE = """
## {layer}

| package | version | licence |
|---|---|---|
"""


class UnknownLicenceError(Exception):
    """A package has a licence that is not on the list of accepted ones, or none."""


def licences(component: Mapping[str, Any]) -> list[str]:
    """Name the licences of one component of a CycloneDX document.

    Raises:
        UnknownLicenceError: It has none, or one that is not accepted.
    """
    told = [
        entry.get("expression") or entry["license"].get("id") or entry["license"]["name"]
        for entry in component.get("licenses", [])
    ]
    names = [name.removeprefix(_TROVE) for name in told]
    if not names or not _ACCEPTED.issuperset(names):
        raise UnknownLicenceError(f"{component['name']}: {', '.join(names) or 'no licence'}")
    return names


def page(documents: Mapping[str, Mapping[str, Any]]) -> str:
    """Write the page of CycloneDX documents.

    Args:
        documents: By their layers' names.

    Raises:
        UnknownLicenceError: For the first component whose licence is not accepted.
    """
    return _HEAD + "".join(_table(layer, document) for layer, document in documents.items())


def _table(layer: str, document: Mapping[str, Any]) -> str:
    components = sorted(document["components"], key=lambda one: one["name"].lower())
    rows = (
        f"| {one['name']} | {one['version']} | {', '.join(licences(one))} |" for one in components
    )
    return _TABLE.format(layer=layer) + "\n".join(rows) + "\n"


if __name__ == "__main__":
    _page, *_sboms = map(Path, sys.argv[1:])
    _documents = {one.stem: json.loads(one.read_text(encoding="utf-8")) for one in _sboms}
    try:
        _page.write_text(page(_documents), encoding="utf-8")
    except UnknownLicenceError as failure:
        sys.exit(str(failure))
