"""`edge-signer sign`: which files are signed, and where their manifests go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from cli.api_access import TenantOptions, tenant_access
from cli.definitions.definition import read_definition
from cli.definitions.fields import DefinitionError
from cli.found_ingredient import found_ingredient
from cli.progress import LongTask
from cli.signing.actions import ActionsError, NoSourceTypeError, read_action
from cli.signing.asset_signer import AssetSigner, Failed, Signed, Skipped
from cli.signing.places import Outputs, Place, lay_out
from cli.signing.report import line_of, require_apart
from cli.signing.sign_options import SignOptions, require_compatible
from cli.signing.statements import PARENT_ID, Statements
from cli.source_types import SourceTypeError, source_type_uri, usual_lines
from cli.terminal import (
    EXIT_USAGE,
    fail,
    say_error,
    say_warning,
    show_json,
    show_row,
)
from edge_signer_client import EdgeSigner, EdgeSignerClientError
from edge_signer_client.ingredient import Relationship

# A batch waits for its turn under a tenant's limit of requests in a minute.
_PATIENCE_S = 120


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
    require_compatible(options)
    outputs = Outputs(options.output, options.output_dir, options.in_place, options.sidecar)
    layout = lay_out(named, outputs)
    places = layout.places
    is_one = len(named) == 1 and [place.is_named for place in places] == [True]
    if not places and not layout.unreadable:
        fail("there is no file to sign", EXIT_USAGE)
    if options.title is not None and not is_one:
        fail("--title names one asset; sign it by itself", EXIT_USAGE)
    require_apart(options.report, places)
    checks = options.verify and find_spec("c2pa") is not None
    if options.assets_checked and not checks:
        fail("--assets-checked needs c2pa-rs (c2pa-python), and no --no-verify", EXIT_USAGE)
    statements = _statements(options, checks=checks)
    _require_statements(statements, places)
    api = tenant_access(access)
    signer = AssetSigner(
        client=EdgeSigner(api.url, api.credentials, patience_s=_PATIENCE_S),
        policy_id=options.policy,
        statements=statements,
        remote=options.remote,
        in_place=options.in_place,
        force=options.force,
        verify=checks,
        is_batch=not is_one,
    )
    if is_one:
        with LongTask(f"signing {places[0].asset.name}") as task:
            outcome = replace(signer, task=task).sign(places[0])
        return _show(places[0], outcome, as_json=options.as_json)
    from cli.signing.batch import sign_all

    return sign_all(*(signer, layout, options.at_once, options.report), as_json=options.as_json)


def _statements(options: SignOptions, *, checks: bool) -> Statements:
    """Read what the options say about assets; end the command if they cannot be used."""
    try:
        uri = source_type_uri(options.source_type) if options.source_type is not None else None
        actions = [read_action(one, uri) for one in options.actions]
        definition = read_definition(options.manifest) if options.manifest is not None else None
        found = [
            found_ingredient(path, relationship, ingredient_id, check=checks)
            for path, relationship, ingredient_id in _named_ingredients(options)
        ]
    except SourceTypeError as unknown:
        fail(f"{unknown} --source-type takes:", EXIT_USAGE, usual_lines())
    except OSError as unreadable:
        fail(f"{unreadable.filename}: {unreadable.strerror}", EXIT_USAGE)
    except (ActionsError, DefinitionError, EdgeSignerClientError) as refused:
        fail(str(refused), EXIT_USAGE)
    notes = definition.notes if definition is not None else ()
    for warning in (*notes, *(one.warning for one in found)):
        if warning:
            say_warning(warning)
    return Statements(
        source_type=uri,
        actions=actions,
        ingredients=[one.as_ingredient(attests=options.assets_checked) for one in found],
        names_own_parent=not options.no_parent,
        definition=definition,
        tsa=options.tsa,
        title=options.title,
        checks=checks,
        attests=options.assets_checked,
    )


def _named_ingredients(options: SignOptions) -> Iterator[tuple[Path, Relationship, str]]:
    if options.parent is not None:
        yield options.parent, "parentOf", PARENT_ID
    for number, component in enumerate(options.components, 1):
        yield component, "componentOf", f"component-{number}"
    for number, given in enumerate(options.inputs, 1):
        yield given, "inputTo", f"input-{number}"


def _require_statements(statements: Statements, places: list[Place]) -> None:
    """End the command if nobody says how an asset without a parent was made.

    Of several, those up to the first of that kind are looked into: before anything is signed.
    """
    if statements.source_type is not None:
        return
    unchecked = replace(statements, checks=False)
    for place in places:
        try:
            statements.about(place.asset, unchecked.own(place.asset))
        except NoSourceTypeError as missing:
            fail(f"{place.asset}: {missing}:", EXIT_USAGE, usual_lines())
        except (ActionsError, EdgeSignerClientError, OSError):
            # Each is reported when it is signed.
            continue


def _show(place: Place, outcome: Signed | Skipped | Failed, *, as_json: bool) -> int:
    if as_json:
        show_json(line_of(place, outcome))
    if isinstance(outcome, Failed):
        say_error(outcome.text)
        return outcome.exit_code
    if isinstance(outcome, Skipped):
        fail(outcome.text, EXIT_USAGE)
    answer = outcome.answer
    if outcome.said.warning:
        say_warning(outcome.said.warning)
    if as_json:
        return 0
    signed_bytes, sidecar_bytes = outcome.signed_bytes, outcome.sidecar_bytes
    for name, value in (
        ("said", outcome.said.summary),
        *outcome.said.ingredients,
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
