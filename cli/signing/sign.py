"""`edge-signer sign`: which files are signed, and where their manifests go."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cli.api_access import TenantOptions, tenant_access
from cli.signing.asset_signer import AssetSigner, Failed, Signed, Skipped
from cli.signing.batch import sign_all
from cli.signing.places import Outputs, Place, lay_out
from cli.signing.report import require_apart
from cli.source_types import SourceTypeError, source_type_uri, usual_lines
from cli.terminal import (
    EXIT_USAGE,
    fail,
    say_error,
    say_warning,
    show_row,
)
from edge_signer.signing.rules.digital_source_types import term_of
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
        remote: Whether signed files get only the address of their manifest.
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
    remote: bool
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
        0, or 1 if a file could not be signed; for several, also 130 after Ctrl-C.

    Raises:
        typer.Exit: The options contradict each other, a file cannot be read, or no source type is
            given (2); no emulator is running here (1).
    """
    embeds = _embeds(options)
    outputs = Outputs(options.output, options.output_dir, options.in_place, options.sidecar)
    layout = lay_out(named, outputs)
    places = layout.places
    is_one = len(named) == 1 and [place.is_named for place in places] == [True]
    if not places and not layout.unreadable:
        fail("there is no file to sign", EXIT_USAGE)
    if options.title is not None and not is_one:
        fail("--title names one asset; sign it by itself", EXIT_USAGE)
    require_apart(options.report, places)
    uri = _source_type(places[0].asset if is_one else None, options.source_type, embeds=embeds)
    api = tenant_access(access)
    signer = AssetSigner(
        client=EdgeSigner(api.url, api.credentials, patience_s=_PATIENCE_S),
        policy_id=options.policy,
        assertions=created_from(uri),
        tsa=options.tsa,
        title=options.title,
        remote=options.remote,
        in_place=options.in_place,
        force=options.force,
        verify=options.verify and find_spec("c2pa") is not None,
        is_batch=not is_one,
    )
    if is_one:
        return _show(places[0], signer.sign(places[0]), uri)
    return sign_all(signer, layout, options.at_once, options.report)


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
    if options.remote and options.sidecar:
        fail(
            "--remote and --sidecar exclude each other: the sidecar would describe the file "
            "without the address",
            EXIT_USAGE,
        )
    if options.remote and not chosen:
        fail("--remote writes into a signed file: add -o, --output-dir or --in-place", EXIT_USAGE)
    if options.in_place and options.sidecar:
        fail(
            "--in-place and --sidecar exclude each other: the sidecar would describe the file "
            "that was replaced; use --output-dir to keep both",
            EXIT_USAGE,
        )
    return bool(chosen)


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
    from central_signer.verification.engine import carries_credentials

    return carries_credentials(file)


def _show(place: Place, outcome: Signed | Skipped | Failed, uri: str) -> int:
    if isinstance(outcome, Failed):
        say_error(outcome.text)
        return outcome.exit_code
    if isinstance(outcome, Skipped):
        fail(outcome.text, EXIT_USAGE)
    answer = outcome.answer
    signed_bytes, sidecar_bytes = outcome.signed_bytes, outcome.sidecar_bytes
    for name, value in (
        ("said", f"c2pa.created, {term_of(uri)}"),
        ("key", answer.kms_key_id),
        ("mode", f"{answer.signing_mode}, {answer.total_ms:.1f} ms"),
        ("manifest", answer.manifest_url),
        ("token", answer.tsa_token_url),
        ("signed", f"{place.target} ({signed_bytes} bytes)" if signed_bytes else ""),
        ("kept", f"{place.target}" if place.target and not signed_bytes else ""),
        ("verified", outcome.verified_by),
        ("sidecar", f"{place.sidecar} ({sidecar_bytes} bytes)" if sidecar_bytes else ""),
        ("replaced", "the earlier sidecar of that name" if outcome.is_sidecar_replaced else ""),
    ):
        if value:
            show_row(name, value)
    return 0
