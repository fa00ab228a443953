"""Finds the files that `edge-signer sign` signs, and pairs each with what is written for it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cli.asset_files import FoundAsset, found_assets
from cli.terminal import EXIT_USAGE, fail, sidecar_of


@dataclass(frozen=True)
class Place:
    """An asset, and what is written for it.

    Attributes:
        asset: The file to sign.
        target: The file with its manifest inside; None for none.
        sidecar: The manifest of the asset as it is; None for none.
        is_named: Whether the command names it, instead of a folder or a pattern that contains it.
    """

    asset: Path
    target: Path | None
    sidecar: Path | None
    is_named: bool


@dataclass(frozen=True)
class Outputs:
    """What is written, and where; only sidecars if nothing else is chosen.

    Attributes:
        file: The signed file, for one asset; None for none.
        folder: Of the signed files; None for none.
        in_place: Whether the signed file replaces the asset.
        sidecar: Whether to write a sidecar, beside what else is written.
    """

    file: Path | None
    folder: Path | None
    in_place: bool
    sidecar: bool


@dataclass(frozen=True)
class Layout:
    """What a command signs.

    Attributes:
        places: Each asset, once.
        unreadable: Why folders and files could not be looked into; each error names one.
    """

    places: list[Place]
    unreadable: list[OSError]


def lay_out(named: Iterable[Path], outputs: Outputs) -> Layout:
    """Find the assets and pair each with the files that are written for it.

    Args:
        named: Files, folders, and patterns that the shell has not replaced.
        outputs: What is written.

    Raises:
        typer.Exit: A named file cannot be read, one output is meant for several assets, or an
            output would replace an asset (2).
    """
    unreadable: list[OSError] = []
    places: dict[tuple[str, ...], Place] = {}
    try:
        for found in found_assets(named, unreadable.append, outputs.folder):
            if found.size_bytes == 0:
                if found.is_named:
                    fail(f"{found.path} is empty: there is nothing to verify in it", EXIT_USAGE)
                continue
            place = _place(found, outputs)
            files = (place.asset, place.target, place.sidecar)
            key = tuple(os.path.realpath(one) if one is not None else "" for one in files)
            if place.is_named or key not in places:
                places[key] = place
    except OSError as failure:
        fail(f"{failure.filename}: {failure.strerror}", EXIT_USAGE)
    _require_distinct(places, outputs)
    return Layout(list(places.values()), unreadable)


def _place(found: FoundAsset, outputs: Outputs) -> Place:
    target = outputs.file
    if outputs.folder is not None:
        target = outputs.folder / found.relative
    elif outputs.in_place:
        target = found.path
    sidecar = sidecar_of(found.path) if outputs.sidecar or target is None else None
    return Place(found.path, target, sidecar, is_named=found.is_named)


def _require_distinct(places: dict[tuple[str, ...], Place], outputs: Outputs) -> None:
    """End the command if an output is an asset, or an output of another one too."""
    named = [place.is_named for place in places.values()]
    if outputs.file is not None and named not in ([], [True]):
        fail("--output names one signed file; use --output-dir for several", EXIT_USAGE)
    assets = {key[0]: place for key, place in places.items()}
    owners: dict[str, tuple[str, Path]] = {}
    for (asset, target, sidecar), place in places.items():
        if target == asset and not outputs.in_place:
            _fail_of_own_target(place, outputs)
        for role, output in (("signed file", target), ("sidecar", sidecar)):
            if not output or (role == "signed file" and outputs.in_place):
                continue
            if output in assets:
                fail(
                    f"{assets[output].asset} is a file to sign, and the {role} of {place.asset} "
                    "would replace it: sign it by itself, or write elsewhere",
                    EXIT_USAGE,
                )
            owner = owners.setdefault(output, (role, place.asset))
            if owner == (role, place.asset):
                continue
            if owner[1] == place.asset:
                fail(f"the signed file and the sidecar would both become {output}", EXIT_USAGE)
            fail(f"{owner[1]} and {place.asset} would both become {output}", EXIT_USAGE)


def _fail_of_own_target(place: Place, outputs: Outputs) -> None:
    if outputs.folder is None:
        fail(f"{place.target} is the file to sign; --in-place replaces it", EXIT_USAGE)
    fail(
        f"--output-dir {outputs.folder} would replace {place.asset}, which is in it: name another "
        "folder, or use --in-place",
        EXIT_USAGE,
    )
