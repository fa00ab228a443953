"""The options of `edge-signer sign`, and which exclude each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.terminal import EXIT_USAGE, fail


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
        parent: What the assets are versions of; None for themselves, if they carry credentials.
        no_parent: Whether not to refer to the assets' own credentials.
        components: Files that are parts of them.
        inputs: Files that they were computed from.
        actions: What was done, as `--action` has it.
        manifest: A definition of c2patool; None for none.
        assets_checked: Whether to tell the signer which ingredients c2pa-rs found unchanged.
        as_json: Whether to print a line of JSON for each asset.
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
    parent: Path | None
    no_parent: bool
    components: Sequence[Path]
    inputs: Sequence[Path]
    actions: Sequence[str]
    manifest: Path | None
    assets_checked: bool
    as_json: bool = False


def require_compatible(options: SignOptions) -> None:
    """End the command if options exclude each other.

    Raises:
        typer.Exit: They do (2).
    """
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
    if options.parent is not None and options.no_parent:
        fail("--parent and --no-parent exclude each other", EXIT_USAGE)
