"""Makes chains: links that were made from each other, by signers and in formats at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from edge_signer.platform.errors import EdgeSignerError
from edge_signer.signing.rules.policy import Relationship
from measure.chains.faults import KINDS, FaultKind
from measure.chains.links import (
    FORMATS,
    METADATA_LABEL,
    Form,
    Link,
    Source,
    by_c2pa_rs,
    by_this_signer,
    later_actions,
)
from measure.chains.signers import MAKERS, Maker, Signers
from tests.media.sample_assets import SampleAsset

MOST_ANCESTORS = 4
_FAULTY = 0.2
_RELATIONSHIPS: tuple[Relationship, ...] = ("parentOf", "componentOf", "inputTo")


@dataclass(frozen=True)
class Chain:
    """A file that this signer signed last, with what it was made from.

    Attributes:
        number: Which it is; together with the seed, it says all about the chain.
        ancestors: How many links are below the last.
        top: The last link; None if this signer refused to make it.
        fault: What is wrong with an ancestor; None if nothing is.
        faulty_label: Label of that ancestor's manifest.
        refusal: Why this signer refused; empty if it did not.
    """

    number: int
    ancestors: int
    top: Link | None
    fault: FaultKind | None
    faulty_label: str = ""
    refusal: str = ""


def chains(signers: Signers, count: int, seed: int) -> Iterator[Chain]:
    """Make chains; the same seed gives chains of the same shape.

    Args:
        signers: Sign.
        count: How many.
        seed: For all choices.
    """
    for number in range(count):
        yield _Maker(signers, Random(f"{seed}/{number}")).chain(number)


class _Maker:
    """Makes one chain."""

    def __init__(self, signers: Signers, rng: Random) -> None:
        self._signers = signers
        self._rng = rng

    def chain(self, number: int) -> Chain:
        rng = self._rng
        ancestors = rng.randint(1, MOST_ANCESTORS)
        fault = rng.choice([*KINDS.values()]) if rng.random() < _FAULTY else None
        if fault is not None and fault.is_late:
            ancestors = max(ancestors, 2)
        makers: list[Maker] = [rng.choice(MAKERS) for _ in range(ancestors)]
        makers.append("edge-signer")
        at = rng.randrange(ancestors - (fault is not None and fault.is_late))
        spoilt_at = rng.randrange(at + 1, ancestors) if fault and fault.is_late else at
        link: Link | None = None
        faulty_label = faulty_note = ""
        for level, maker in enumerate(makers):
            own = fault if fault is not None and level == at else None
            child = makers[level + 1] if level < ancestors else None
            formats = fault.formats if fault is not None and level in {at, spoilt_at} else ()
            try:
                link = self._link(maker, child, link, own, formats, spoils=fault is not None)
            except EdgeSignerError as refused:
                if level == ancestors or fault is not None:
                    return Chain(number, ancestors, None, fault, faulty_label, str(refused))
                raise
            if own is not None:
                faulty_label, faulty_note = link.label, link.note
            if fault is not None and fault.spoil is not None and level == spoilt_at:
                link = fault.spoil(link, faulty_note)
        return Chain(number, ancestors, link, fault, faulty_label)

    def _link(
        self,
        maker: Maker,
        child: Maker | None,
        parent: Link | None,
        fault: FaultKind | None,
        formats: tuple[str, ...],
        *,
        spoils: bool,
    ) -> Link:
        """Make the next link.

        Args:
            maker: Who makes it.
            child: Who makes the next but one; c2pa-rs reads only credentials inside files.
            parent: The link before.
            fault: What must be wrong with the signer.
            formats: The formats to choose from; none for all.
            spoils: Whether something in the chain is to be wrong.
        """
        rng = self._rng
        below = [] if parent is None else [self._source(parent, is_sound=not spoils)]
        if rng.random() < 0.4:
            below += self._others(maker, has_main=bool(below))
        embed = child == "c2pa-rs" or rng.random() < 0.5
        sample = FORMATS[rng.choice(formats or [*FORMATS])]
        is_ours = maker == "edge-signer"
        is_update = (
            is_ours
            and not (embed or formats)
            and len(below) == 1
            and below[0].link is not None
            and _can_be_updated(below[0])
            and rng.random() < 0.5
        )
        if is_update and below[0].link is not None:
            sample = SampleAsset(below[0].link.media_type, below[0].link.asset)
            below = [replace(below[0], has_thumbnail=False)]
        redactions = [] if spoils or not is_ours or is_update else _redactable(below)
        form = Form(
            sample,
            embed,
            "".join(rng.choices("abcdefghijklmnop", k=8)),
            with_metadata=not is_update and rng.random() < 0.3,
            tsa=is_ours and not (is_update or fault) and rng.random() < 0.1,
            redactions=tuple(one for one in redactions if rng.random() < 0.5),
            is_update=is_update,
            later=later_actions(rng, is_update=is_update),
        )
        return self._signed(maker, form, below, fault)

    def _signed(
        self, maker: Maker, form: Form, below: list[Source], fault: FaultKind | None
    ) -> Link:
        signers = self._signers
        if fault is not None and fault.name == "signer expired":
            # c2pa-rs would not sign.
            return by_this_signer(signers.elapsed, form, below)
        workshops = signers.newsroom if maker == "edge-signer" else signers.cameras
        workshop = self._rng.choice(workshops)
        if fault is not None and fault.name == "signer unknown":
            workshop = signers.stranger
        if maker == "edge-signer":
            return by_this_signer(workshop, form, below)
        return by_c2pa_rs(workshop, form, below, signers.anchors_pem)

    def _source(self, link: Link, *, is_sound: bool) -> Source:
        rng = self._rng
        return Source(
            rng.choices(_RELATIONSHIPS, (6, 3, 1))[0],
            link,
            is_checked=is_sound and rng.random() < 0.3,
            has_thumbnail=rng.random() < 0.2,
        )

    def _others(self, maker: Maker, *, has_main: bool) -> list[Source]:
        """Choose what else a link was made from."""
        rng = self._rng
        if not has_main or rng.random() < 0.3:
            return [Source("inputTo" if rng.random() < 0.5 else "componentOf", None)]
        other = self._link(rng.choice(MAKERS), maker, None, None, (), spoils=True)
        return [Source(rng.choice(["componentOf", "inputTo"]), other)]


def _can_be_updated(source: Source) -> bool:
    link = source.link
    return link is not None and source.relationship == "parentOf" and not link.is_embedded


def _redactable(below: list[Source]) -> list[str]:
    return [
        f"self#jumbf=/c2pa/{one.link.label}/c2pa.assertions/{METADATA_LABEL}"
        for one in below
        if one.link is not None and one.link.has_metadata
    ]
