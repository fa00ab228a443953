"""Who signs the links of generated chains: this signer and c2pa-rs, and two that nobody trusts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from edge_signer.signing.credentials.algorithm import ALGORITHMS
from edge_signer.signing.credentials.time_stamp_authority import HttpTimeStampAuthority
from edge_signer.verification.trust import TrustLists
from emulator.credentials.development_ca import DevelopmentCa
from tests.authorities.time_stamp_server import (
    Behaviour,
    emulated_authority,
    roots_of,
    time_stamp_server,
)
from tests.judges.verifying import trusting
from tests.signers.software_signer import Workshop

#: Made the manifest of a link.
Maker = Literal["edge-signer", "c2pa-rs"]
MAKERS: tuple[Maker, ...] = ("edge-signer", "c2pa-rs")
POLICY = "newsroom-default-v3"
_LONG_AGO = timedelta(days=100)


@dataclass(frozen=True)
class Signers:
    """The keys and certificates of all links.

    Attributes:
        newsroom: Signs with this signer: a workshop for each algorithm.
        cameras: Sign with c2pa-rs, under another root: a workshop for each algorithm.
        stranger: Its root is on no list.
        elapsed: Its root is trusted, and its certificate has expired.
        anchors_pem: The roots to trust, those of time-stamps too.
        trust: The same as lists.
    """

    newsroom: tuple[Workshop, ...]
    cameras: tuple[Workshop, ...]
    stranger: Workshop
    elapsed: Workshop
    anchors_pem: str
    trust: TrustLists


@contextmanager
def signers() -> Iterator[Signers]:
    """Make keys and certificates, and serve time-stamps as long as they are used."""
    ours, theirs, old = DevelopmentCa(), DevelopmentCa(), DevelopmentCa(age=_LONG_AGO)
    stamps_pem = ours.timestamp_anchors_pem()
    roots_pem = "".join(one.anchors_pem() for one in (ours, theirs, old))
    trust = trusting(roots_pem, stamps_pem)
    with time_stamp_server(Behaviour(emulated_authority(ours).reply)) as url:
        authority = HttpTimeStampAuthority(url, roots_of(stamps_pem))
        made = Signers(
            tuple(Workshop(name, ca=ours, authority=authority) for name in ALGORITHMS),
            tuple(Workshop(name, ca=theirs, name="Camera") for name in ALGORITHMS),
            Workshop(name="Stranger"),
            Workshop(ca=old, name="Of long ago"),
            roots_pem + stamps_pem,
            trust,
        )
        for one in (*made.newsroom, *made.cameras, made.stranger, made.elapsed):
            one.trust = trust
            policy = one.policies[POLICY]
            one.policies[POLICY] = policy.model_copy(update={"trusted_clients": ("acme",)})
        yield made
