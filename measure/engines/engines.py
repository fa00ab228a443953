"""Engines that other people wrote: what each one reads, and how to ask it for verdicts."""

from __future__ import annotations

import base64
import importlib.metadata
import io
import json
import platform
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import c2pa

from central_signer.engine_settings import TRUST_CONFIG
from edge_signer_client.embedding import AssetLayout
from measure.engines.samples import Sample
from tests.judges.borrowed import Missing, install, program
from tests.judges.engines import Judge, c2pa_rs, encypher
from tests.media.sample_assets import png

#: What Node installs, and the scripts that it runs.
NODE = Path(__file__).parent / "node"
_LOCK = NODE / "package-lock.json"
_INSTALLED = NODE / "node_modules/.of-lock.json"
#: What an engine must say of a store whose asset it does not see, and nothing else.
_MISPLACED = "assertion.dataHash.mismatch"
_UNTRUSTED = "signingCredential.untrusted"


@dataclass(frozen=True)
class Finding:
    """What an engine says of one sample.

    Attributes:
        state: `Trusted`, `Valid` (sound, but the signer is unknown), `Invalid` or `Unreadable`.
        failures: The standard's failure codes, or the engine's message where it threw.
    """

    state: str
    failures: tuple[str, ...]


#: Gives an engine's version and its findings, one for each sample.
Judging = Callable[[Sequence[Sample]], tuple[str, list[Finding]]]


@dataclass(frozen=True)
class Engine:
    """An engine.

    Attributes:
        name: Engine and package.
        judge: Judges samples. Raises `Missing` where this machine cannot run the engine.
        cannot_judge: Says why the engine cannot judge a sample; empty where it can.
        expected: Gives the state that the engine must find.
    """

    name: str
    judge: Judging
    cannot_judge: Callable[[Sample], str] = lambda _: ""
    expected: Callable[[Sample], str] = lambda sample: sample.expected


def _in_python(version: str, judge: Judge) -> Judging:
    def judging(judged: Sequence[Sample]) -> tuple[str, list[Finding]]:
        verdicts = (
            judge(one.asset, _media_type(judge, one), one.manifest_store or None, one.anchors_pem)
            for one in judged
        )
        return version, [Finding(one.state, tuple(one.failures)) for one in verdicts]

    return judging


def _media_type(judge: Judge, sample: Sample) -> str:
    """Encypher wants text/plain to hold its manifest; it takes a sidecar for text/markdown."""
    is_plain_text = judge is encypher and sample.media_type == "text/plain"
    return "text/markdown" if is_plain_text else sample.media_type


def in_node(
    script: Path, *, prepare: Callable[[], None], wants_store_inside: bool = False
) -> Judging:
    """Give an engine that a script for Node runs.

    Args:
        script: Speaks the protocol of `node/verdicts.mjs`.
        prepare: Installs what the script imports, or raises `Missing`.
        wants_store_inside: Whether the engine reads no sidecars. A sidecar's store then lies in a
            PNG, which is not what it is bound to: exactly that failure is expected and set aside.
    """

    def judging(judged: Sequence[Sample]) -> tuple[str, list[Finding]]:
        node = program("node")
        prepare()
        lines = (_line(one, inside=wants_store_inside) for one in judged)
        answered = subprocess.run(
            [node, str(script)],
            input="\n".join(lines) + "\n",
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=120,
        )
        introduction, *verdicts = map(json.loads, answered.stdout.splitlines())
        findings = []
        for sample, told in zip(judged, verdicts, strict=True):
            is_elsewhere = wants_store_inside and sample.manifest_store
            read = _elsewhere if is_elsewhere else _as_said
            failures = told["failures"] + _missing(sample, told)
            findings.append(read(told["state"], failures, told["successes"]))
        return introduction["version"], findings

    return judging


def _missing(sample: Sample, verdict: Mapping[str, Any]) -> list[str]:
    """Name the codes that a good time-stamp gives; for c2pa-rs its faults are no failures."""
    wanted = {"timeStamp.validated", "timeStamp.trusted"} if sample.stamped else set()
    return [f"no {code}" for code in sorted(wanted - set(verdict["successes"]))]


def _line(sample: Sample, *, inside: bool) -> str:
    inside = inside and bool(sample.manifest_store)
    asset = inside_png(sample.manifest_store) if inside else sample.asset
    return json.dumps(
        {
            "asset": base64.b64encode(asset).decode(),
            "format": "image/png" if inside else sample.media_type,
            "store": base64.b64encode(sample.manifest_store).decode(),
            "trust": {"trust_anchors": sample.anchors_pem, "trust_config": TRUST_CONFIG},
        }
    )


def inside_png(manifest_store: bytes) -> bytes:
    """Put a store into a PNG that it is not bound to."""
    layout, signed = AssetLayout(io.BytesIO(png()), len(manifest_store)), io.BytesIO()
    layout.write(signed)
    layout.fill(signed, manifest_store)
    return signed.getvalue()


def _as_said(state: str, failures: Iterable[str], _: Iterable[str]) -> Finding:
    return Finding(state, tuple(failures))


def _elsewhere(state: str, failures: Sequence[str], successes: Sequence[str]) -> Finding:
    """Read a verdict on a store that does not lie where it belongs."""
    if state == "Unreadable":
        return Finding(state, tuple(failures))
    if list(failures).count(_MISPLACED) != 1:
        return Finding("Unreadable", (*failures, f"not exactly one {_MISPLACED}"))
    others = tuple(one for one in failures if one != _MISPLACED)
    if not others and "signingCredential.trusted" in successes:
        return Finding("Trusted", ())
    return Finding("Valid" if others == (_UNTRUSTED,) else "Invalid", others)


def _install() -> None:
    if _INSTALLED.exists() and _INSTALLED.read_bytes() == _LOCK.read_bytes():
        return
    install("the engines for Node", [program("npm"), "ci"], NODE)
    _INSTALLED.write_bytes(_LOCK.read_bytes())


def _install_native() -> None:
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise Missing("c2pa-node carries its library for Linux on x86-64 only")
    _install()


def _wasm_cannot(sample: Sample) -> str:
    return "reads no sidecars, so sees no asset" if sample.name == "asset changed" else ""


_TYPESCRIPT_FORMATS = {"image/jpeg", "image/png", "audio/mpeg"}


def _typescript_cannot(sample: Sample) -> str:
    if sample.media_type not in _TYPESCRIPT_FORMATS:
        return "reads only JPEG, PNG, MP3 and HEIF"
    if sample.algorithm == "ES512":
        return "fails every ES512 signature"
    if sample.name == "metadata":
        return "wants one namespace in each metadata value"
    if sample.media_type == "audio/mpeg" and not sample.manifest_store:
        return "knows only the earlier media type of a store in MP3"
    if sample.stamped:
        return "fails every sigTst2 time-stamp"
    return "checks no certificate chain" if sample.name == "signer unknown" else ""


def _typescript_expects(sample: Sample) -> str:
    return "Valid" if sample.expected == "Trusted" else sample.expected


ENGINES = (
    Engine("c2pa-rs (c2pa-python)", _in_python(c2pa.sdk_version(), c2pa_rs)),
    Engine("c2pa-rs, older (c2pa-node)", in_node(NODE / "c2pa_node.mjs", prepare=_install_native)),
    Engine(
        "c2pa-rs, newer (c2pa-wasm)",
        in_node(NODE / "c2pa_wasm.mjs", prepare=_install, wants_store_inside=True),
        _wasm_cannot,
    ),
    Engine("encypher-c2pa", _in_python(importlib.metadata.version("encypher-c2pa"), encypher)),
    Engine(
        "c2pa-ts",
        in_node(NODE / "c2pa_ts.mjs", prepare=_install),
        _typescript_cannot,
        _typescript_expects,
    ),
)
