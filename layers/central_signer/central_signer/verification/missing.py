"""What would make credentials stronger, or the verdict on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from central_signer.verification.agreement import Agreement
from central_signer.verification.opinion import Opinion
from edge_signer.verification.report import Missing, TrustListUsed
from edge_signer.verification.trust import Purpose, TrustList, TrustLists

_PURPOSES: tuple[Purpose, ...] = ("signers", "time_stamps")


def trust_lists_used(trust: TrustLists, now: datetime) -> tuple[TrustListUsed, ...]:
    """Return the lists that a verdict rests on.

    Args:
        trust: The lists.
        now: When the verdict was given.
    """
    return tuple(
        TrustListUsed(
            name=one.name,
            purposes=tuple(purpose for purpose in _PURPOSES if purpose in one.purposes),
            anchors=one.number_trusted_at(now),
            sha256=one.sha256,
            issued=one.issued,
            next_update=one.next_update,
            is_overdue=one.is_overdue_at(now),
            is_development=one.is_development,
        )
        for one in trust.lists
    )


def missing_from(
    agreement: Agreement, opinions: Sequence[Opinion], trust: TrustLists, now: datetime
) -> tuple[Missing, ...]:
    """Return what is missing from credentials and from the verdict on them."""
    return tuple(_missing(agreement, opinions, trust, now))


def _missing(
    agreement: Agreement, opinions: Sequence[Opinion], trust: TrustLists, now: datetime
) -> Iterator[Missing]:
    results = {one.name: one.result for one in agreement.checks}
    match agreement.time_stamp.state:
        case "Absent":
            yield Missing(
                code="no_time_stamp",
                meaning="There is no time-stamp: the credentials do not prove when they were made, "
                "and end with the signer's certificate.",
            )
        case "Untrusted":
            yield Missing(
                code="untrusted_time_stamp",
                meaning="The time-stamp's authority is on no trust list: its time proves nothing.",
            )
    if results["revocation"] == "not_checked":
        yield Missing(
            code="no_revocation_data",
            meaning="Nobody can tell whether the signer's certificate was revoked: the manifest "
            "holds no OCSP response, and nothing is fetched.",
        )
    if not any("signers" in one.purposes and one.number_trusted_at(now) for one in trust.lists):
        yield Missing(
            code="no_trust_list",
            meaning="No trust list for signers was given, so no signer can be trusted.",
        )
    elif results["trust"] == "failed":
        yield Missing(code="untrusted_signer", meaning="The signer is on no trust list.")
    for one in trust.lists:
        yield from _missing_from_list(one, now)
    if results["hard_binding"] == "not_checked":
        yield Missing(
            code="hard_binding_not_checked",
            meaning="Nobody could check that the credentials belong to this file.",
        )
    if sum(one.verdict is not None for one in opinions) < 2:
        engine = next((one.engine for one in opinions if one.verdict is not None), "no engine")
        yield Missing(code="one_engine_only", meaning=f"Only {engine} could judge this.")


def _missing_from_list(one: TrustList, now: datetime) -> Iterator[Missing]:
    if one.is_development:
        yield Missing(
            code="development_trust_list",
            meaning=f"{one.name} trusts the emulator's own authorities, which prove nothing.",
        )
    if one.is_overdue_at(now) and one.next_update is not None:
        yield Missing(
            code="overdue_trust_list",
            meaning=f"{one.name} should have been replaced by {one.next_update.date()}.",
        )
