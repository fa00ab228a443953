"""Finds the credentials of one file, and has them judged."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from central_signer.verification.media_types import is_named_wrongly, media_type_of
from central_signer.verification.verifier import Verifier
from cli.terminal import sidecar_of
from cli.verification.fetch_rules import FetchError
from edge_signer.verification.asset import AssetToVerify
from edge_signer.verification.findings import meaning_of
from edge_signer.verification.report import Judged, ReportedFinding, VerificationReport

if TYPE_CHECKING:
    from cli.verification.fetching import Fetcher

_INACCESSIBLE = "manifest.inaccessible"
#: Our own code: the asset itself could not be read, so nothing was judged.
UNREADABLE = "asset.unreadable"


@dataclass(frozen=True)
class Target:
    """What is verified.

    Attributes:
        name: Its path or URL, for the report.
        path: The file; None for a URL.
    """

    name: str
    path: Path | None

    @classmethod
    def of_path(cls, path: Path) -> Target:
        """Return a file; a name that is not in UTF-8 is shown with replacement characters."""
        return cls(os.fsencode(path).decode("utf-8", "replace"), path)


@dataclass(frozen=True)
class _Beside:
    """Credentials beside the asset: a sidecar, or what a `Link` header names."""

    kind: Literal["sidecar", "remote"]
    source: str
    path: Path | None


class FileVerifier:
    """Verifies files and, with a fetcher, URLs; one serves all threads.

    Args:
        verifier: Judges.
        manifest: A sidecar that is judged whatever else there is; None to look for one.
        embedded: Whether to judge the embedded credentials even if there is a sidecar.
        fetcher: Fetches remote manifests and assets; None to fetch nothing.
    """

    def __init__(
        self,
        verifier: Verifier,
        *,
        manifest: Path | None = None,
        embedded: bool = False,
        fetcher: Fetcher | None = None,
    ) -> None:
        self._verifier = verifier
        self._manifest = manifest
        self._embedded = embedded
        self._fetcher = fetcher

    def report(self, target: Target) -> VerificationReport:
        """Judge a file's credentials; every file gets a report, even if it cannot be read.

        Raises:
            AnchorsError: The trusted certificates cannot be used.
        """
        return self._judged(target, as_crjson=False)[0]

    def crjson(self, target: Target) -> tuple[VerificationReport, str]:
        """Judge a file's credentials, and give c2pa-rs's own report too; empty if it has none.

        Raises:
            AnchorsError: The trusted certificates cannot be used.
        """
        return self._judged(target, as_crjson=True)

    def _judged(self, target: Target, *, as_crjson: bool) -> tuple[VerificationReport, str]:
        try:
            with self._opened(target) as (stream, link):
                asset, report = self._chosen(target, stream, link)
                crjson = self._verifier.crjson(asset) if as_crjson else ""
                return _with_format(report), crjson
        except FetchError as refused:
            return unread(target.name, str(refused), "The file could not be fetched."), ""
        except OSError as failure:
            named = "" if failure.filename in {None, str(target.path)} else f"{failure.filename}: "
            return unread(target.name, f"{named}{failure.strerror or failure}"), ""

    @contextmanager
    def _opened(self, target: Target) -> Iterator[tuple[BinaryIO, str]]:
        """Open an asset; yield it and the manifest that its server names."""
        if target.path is not None:
            with target.path.open("rb") as stream:
                yield stream, ""
            return
        if self._fetcher is None:
            raise FetchError(f"{target.name} was not fetched: --fetch allows it")
        with tempfile.TemporaryFile() as copy:
            yield copy, self._fetcher.asset(target.name, copy).manifest_url

    def _chosen(
        self, target: Target, stream: BinaryIO, link: str
    ) -> tuple[AssetToVerify, VerificationReport]:
        """Choose among the credentials of an asset, and judge them."""
        own = AssetToVerify(target.name, media_type_of(stream), stream=stream)
        beside = self._beside(target, link)
        if beside is not None and not self._embedded:
            own_report = self._verifier.verify(own)
            return self._judged_beside(replace(own, also=_embedded(own_report)), beside, own_report)
        if beside is not None:
            what = "sidecar" if beside.kind == "sidecar" else "manifest"
            own = replace(own, also=f"the {what} {beside.source}, which was not judged")
        report = self._verifier.verify(own)
        if self._fetcher is None or report.judged.credentials != "remote":
            return own, report
        return self._judged_beside(own, _Beside("remote", report.judged.source, None), report)

    def _beside(self, target: Target, link: str) -> _Beside | None:
        path = self._manifest
        if path is None and target.path is not None and sidecar_of(target.path).is_file():
            path = sidecar_of(target.path)
        if path is not None:
            return _Beside("sidecar", Target.of_path(path).name, path)
        return _Beside("remote", link, None) if link else None

    def _judged_beside(
        self, asset: AssetToVerify, beside: _Beside, own_report: VerificationReport
    ) -> tuple[AssetToVerify, VerificationReport]:
        """Judge credentials beside an asset, of which there is a report on its own ones."""
        try:
            store = self._store(beside)
        except FetchError as refused:
            return asset, _inaccessible(own_report, beside.source, str(refused), asset.also)
        chosen = replace(asset, manifest_store=store, credentials=beside.kind, source=beside.source)
        return chosen, self._verifier.verify(chosen)

    def _store(self, beside: _Beside) -> bytes:
        if beside.path is not None:
            return beside.path.read_bytes()
        if self._fetcher is None:
            raise FetchError(f"{beside.source} was not fetched: --fetch allows it")
        return self._fetcher.manifest_store(beside.source)


def unread(name: str, why: str, meaning: str = "The file could not be read.") -> VerificationReport:
    """Return the report on an asset that could not be read."""
    return VerificationReport(
        trusted=False,
        verdict="Unreadable",
        verified_at=datetime.now(UTC),
        judged=Judged(name=name, credentials="none"),
        failures=(ReportedFinding(code=UNREADABLE, meaning=meaning, explanation=why),),
    )


def _inaccessible(
    own_report: VerificationReport, url: str, why: str, also: str
) -> VerificationReport:
    """Return the report on credentials that are elsewhere, and could not be fetched."""
    judged = {"credentials": "remote", "source": url, "also": also}
    finding = ReportedFinding(
        code=_INACCESSIBLE, meaning=meaning_of(_INACCESSIBLE), explanation=why
    )
    return VerificationReport(
        trusted=False,
        verdict="NoCredentials",
        verified_at=own_report.verified_at,
        judged=own_report.judged.model_copy(update=judged),
        failures=(finding,),
    )


def _embedded(report: VerificationReport) -> str:
    """Name the embedded credentials beside others; empty if there are none."""
    if report.judged.credentials == "remote":
        return f"the file refers to {report.judged.source}, which was not fetched"
    if report.verdict == "NoCredentials":
        return ""
    return f"the file has embedded credentials ({report.verdict}); --embedded judges them"


def _with_format(report: VerificationReport) -> VerificationReport:
    """Add that a file is named as if it had another format."""
    judged = report.judged
    if not is_named_wrongly(judged.name, judged.media_type):
        return report
    note = f"The file's name promises another format: its content is {judged.media_type}."
    return report.model_copy(update={"notes": (*report.notes, note)})
