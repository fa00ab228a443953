"""What is stored: fetched again and held against c2pa-rs, or counted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from emulator.account import ACCOUNT_ID, REGION
from emulator.local_state import LocalState
from measure.load.attempts import Attempt, asset
from tests.calls.edge_requests import EdgeCaller
from tests.judges.engines import c2pa_rs
from tests.system.running import aws_client

_BUCKET = f"edge-signer-dev-manifests-{ACCOUNT_ID}-{REGION}"
_JUDGES = 2


def untrusted(
    state: LocalState, attempts: Sequence[Attempt], done: Callable[[], None]
) -> list[str]:
    """Name the answers of 200 whose manifest is missing, or not trusted.

    Args:
        state: Of the system.
        attempts: All of them; those that were refused are passed over.
        done: Told of every manifest.
    """
    caller = EdgeCaller(state, connections=_JUDGES)
    anchors_pem = Path(state.anchors).read_text() + Path(state.tsa_anchors).read_text()

    def judged(attempt: Attempt) -> str | None:
        url = str(attempt.content["manifest_url"])
        fetched = caller.fetch(url)
        done()
        if fetched.status != 200:
            return f"asset {attempt.number}: {fetched.status} for {url}"
        verdict = c2pa_rs(asset(attempt.number), "image/jpeg", fetched.data, anchors_pem)
        return None if verdict.trusted else f"asset {attempt.number}: {verdict.failures}"

    signed = [one for one in attempts if one.status == 200]
    with ThreadPoolExecutor(_JUDGES) as judges:
        return [fault for fault in judges.map(judged, signed) if fault is not None]


def versions(state: LocalState) -> dict[str, int]:
    """Count the versions of every manifest in the bucket, by its key."""
    counted: dict[str, int] = {}
    for key in _keys(state):
        counted[key] = counted.get(key, 0) + 1
    return counted


def key_of(attempt: Attempt) -> str:
    """Give the key under which an attempt's manifest is kept."""
    return f"{attempt.tenant}/sha256/{hashlib.sha256(asset(attempt.number)).hexdigest()}.c2pa"


def _keys(state: LocalState) -> Iterator[str]:
    s3 = aws_client("s3", state.aws_endpoint)
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=_BUCKET):
        for version in page.get("Versions", []):
            yield str(version["Key"])
