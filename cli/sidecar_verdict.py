"""What c2pa-rs says of an asset and its sidecar."""

from __future__ import annotations

import json
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import c2pa

#: Uses of a key that may sign claims and time-stamps; c2pa-rs wants them named beside the anchors.
TRUST_CONFIG = "\n".join(
    ("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.62558.2.1", "1.3.6.1.5.5.7.3.8")
)


class AnchorsError(Exception):
    """The trusted roots cannot be read; the text says why in one line."""


@dataclass(frozen=True)
class SidecarVerdict:
    """A verdict and what it rests on.

    Attributes:
        state: `Trusted`, `Valid` (sound, signer unknown), `Invalid`, or `Unreadable`.
        failures: Each a code of the standard and its explanation.
        engine: Name and version of who says so.
        signer: Common name and organisation of the certificate.
        algorithm: COSE name of the signature algorithm, or as c2pa-rs spells it.
        generator: The claim generator.
        actions: Names of the actions that the manifest tells.
        time: When a time-stamp says that it was signed; empty where no time-stamp holds.
        time_is_trusted: Whether the authority that says so is known.
    """

    state: str
    failures: list[dict[str, str]]
    engine: str
    signer: str = ""
    algorithm: str = ""
    generator: str = ""
    actions: tuple[str, ...] = ()
    time: str = ""
    time_is_trusted: bool = False

    @property
    def trusted(self) -> bool:
        """Whether everything holds and the signer is known."""
        return self.state == "Trusted" and not self.failures


def judge(asset: Path, manifest_store: bytes, anchors_pem: str) -> SidecarVerdict:
    """Have c2pa-rs read a sidecar.

    Args:
        asset: The file that was signed.
        manifest_store: Its manifest store.
        anchors_pem: Roots to trust, for signers and time-stamps.

    Raises:
        AnchorsError: The roots are not certificates in PEM.
        OSError: The asset cannot be read.
    """
    engine = f"c2pa-rs {c2pa.sdk_version()}"
    with asset.open("rb") as stream, _context(anchors_pem) as context:
        try:
            with c2pa.Reader(_format_of(asset), stream, manifest_store, context=context) as reader:
                report = json.loads(reader.json())
        except c2pa.C2paError as unreadable:
            failure = {"code": "unreadable", "explanation": str(unreadable)}
            return SidecarVerdict("Unreadable", [failure], engine)
    return _from_report(report, engine)


def _context(anchors_pem: str) -> c2pa.Context:
    trust = {"trust_anchors": anchors_pem, "trust_config": TRUST_CONFIG}
    try:
        return c2pa.Context(c2pa.Settings.from_dict({"trust": trust}))
    except c2pa.C2paError as broken:
        raise AnchorsError(f"the trusted roots cannot be read: {broken}") from broken


def _format_of(asset: Path) -> str:
    """Give the extension where c2pa-rs knows it, else the media type.

    Python's table of media types is the machine's own and knows fewer formats than c2pa-rs.
    """
    extension = asset.suffix.removeprefix(".").lower()
    if extension in c2pa.Reader.get_supported_mime_types():
        return extension
    return mimetypes.guess_type(asset.name)[0] or "application/octet-stream"


def _from_report(report: dict[str, Any], engine: str) -> SidecarVerdict:
    manifest = report["manifests"][report["active_manifest"]]
    signature = manifest.get("signature_info", {})
    generators = manifest.get("claim_generator_info") or [{"name": ""}]
    actions = [
        action["action"]
        for assertion in manifest.get("assertions", [])
        if assertion["label"].startswith("c2pa.actions")
        for action in assertion["data"]["actions"]
    ]
    results = report["validation_results"]["activeManifest"]
    return SidecarVerdict(
        state=report["validation_state"],
        failures=[
            {"code": one["code"], "explanation": one.get("explanation", "")}
            for one in results["failure"]
        ],
        engine=engine,
        signer=" · ".join(
            signature[part] for part in ("common_name", "issuer") if signature.get(part)
        ),
        algorithm=_cose_name(signature.get("alg", "")),
        generator=generators[0]["name"],
        actions=tuple(actions),
        time=signature.get("time", ""),
        time_is_trusted="timeStamp.trusted" in {one["code"] for one in results["success"]},
    )


def _cose_name(algorithm: str) -> str:
    """Spell Es256 as COSE does, ES256."""
    return algorithm.upper() if algorithm[:2] in {"Es", "Ps"} else algorithm
