"""Runs of `edge-signer sign` in the test's own process, with a signer that needs no server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, BinaryIO

import pytest
import typer

from cli.api_access import TenantOptions
from cli.signing.sign import sign_files
from cli.signing.sign_options import SignOptions
from edge_signer_client import SignedAsset
from tests.media.sample_stores import carrying, empty_store

STORE = empty_store(64)
ACCESS = TenantOptions("https://api.example.com", "token", None, None, None)


class Signer:
    """Signs without a server, and fails as a test wants it to."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.signed = 0
        # Of the last signature.
        self.said: dict[str, Any] = {}
        self.options: dict[str, Any] = {}
        self.failure: Exception | None = None

    def sign(self, _: str, __: str, said: dict[str, Any], **options: Any) -> SignedAsset:
        self.signed += 1
        if self.failure is not None:
            raise self.failure
        self.said = said
        self.options = options
        return SignedAsset("https://m.example.com", "edge", "key", None, 1, 1, {}, STORE)

    def embed(
        self, asset: BinaryIO, signed: BinaryIO, policy_id: str, said: Any, **options: Any
    ) -> SignedAsset:
        assert options["replace_store"]
        signed.write(carrying(asset.read(), STORE, replace=True))
        return self.sign("", policy_id, said, **options)


def run(*named: Path, **changes: Any) -> int:
    chosen: dict[str, Any] = {
        **{"policy": "p", "source_type": "digitalCapture", "tsa": None, "title": None},
        **{"output": None, "output_dir": None, "in_place": False, "remote": False},
        **{"sidecar": False, "force": False, "verify": False, "at_once": 1, "report": None},
        **{"parent": None, "no_parent": False, "components": (), "inputs": ()},
        **{"actions": (), "manifest": None, "assets_checked": False},
        **changes,
    }
    return sign_files(list(named), ACCESS, SignOptions(**chosen))


def refused(*named: Path, **changes: Any) -> int:
    with pytest.raises(typer.Exit) as ended:
        run(*named, **changes)
    return ended.value.exit_code


def names(folder: Path) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*")}


def outcomes(report: Path) -> dict[str, str]:
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    return {Path(line["asset"]).name: line["outcome"] for line in lines}
