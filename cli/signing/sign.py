"""`edge-signer sign`: which files are signed, and where their manifests go."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cli.api_access import TenantOptions, tenant_access
from cli.signing.asset_signer import AssetSigner, Failed, Place, Signed, Skipped
from cli.signing.batch import sign_all
from cli.source_types import SourceTypeError, source_type_uri, term_of, usual_lines
from cli.terminal import (
    EXIT_USAGE,
    fail,
    require_file,
    say_error,
    say_warning,
    show_row,
    sidecar_of,
)
from edge_signer_client import EdgeSigner

# A batch waits for its turn under a tenant's limit of requests in a minute.
_PATIENCE_S = 120


@dataclass(frozen=True)
class SignOptions:
    """The options of `edge-signer sign`, except those of the API.

    Attributes:
        policy: The policy to sign under.
        source_type: How the assets were made: a digital source type, term or URI. There is no
            default, because only the caller knows.
        tsa: Whether to time-stamp; None leaves it to the policy.
        title: Name of the asset, for people; None for none.
        output: The signed file, for one asset; None for none.
        output_dir: The folder of the signed files; None for none.
        in_place: Whether the signed file replaces the asset.
        sidecar: Whether to write a sidecar, beside what else is written.
        force: Whether to replace files that exist.
        verify: Whether c2pa-rs validates what is written, where it is installed.
        at_once: How many files are signed at the same time.
        report: File for a line of JSON for each asset; None for none.
    """

    policy: str
    source_type: str | None
    tsa: bool | None
    title: str | None
    output: Path | None
    output_dir: Path | None
    in_place: bool
    sidecar: bool
    force: bool
    verify: bool
    at_once: int
    report: Path | None


def sign_files(named: list[Path], access: TenantOptions, options: SignOptions) -> int:
    """Sign files, and the files in folders.

    Args:
        named: Files, folders, and patterns that the shell has not replaced.
        access: Which API signs, and for which tenant.
        options: The others.

    Returns:
        0, or 1 if a file could not be signed.

    Raises:
        typer.Exit: The options contradict each other, a file cannot be read, or no source type is
            given (2); no emulator is running here (1).
    """
    embeds = _embeds(options)
    is_one = len(named) == 1 and named[0].is_file()
    places = list(_places(named, options))
    if not places:
        fail("there is no file to sign", EXIT_USAGE)
    if options.output is not None and not is_one:
        fail("--output names one signed file; use --output-dir for several", EXIT_USAGE)
    if options.title is not None and not is_one:
        fail("--title names one asset; sign it by itself", EXIT_USAGE)
    _require_distinct(places)
    uri = _source_type(places[0].asset if is_one else None, options.source_type, embeds=embeds)
    api = tenant_access(access)
    signer = AssetSigner(
        client=EdgeSigner(api.url, api.credentials, patience_s=_PATIENCE_S),
        policy_id=options.policy,
        assertions=created_from(uri),
        tsa=options.tsa,
        title=options.title,
        in_place=options.in_place,
        force=options.force,
        verify=options.verify and find_spec("c2pa") is not None,
    )
    if is_one:
        return _show(places[0], signer.sign(places[0]), uri)
    return sign_all(signer, places, options.at_once, options.report)


def created_from(digital_source_type: str) -> dict[str, Any]:
    """Return the assertions that say how an asset was created.

    Args:
        digital_source_type: URI of the vocabulary of IPTC or C2PA.
    """
    created = {"action": "c2pa.created", "digitalSourceType": digital_source_type}
    return {"c2pa.actions.v2": {"actions": [created]}}


def _embeds(options: SignOptions) -> bool:
    chosen = [
        name
        for name, is_chosen in (
            ("--output", options.output is not None),
            ("--output-dir", options.output_dir is not None),
            ("--in-place", options.in_place),
        )
        if is_chosen
    ]
    if len(chosen) > 1:
        fail(f"{' and '.join(chosen)} exclude each other", EXIT_USAGE)
    return bool(chosen)


def _places(named: Iterable[Path], options: SignOptions) -> Iterator[Place]:
    """Pair each asset with the files that are written for it."""
    for path in named:
        if path.is_dir():
            for asset in _assets_in(path, options.output_dir):
                yield _place(asset, asset.relative_to(path), options, is_named=False)
        elif not path.exists() and glob.has_magic(str(path)):
            for match in sorted(glob.glob(str(path), recursive=True)):
                yield _place(Path(match), Path(Path(match).name), options, is_named=False)
        else:
            require_file(path)
            if path.stat().st_size == 0:
                fail(f"{path} is empty: there is nothing to verify in it", EXIT_USAGE)
            yield _place(path, Path(path.name), options, is_named=True)


def _assets_in(folder: Path, output_dir: Path | None) -> Iterator[Path]:
    """Walk a folder, without hidden files, sidecars, and what an earlier run has signed."""
    for path in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        if output_dir is not None and path.is_relative_to(output_dir):
            continue
        if path.is_file() and path.suffix != ".c2pa" and path.stat().st_size:
            yield path


def _place(asset: Path, relative: Path, options: SignOptions, *, is_named: bool) -> Place:
    target = options.output
    if options.output_dir is not None:
        target = options.output_dir / relative
    elif options.in_place:
        target = asset
    sidecar = sidecar_of(asset) if options.sidecar or target is None else None
    return Place(asset, target, sidecar, is_named=is_named)


def _require_distinct(places: list[Place]) -> None:
    owners: dict[Path, Path] = {}
    for place in places:
        if place.target is None:
            continue
        other = owners.setdefault(place.target, place.asset)
        if other != place.asset:
            fail(f"{other} and {place.asset} would both become {place.target}", EXIT_USAGE)


def _source_type(asset: Path | None, given: str | None, *, embeds: bool) -> str:
    """Return the URI of the source type; warn if an asset already carries credentials.

    Args:
        asset: The only one, or None.
        given: The option.
        embeds: Whether the manifest goes into the asset; then its layout tells of an earlier one.
    """
    earlier = ""
    try:
        # c2pa-rs is a large library, so it is loaded only after the file is known to exist.
        if asset is not None and not embeds and _carries_credentials(asset):
            earlier = (
                f"{asset} already carries Content Credentials, and ingredients are not supported "
                "yet: "
            )
    except OSError as unreadable:
        fail(f"{unreadable.filename}: {unreadable.strerror}", EXIT_USAGE)
    if given is None:
        ask = "say how the file was made with --source-type:"
        if earlier:
            ask = "to sign without referring to them, " + ask
        fail(earlier + ask, EXIT_USAGE, usual_lines())
    try:
        uri = source_type_uri(given)
    except SourceTypeError as unknown:
        fail(f"{unknown} --source-type takes:", EXIT_USAGE, usual_lines())
    if earlier:
        say_warning(earlier + "the new manifest does not refer to them")
    return uri


def _carries_credentials(file: Path) -> bool:
    from cli.verdict.engine import carries_credentials

    return carries_credentials(file)


def _show(place: Place, outcome: Signed | Skipped | Failed, uri: str) -> int:
    if isinstance(outcome, Failed):
        say_error(outcome.text)
        return outcome.exit_code
    if isinstance(outcome, Skipped):
        fail(outcome.text, EXIT_USAGE)
    answer = outcome.answer
    for name, value in (
        ("said", f"c2pa.created, {term_of(uri)}"),
        ("key", answer.kms_key_id),
        ("mode", f"{answer.signing_mode}, {answer.total_ms:.1f} ms"),
        ("manifest", answer.manifest_url),
        ("token", answer.tsa_token_url),
        ("signed", f"{place.target} ({outcome.signed_bytes} bytes)" if place.target else ""),
        ("verified", outcome.verified_by),
        ("sidecar", f"{place.sidecar} ({outcome.sidecar_bytes} bytes)" if place.sidecar else ""),
        ("replaced", "the earlier sidecar of that name" if outcome.is_sidecar_replaced else ""),
    ):
        if value:
            show_row(name, value)
    return 0
