"""The verifier: an asset's credentials, judged by c2pa-rs and our own validator, in one report."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from central_signer.verification.agreement import agreement_of
from central_signer.verification.engine import (
    ENGINE,
    Problem,
    Reading,
    crjson,
    engine_version,
    read,
)
from central_signer.verification.engine_opinion import engine_findings
from central_signer.verification.ingredient_agreement import IngredientAgreement
from central_signer.verification.ingredients import are_trusted
from central_signer.verification.missing import missing_from, trust_lists_used
from central_signer.verification.own_opinion import OwnReading, own_opinion, own_reading
from central_signer.verification.trusted_roots import TrustedRoots, TrustedRootsCache
from edge_signer.verification.asset import AssetToVerify
from edge_signer.verification.report import EngineOpinion, Judged, VerificationReport
from edge_signer.verification.store_notes import StoreFacts, examine
from edge_signer.verification.trust import TrustLists

_IDENTITY = "cawg.identity"
_NOT_READ = {
    Problem.REMOTE: "The file only refers to credentials elsewhere, which were not fetched.",
    Problem.UNSUPPORTED: "c2pa-rs does not know this format, so it looked for no credentials.",
}
_ABSENT = {Problem.ABSENT, Problem.UNSUPPORTED, Problem.REMOTE}
#: Larger assets are read by both engines at once.
_LARGE_BYTES = 8 * 1024 * 1024


class Verifier:
    """Verifies assets; one serves all threads of a process.

    Args:
        trust: Gives the trust lists, as they are now.
        largest_for_engine_bytes: Of a larger asset, c2pa-rs gets the manifest store alone, because
            it takes as much memory as the asset is large, or more. Then only our own validator
            checks the binding, in memory of constant size. None for no bound.
    """

    def __init__(
        self, trust: Callable[[], TrustLists], largest_for_engine_bytes: int | None = None
    ) -> None:
        self._trust = trust
        self._largest_for_engine_bytes = largest_for_engine_bytes
        self._roots = TrustedRootsCache()

    def verify(self, asset: AssetToVerify, now: datetime | None = None) -> VerificationReport:
        """Judge an asset's credentials; every asset gets a report.

        Nothing is fetched.

        Args:
            asset: The asset, or its digest, and its credentials.
            now: The time of the verdict; by default the present. c2pa-rs knows only the present:
                it judges by it whether a certificate without a time-stamp has expired.

        Raises:
            AnchorsError: c2pa-rs rejects the trusted certificates.
            OSError: The asset cannot be read; or another error of its stream.
        """
        moment = now or datetime.now(UTC)
        trust = self._trust()
        roots = self._roots.at(trust, moment)
        reading, own = self._both(asset, roots, trust, moment)
        if reading.problem in _ABSENT:
            return _absence(asset, reading, moment)
        if not own.store and reading.rewritten_store:
            own = own_reading(asset, asset.stream, reading.rewritten_store, trust, moment)
        if (signed := own.signed_at()) is not None:
            # Dated anchors must be trusted when it was signed, and c2pa-rs knows no dates.
            roots_then = self._roots.at(trust, signed)
            if roots_then is not roots:
                alone = b"" if reading.has_asset else own.store
                roots, reading = roots_then, read(asset, roots_then.context, alone)
        return report_on(asset, reading, own, roots, trust, moment)

    def _both(
        self, asset: AssetToVerify, roots: TrustedRoots, trust: TrustLists, moment: datetime
    ) -> tuple[Reading, OwnReading]:
        """Let both engines read: one after the other, or at once if there is much to hash."""
        size_bytes, largest = asset.size_bytes() or 0, self._largest_for_engine_bytes
        if largest is not None and size_bytes > largest:
            own = own_reading(asset, asset.stream, asset.manifest_store, trust, moment)
            return read(asset, roots.context, own.store), own
        second = asset.second_stream() if size_bytes > _LARGE_BYTES else None
        if second is None:
            reading = read(asset, roots.context)
            if reading.problem in _ABSENT:
                return reading, OwnReading()
            return reading, own_reading(asset, asset.stream, asset.manifest_store, trust, moment)
        with ThreadPoolExecutor(1) as beside:
            found = beside.submit(own_reading, asset, second, asset.manifest_store, trust, moment)
            return read(asset, roots.context), found.result()

    def crjson(self, asset: AssetToVerify) -> str:
        """Return c2pa-rs's own report in crJSON; empty if there are no credentials that it reads.

        Raises:
            AnchorsError: c2pa-rs rejects the trusted certificates.
            OSError: The asset cannot be read; or another error of its stream.
        """
        return crjson(asset, self._roots.at(self._trust(), datetime.now(UTC)).context)


def report_on(
    asset: AssetToVerify,
    reading: Reading,
    own: OwnReading,
    roots: TrustedRoots,
    trust: TrustLists,
    moment: datetime,
) -> VerificationReport:
    """Return the report on what was read; there is one for every reading of credentials.

    Args:
        asset: What was read.
        reading: By c2pa-rs.
        own: By our own validator.
        roots: The certificates that c2pa-rs trusted.
        trust: The lists that they come from.
        moment: The time of the verdict.
    """
    facts = examine(own.store)
    found = engine_findings(reading, roots, facts)
    opinions, ingredients, differences = [found.opinion], found.ingredients, []
    if own.validation is not None:
        opinions.append(own_opinion(own.validation))
        comparison = IngredientAgreement(own.validation)
        ingredients = comparison.agreed(ingredients, found.opinion.label)
        differences = comparison.differences
    agreement = agreement_of(opinions)
    return VerificationReport(
        trusted=agreement.verdict == "Trusted"
        and not agreement.failures
        and agreement.time_stamp.state != "Invalid"
        and are_trusted(ingredients),
        verdict=agreement.verdict,
        verified_at=moment,
        judged=_judged(asset),
        checks=agreement.checks,
        signer=agreement.signer,
        time_stamp=agreement.time_stamp,
        manifest=found.manifest,
        ingredients=ingredients,
        failures=agreement.failures,
        informational=agreement.informational,
        notes=_notes(facts, found.opinion.label),
        missing=missing_from(agreement, opinions, trust, moment),
        engines=tuple(one.reported() for one in opinions),
        differences=(*agreement.differences, *differences),
        trust_lists=trust_lists_used(trust, moment),
    )


def _absence(asset: AssetToVerify, reading: Reading, moment: datetime) -> VerificationReport:
    is_remote = reading.problem is Problem.REMOTE
    judged = _judged(asset).model_copy(
        update={
            "credentials": "remote" if is_remote else "none",
            "source": reading.explanation if is_remote else "",
        }
    )
    said = _NOT_READ.get(reading.problem or Problem.ABSENT)
    opinion = EngineOpinion(
        name=ENGINE,
        version=engine_version(),
        verdict="NoCredentials",
        not_checked=(said,) if said else (),
    )
    return VerificationReport(
        trusted=False,
        verdict="NoCredentials",
        verified_at=moment,
        judged=judged,
        engines=(opinion,),
    )


def _judged(asset: AssetToVerify) -> Judged:
    return Judged(
        name=asset.name,
        media_type=asset.media_type,
        size_bytes=asset.size_bytes(),
        sha256=asset.sha256.hex() if asset.sha256 is not None else None,
        credentials=asset.credentials,
        source=asset.source,
        also=asset.also,
    )


def _notes(facts: StoreFacts, active: str) -> tuple[str, ...]:
    notes = [
        one.text if one.manifest == active else f"{one.text} (In the manifest {one.manifest}.)"
        for one in facts.notes
    ]
    identities = [one for one in facts.assertions.get(active, ()) if one.startswith(_IDENTITY)]
    notes += [f"The identity assertion {one} (CAWG) was not validated." for one in identities]
    return tuple(dict.fromkeys(notes))
