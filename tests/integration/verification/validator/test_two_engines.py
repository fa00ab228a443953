"""c2pa-rs and our own validator before the same damaged stores and files.

Ours is never more favourable. It is less favourable where c2pa-rs reads parts of a manifest under
any label, or a store whose boxes do not end where they say.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

import pytest

from edge_signer.verification.hard_bindings.asset_content import AssetContent
from edge_signer.verification.hard_bindings.embedded_span import store_within
from edge_signer.verification.trust import TrustLists
from tests.judges.engines import c2pa_rs
from tests.judges.own_validator import failures, file_of, trusting, validated
from tests.media.odd_assets import FOLDER
from tests.media.sample_assets import SAMPLE_ASSETS
from tests.signers.embedding import embedded
from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.software_signer import Workshop

CHANGES = 60
#: What c2pa-rs overlooks: a label, or a length of a box, of a part that has to have it.
OVERLOOKED = {
    *("claim.missing", "claimSignature.missing", "general.error"),
    *("It leaves out something other than the credentials where the format has them.",),
    *("It leaves out more than the credentials.",),
}


@dataclass(frozen=True)
class Case:
    """A file and its store.

    Attributes:
        content: The file.
        store: Its store; None for the one inside.
        is_embedded: Whether the store is the one inside.
        media_type: Of the file.
    """

    content: bytes
    store: bytes | None
    is_embedded: bool
    media_type: str = "image/jpeg"


def cases(workshop: Workshop) -> dict[str, Case]:
    jpeg = SAMPLE_ASSETS["JPEG"].content
    one = signed_by_c2pa_rs(workshop, jpeg)
    two = signed_by_c2pa_rs(workshop, one.asset, parents=[Parent(one.asset)])
    updated = signed_by_c2pa_rs(workshop, two.asset, update=True)
    movie = (FOLDER / "fragmented.mp4").read_bytes()
    files = {
        "JPEG": ("image/jpeg", jpeg),
        "PNG": ("image/png", SAMPLE_ASSETS["PNG"].content),
        "GIF": ("image/gif", SAMPLE_ASSETS["GIF"].content),
        "WAV": ("audio/wav", SAMPLE_ASSETS["WAV"].content),
        "MP4": ("video/mp4", movie),
    }
    return {
        "a sidecar": Case(jpeg, workshop.sign(jpeg), is_embedded=False),
        "a store of c2pa-rs": Case(one.asset, one.store, is_embedded=True),
        "a store with a parent": Case(two.asset, two.store, is_embedded=True),
        "a store with an update": Case(updated.asset, updated.store, is_embedded=True),
    } | {
        f"{name} of a file": Case(embedded(workshop, content, 8192)[1], None, True, media_type)
        for name, (media_type, content) in files.items()
    }


@pytest.fixture(scope="module")
def damaged(workshop: Workshop) -> dict[str, Case]:
    return cases(workshop)


def changed(content: bytes, dice: random.Random) -> bytes:
    # Half of the changes are where files say what they are.
    at = dice.randrange(len(content) if dice.random() < 0.5 else min(len(content), 200))
    kind = dice.random()
    if kind < 0.9:
        return content[:at] + bytes([content[at] ^ 1 << dice.randrange(8)]) + content[at + 1 :]
    if kind < 0.95:
        return content[:at] + bytes([dice.randrange(256)]) + content[at:]
    return content[:at] + content[at + 1 :]


def engines_state(asset: bytes, store: bytes | None, media_type: str, pem: str) -> str:
    try:
        verdict = c2pa_rs(asset, media_type, store, pem)
    except (ValueError, KeyError):
        # The report of a damaged store may not be JSON, or have no results.
        return "Invalid"
    return "Invalid" if verdict.state == "Unreadable" else verdict.state


def own_opinion(asset: AssetContent, store: bytes, trust: TrustLists) -> tuple[str, set[str]]:
    """Give the verdict, and the failures; what is left out of a hash is told by its sentence."""
    found = validated(store, asset, trust)
    verdict = "Invalid" if found.verdict == "Unreadable" else found.verdict
    if found.active is None or found.problem:
        return verdict, {"general.error"}
    reasons = {one.explanation for one in found.active.findings.failure}
    return verdict, failures(found) | {one for one in reasons if one.startswith("It leaves out")}


def store_in(content: bytes) -> bytes:
    found = store_within(file_of(content), 0, len(content))
    return found[1].store if found else b""


RANK = {"Trusted": 2, "Valid": 1, "Invalid": 0}
NAMES = (
    *("a sidecar", "a store of c2pa-rs", "a store with a parent", "a store with an update"),
    *(f"{name} of a file" for name in ("JPEG", "PNG", "GIF", "WAV", "MP4")),
)


@pytest.mark.parametrize("name", NAMES)
def test_our_validator_is_never_more_favourable(
    name: str, damaged: dict[str, Case], workshop: Workshop
) -> None:
    case, trust, pem = damaged[name], trusting(workshop), workshop.ca.anchors_pem()
    dice = random.Random(name)
    seen: Counter[tuple[str, str]] = Counter()
    for _ in range(CHANGES):
        content, store = case.content, case.store
        if store is None:
            content = changed(content, dice)
        else:
            store = changed(store, dice)
        theirs = engines_state(content, store, case.media_type, pem)
        asset = file_of(content, is_embedded=case.is_embedded)
        ours, why = own_opinion(asset, store_in(content) if store is None else store, trust)
        seen[theirs, ours] += 1
        assert RANK[ours] <= RANK[theirs], (name, why)
        assert ours == theirs or why & OVERLOOKED, (name, theirs, why)
    assert seen["Invalid", "Invalid"] > CHANGES / 4
