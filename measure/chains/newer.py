"""The newest c2pa-rs, in Node, on the last links of chains that have their store inside."""

from __future__ import annotations

from collections.abc import Sequence

from measure.chains.judging import Judgement
from measure.chains.links import Link
from measure.chains.signers import Signers
from measure.engines.engines import ENGINES, Engine
from measure.engines.samples import Sample

_AT_ONCE = 100


def newer_c2pa_rs() -> Engine:
    """Return the engine, as `make engines` runs it."""
    return next(one for one in ENGINES if "c2pa-wasm" in one.name)


def judge_with_newer(judgements: Sequence[Judgement], signers: Signers) -> str:
    """Have it judge the last links; what it does not trust goes into the judgements.

    Returns:
        Its version; empty if there was nothing to judge.

    Raises:
        Missing: This machine cannot run it.
    """
    engine, version = newer_c2pa_rs(), ""
    embedded = [
        (judgement, top)
        for judgement in judgements
        if (top := judgement.chain.top) is not None and top.is_embedded
    ]
    for begin in range(0, len(embedded), _AT_ONCE):
        some = embedded[begin : begin + _AT_ONCE]
        version, findings = engine.judge([_sample(top, signers) for _, top in some])
        for (judgement, _), found in zip(some, findings, strict=True):
            judgement.judges.add(engine.name)
            if found.state != "Trusted" or found.failures:
                said = f"the last link is {found.state}: {found.failures}"
                judgement.disagrees(engine.name, said)
    return version


def _sample(top: Link, signers: Signers) -> Sample:
    return Sample("", "ES256", top.media_type, top.asset, b"", signers.anchors_pem)
