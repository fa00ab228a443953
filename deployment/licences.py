"""Licences of what the layer ships, from its bill of materials.

`python -m deployment.licences SBOM PAGE` writes the page; a licence that nobody judged is an error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TROVE = "License :: OSI Approved :: "
# Permissive ones; none asks for more than that its text goes with the copy.
_ACCEPTED = frozenset(
    {
        "Apache Software License",
        "Apache-2.0",
        "Apache-2.0 OR BSD-3-Clause",
        "Apache-2.0 WITH LLVM-exception",
        "BSD License",
        "BSD-3-Clause",
        "MIT",
        "MIT-0",
        "PSF-2.0",
    }
)
_HEAD = """# Licences of what the layer ships

`make sbom` writes this page from the packages in the built layer, and fails on a licence that is
not in its list of accepted ones: there is no copyleft among them. Their texts lie beside them, in
`*.dist-info`. Edge Signer itself is Apache-2.0. Compiled packages hold libraries of their own:
cryptography and rfc3161-client have OpenSSL (Apache-2.0) and Rust crates, pydantic-core and
wasmtime Rust crates.

| package | version | licence |
|---|---|---|
"""


class UnknownLicenceError(Exception):
    """A package has a licence that nobody has judged, or none."""


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


def page(document: Mapping[str, Any]) -> str:
    """Write the page of a CycloneDX document.

    Raises:
        UnknownLicenceError: For the first component whose licence is not accepted.
    """
    components = sorted(document["components"], key=lambda one: one["name"].lower())
    rows = (
        f"| {one['name']} | {one['version']} | {', '.join(licences(one))} |" for one in components
    )
    return _HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    _sbom, _page = map(Path, sys.argv[1:])
    try:
        _page.write_text(page(json.loads(_sbom.read_text(encoding="utf-8"))), encoding="utf-8")
    except UnknownLicenceError as failure:
        sys.exit(str(failure))
