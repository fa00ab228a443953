"""Two engines that other people wrote, and what they say of a sidecar."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import c2pa
import encypher_c2pa

from central_signer.engine_settings import TRUST_CONFIG


@dataclass(frozen=True)
class Verdict:
    """What an engine says.

    Attributes:
        state: `Trusted`, `Valid`, `Invalid`, or `Unreadable` where the engine raised.
        failures: Failure codes of the standard, or the engine's message where it raised.
        report: The engine's own report.
    """

    state: str
    failures: list[str]
    report: dict[str, Any]

    @property
    def trusted(self) -> bool:
        return self.state == "Trusted" and not self.failures


def c2pa_rs(
    asset: bytes, media_type: str, manifest_store: bytes | None, anchors_pem: str
) -> Verdict:
    """Judge a sidecar; without one, what is embedded in the asset."""
    settings = c2pa.Settings.from_dict(
        {"trust": {"trust_anchors": anchors_pem, "trust_config": TRUST_CONFIG}}
    )
    try:
        with (
            c2pa.Context(settings) as context,
            c2pa.Reader(media_type, io.BytesIO(asset), manifest_store, context=context) as reader,
        ):
            report = json.loads(reader.json())
    except c2pa.C2paError as unreadable:
        return Verdict("Unreadable", [str(unreadable)], {})
    failures = report["validation_results"]["activeManifest"]["failure"]
    return Verdict(report["validation_state"], [one["code"] for one in failures], report)


def encypher(
    asset: bytes, media_type: str, manifest_store: bytes | None, anchors_pem: str
) -> Verdict:
    """Judge a sidecar; without one, what is embedded in the asset."""
    try:
        report = dict(
            encypher_c2pa.verify(
                asset,
                media_type,
                manifest_store=manifest_store,
                trust_pem=anchors_pem,
                tsa_trust_pem=anchors_pem,
                no_default_trust=True,
                telemetry=False,
                online=False,
            )
        )
    except (ValueError, RuntimeError) as unreadable:
        return Verdict("Unreadable", [str(unreadable)], {})
    failures = [one["code"] for one in report["validation_results"]["failure"]]
    return Verdict(report["validation_state"], failures, report)


Judge = Callable[[bytes, str, bytes | None, str], Verdict]
JUDGES: tuple[Judge, ...] = (c2pa_rs, encypher)


def require_all_trust(
    asset: bytes, media_type: str, manifest_store: bytes | None, anchors_pem: str
) -> None:
    """Have every engine judge a sidecar, or what is embedded.

    Raises:
        AssertionError: One of them does not trust it.
    """
    for judge in JUDGES:
        verdict = judge(asset, media_type, manifest_store, anchors_pem)
        assert verdict.trusted, (judge.__name__, verdict.state, verdict.failures)
