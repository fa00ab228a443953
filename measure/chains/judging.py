"""Holds what a chain's last manifest has on record against what other engines find out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from edge_signer.verification.validation import UNTRUSTED
from measure.chains.chain import Chain
from measure.chains.faults import EXPIRED
from measure.chains.links import Link, Source
from measure.chains.records import Record, Said, deltas_of, records_of, said
from measure.chains.signers import Signers
from tests.judges.engines import Verdict, c2pa_rs, encypher
from tests.judges.own_validator import failures, file_of, validated

_BINDINGS = ("assertion.dataHash.", "assertion.bmffHash.", "assertion.boxesHash.")
#: What c2pa-rs finds out about a file, and nobody without it.
_OF_THE_FILE = frozenset({"assertion.dataHash.mismatch", "assertion.bmffHash.mismatch"})


@dataclass
class Judgement:
    """What engines say of a chain.

    Attributes:
        chain: The chain.
        judges: Names of those who judged.
        disagreements: Where one finds other than is on record, in sentences by the engine's name.
    """

    chain: Chain
    judges: set[str] = field(default_factory=set)
    disagreements: dict[str, list[str]] = field(default_factory=dict)

    def disagrees(self, engine: str, sentence: str) -> None:
        """Note a disagreement."""
        self.disagreements.setdefault(engine, []).append(sentence)


#: Names of those who can disagree.
C2PA_RS, ENCYPHER, OWN, RECORD = "c2pa-rs", "encypher-c2pa", "our validator", "on record"


def judged(chain: Chain, signers: Signers) -> Judgement:
    """Judge a chain with the engines of this process.

    Each engine must trust the last link, and must find of every ingredient alone what is on record
    about it. What is wrong must be on record, and nothing else.
    """
    judgement = Judgement(chain)
    top = chain.top
    if top is None:
        return judgement
    judgement.judges |= {C2PA_RS, ENCYPHER, OWN, RECORD}
    _judge_top(judgement, top, signers)
    records = records_of(top.store, -1)
    for source, record in zip(top.below, records, strict=True):
        if source.link is None:
            if record.manifest_label or record.success or record.failure:
                judgement.disagrees(RECORD, "something is on record about what has no credentials")
            continue
        _judge_ingredient(judgement, source, source.link, record, signers)
    _judge_record(judgement, chain, top)
    return judgement


def _judge_top(judgement: Judgement, top: Link, signers: Signers) -> None:
    for name, judge in ((C2PA_RS, c2pa_rs), (ENCYPHER, encypher)):
        verdict = judge(top.asset, top.media_type, top.sidecar, signers.anchors_pem)
        if not verdict.trusted:
            deltas = sorted(deltas_of(verdict.report.get("validation_results", {})))
            said_of_top = f"the last link is {verdict.state}: {verdict.failures or deltas}"
            judgement.disagrees(name, said_of_top)
    asset = file_of(top.asset, is_embedded=top.is_embedded)
    own = validated(top.store, asset, signers.trust)
    if own.verdict != "Trusted" or failures(own) or own.hard_binding != "passed":
        judgement.disagrees(OWN, f"the last link is {own.verdict}: {sorted(failures(own))}")


def _judge_ingredient(
    judgement: Judgement, source: Source, link: Link, record: Record, signers: Signers
) -> None:
    if record.manifest_label != link.label:
        judgement.disagrees(RECORD, f"{record.manifest_label} instead of {link.label}")
    theirs = c2pa_rs(link.asset, link.media_type, link.sidecar, signers.anchors_pem)
    results = theirs.report.get("validation_results", {})
    active = results.get("activeManifest", {"success": [], "failure": []})
    known = frozenset((one["code"], one.get("url", "")) for one in active["success"])
    found = said(active["failure"], link.label)
    _compare(judgement, C2PA_RS, record.failure, _apart_from_file(found))
    _compare(judgement, C2PA_RS, record.deltas, _apart_from_file(deltas_of(results)))
    if more := record.success - known:
        judgement.disagrees(C2PA_RS, f"{sorted(more)} are on record, and c2pa-rs did not find them")
    # The binding that counts for an update is that of what it updates.
    bound = {one for one in record.success if one[0].startswith(_BINDINGS)}
    if bool(bound) != source.is_checked:
        judgement.disagrees(RECORD, f"{bound or 'no binding'}, checked: {source.is_checked}")
    other = encypher(link.asset, link.media_type, link.sidecar, signers.anchors_pem)
    _compare_labels(judgement, record, other, link)


def _compare(
    judgement: Judgement, engine: str, on_record: frozenset[Said], found: frozenset[Said]
) -> None:
    ours, theirs = _meant(on_record), _meant(found)
    if ours != theirs:
        judgement.disagrees(engine, f"on record: {sorted(ours)}; found: {sorted(theirs)}")


def _compare_labels(judgement: Judgement, record: Record, found: Verdict, link: Link) -> None:
    """Encypher-c2pa names the manifest that is wrong and not always what is wrong with it.

    It looks at the active manifest and its ingredients, and not at theirs.
    """
    near = {link.label, *(one.link.label for one in link.below if one.link)}
    results = found.report.get("validation_results", {"failure": ()})
    theirs = {label for _, label in _apart_from_file(said(results["failure"], link.label))}
    ours = {label for _, label in record.failure | record.deltas} & near
    if ours != theirs or found.state == "Unreadable":
        on_record = sorted(record.failure | record.deltas)
        judgement.disagrees(ENCYPHER, f"on record: {on_record}; found: {found.failures}")


def _judge_record(judgement: Judgement, chain: Chain, top: Link) -> None:
    """What is wrong must be on record, and nothing else."""
    failed = {one for record in records_of(top.store) for one in record.failure | record.deltas}
    about = {code for code, label in failed if label == chain.faulty_label}
    if others := {one for one in failed if one[1] != chain.faulty_label}:
        judgement.disagrees(RECORD, f"{sorted(others)} is on record of manifests that are sound")
    if chain.fault is not None and chain.fault.codes and not about & chain.fault.codes:
        judgement.disagrees(RECORD, f"{chain.fault.name}: on record is {sorted(failed)}")


def _apart_from_file(found: Iterable[Said]) -> frozenset[Said]:
    return frozenset(one for one in found if one[0] not in _OF_THE_FILE)


def _meant(found: frozenset[Said]) -> frozenset[Said]:
    """Count the codes of an expired certificate as one: engines name it differently."""
    expired = {label for code, label in found if code in EXPIRED - {UNTRUSTED}}
    return frozenset(
        ("expired" if label in expired and code in EXPIRED else code, label)
        for code, label in found
    )
