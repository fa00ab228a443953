"""`edge-signer derive`: a smaller image, or one in another format, as an edit of its original."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from cli.api_access import TenantOptions, tenant_access
from cli.found_ingredient import Found, found_ingredient
from cli.progress import LongTask
from cli.signing.asset_signer import failure_of
from cli.signing.report import facts_of
from cli.terminal import (
    EXIT_USAGE,
    fail,
    require_file,
    say_error,
    say_warning,
    show_json,
    show_row,
)
from edge_signer_client import EdgeSigner, EdgeSignerClientError, SignedAsset
from emulator.files import write_atomically

if TYPE_CHECKING:
    from derivatives.resizing import Derivative

_FORMATS = {
    **{".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png"},
    **{".webp": "webp", ".avif": "avif", ".gif": "gif"},
}


@dataclass(frozen=True)
class DeriveOptions:
    """The options of `edge-signer derive`, except those of the API.

    Attributes:
        output: The derivative.
        width: The most pixels from left to right; None for any.
        height: The most pixels from top to bottom; None for any.
        format: Of the derivative; None follows from the output's name.
        quality: To 100; None for the usual.
        policy: The policy to sign under.
        tsa: Whether to time-stamp; None leaves it to the policy.
        title: Name of the derivative, for people; None for none.
        force: Whether to replace a file that exists.
        verify: Whether c2pa-rs validates the derivative, where it is installed.
        assets_checked: Whether to tell the signer that c2pa-rs found the original unchanged.
        as_json: Whether to print the result as one JSON object.
    """

    output: Path
    width: int | None
    height: int | None
    format: str | None
    quality: int | None
    policy: str
    tsa: bool | None
    title: str | None
    force: bool
    verify: bool
    assets_checked: bool
    as_json: bool = False


def derive_file(original: Path, access: TenantOptions, options: DeriveOptions) -> int:
    """Make and sign a derivative of an image.

    Args:
        original: The image.
        access: Which API signs, and for which tenant.
        options: The others.

    Returns:
        0, or 1 if it was not signed.

    Raises:
        typer.Exit: The options contradict each other, or no derivative can be made of the file (2);
            no emulator is running here (1).
    """
    chosen = _format(options)
    require_file(original)
    if options.output.exists():
        if not options.output.is_file():
            fail(f"{options.output} is not a file, and is not replaced", EXIT_USAGE)
        if options.output.samefile(original):
            fail(f"{options.output} is the original; name another file", EXIT_USAGE)
        if not options.force:
            fail(f"{options.output} exists; --force replaces it", EXIT_USAGE)
    checks = options.verify and find_spec("c2pa") is not None
    if options.assets_checked and not checks:
        fail("--assets-checked needs c2pa-rs (c2pa-python), and no --no-verify", EXIT_USAGE)
    if find_spec("PIL") is None:
        fail("derive resizes with Pillow, which is not installed: pip install pillow", EXIT_USAGE)
    from derivatives.resizing import ImageError, Variant, derive_image

    variant = Variant(chosen, options.width, options.height, options.quality)
    try:
        with LongTask(f"resizing {original.name}"):
            found = found_ingredient(original, "parentOf", "original", check=checks)
            derivative = derive_image(original.read_bytes(), variant)
    except ImageError as refused:
        fail(f"{original}: {refused}", EXIT_USAGE)
    except EdgeSignerClientError as refused:
        fail(str(refused), EXIT_USAGE)
    except OSError as unreadable:
        fail(f"{unreadable.filename}: {unreadable.strerror}", EXIT_USAGE)
    _warn(original, found)
    api = tenant_access(access)
    try:
        content, answer = EdgeSigner(api.url, api.credentials).derive(
            derivative.content,
            found.as_ingredient(attests=options.assets_checked),
            options.policy,
            derivative.actions,
            tsa=options.tsa,
            title=options.title,
        )

        def require_valid(written: Path) -> None:
            from central_signer.verification.engine import validation_failures

            failures = validation_failures(written, derivative.media_type)
            if failures:
                told = f"{options.output}: c2pa-rs refuses it: {', '.join(failures)}"
                raise EdgeSignerClientError(told)

        mode = original.stat().st_mode & 0o777
        write_atomically(options.output, content, mode, require_valid if checks else None)
    except (EdgeSignerClientError, OSError) as failure:
        failed = failure_of(original, failure)
        say_error(failed.text)
        return failed.exit_code
    _show(original, options, found, derivative, content, answer)
    return 0


def _show(
    original: Path,
    options: DeriveOptions,
    found: Found,
    derivative: Derivative,
    content: bytes,
    answer: SignedAsset,
) -> None:
    if options.as_json:
        image: dict[str, object] = {"width": derivative.width, "height": derivative.height}
        image |= {"media_type": derivative.media_type, "bytes": len(content)}
        parent = {"asset": str(original), "credentials": found.where or None}
        show_json({"signed": str(options.output), "parent": parent, **image, **facts_of(answer)})
        return
    for name, value in (
        ("parent", f"{original.name} ({found.where or 'which carries no credentials'})"),
        ("image", f"{derivative.width} x {derivative.height}, {derivative.media_type}"),
        ("key", answer.kms_key_id),
        ("mode", f"{answer.signing_mode}, {answer.total_ms:.1f} ms"),
        ("manifest", answer.manifest_url),
        ("token", answer.tsa_token_url or ""),
        ("signed", f"{options.output} ({len(content)} bytes)"),
    ):
        if value:
            show_row(name, value)


def _format(options: DeriveOptions) -> str:
    """Return the derivative's format; end the command unless the output has a name for it."""
    by_name = _FORMATS.get(options.output.suffix.lower())
    chosen = options.format.lower() if options.format is not None else by_name
    chosen = "jpeg" if chosen == "jpg" else chosen
    formats = ", ".join(dict.fromkeys(_FORMATS.values()))
    if options.format is not None and chosen not in _FORMATS.values():
        fail(f"--format {options.format} is none of {formats}", EXIT_USAGE)
    if chosen is None or by_name != chosen:
        names = " or ".join(one for one, name in _FORMATS.items() if chosen in {None, name})
        fail(f"--output {options.output} must end in {names}", EXIT_USAGE)
    return chosen


def _warn(original: Path, found: Found) -> None:
    if found.warning:
        say_warning(found.warning)
    if not found.where:
        say_warning(f"{original} carries no credentials: the chain begins with the derivative")
