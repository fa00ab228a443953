"""What a program imports with the package, and what only when it uses it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import edge_signer_client

LATE = ("wasmtime", "asyncio", "edge_signer_client.embedding", "edge_signer_client.signed_file")


def loaded_after(code: str) -> set[str]:
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"],
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    return {*told.stdout.split()}


@pytest.mark.parametrize(
    "code",
    [
        "import edge_signer_client",
        "from edge_signer_client import Credentials, EdgeSigner; EdgeSigner('x', Credentials('t'))",
    ],
)
def test_what_signs_no_file_loads_no_engine(code: str) -> None:
    assert loaded_after(code).isdisjoint(LATE)


def test_no_name_of_the_package_needs_the_engine_before_a_file_is_signed() -> None:
    code = "from edge_signer_client import *; assert AsyncEdgeSigner and embed_file"
    assert "wasmtime" not in loaded_after(code)


def test_every_name_of_the_package_is_there_and_listed() -> None:
    for name in edge_signer_client.__all__:
        assert getattr(edge_signer_client, name).__name__ == name
    assert {*edge_signer_client.__all__} <= {*dir(edge_signer_client)}


def test_another_name_is_none_of_the_package() -> None:
    with pytest.raises(AttributeError, match="no attribute 'embed_folder'"):
        _ = edge_signer_client.embed_folder  # type: ignore[attr-defined]
