"""Signs one asset of `edge-signer sign`, and tells what became of it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

from cli.found_ingredient import UnreadableCredentialsError
from cli.progress import UNSEEN, LongTask
from cli.signing.actions import ActionsError
from cli.signing.places import Place
from cli.signing.statements import Said, Statements
from cli.terminal import EXIT_USAGE, sidecar_of
from edge_signer_client import (
    AssetLayoutError,
    CredentialsError,
    EdgeSigner,
    EdgeSignerClientError,
    RefusedError,
    SignedAsset,
    TargetError,
    UnexpectedAnswerError,
    UnreachableError,
    embed_file,
)
from emulator.files import write_atomically

# What one asset is refused for, all others would be refused for too.
_OF_ALL = {401, 403, 429}
_SOME_STORE_BYTES = 4096  # only whether a store has a place in the file is asked


@dataclass(frozen=True)
class Signed:
    """An asset was signed.

    Attributes:
        answer: The signer's, of the manifest in the target, or of the sidecar if there is none.
        said: What the manifest says.
        signed_bytes: Size of the target; 0 if it was there already.
        sidecar_bytes: Size of the sidecar; 0 if it was there already.
        is_sidecar_replaced: Whether there was an earlier one.
        verified_by: The engine that found the target valid; empty for none.
    """

    answer: SignedAsset
    said: Said
    signed_bytes: int = 0
    sidecar_bytes: int = 0
    is_sidecar_replaced: bool = False
    verified_by: str = ""


@dataclass(frozen=True)
class Skipped:
    """Nothing was to be done; the text says why."""

    text: str


@dataclass(frozen=True)
class Failed:
    """An asset could not be signed.

    Attributes:
        text: Why, in one line that names the file.
        code: The API's code, or the layout's name of what is wrong; empty for another reason.
        exit_code: Of a command for this asset alone.
        is_of_all: Whether it says nothing about the asset, so that the others would fail too.
    """

    text: str
    code: str = ""
    exit_code: int = 1
    is_of_all: bool = False


class _InvalidError(EdgeSignerClientError):
    """c2pa-rs finds what was about to be written invalid."""


@dataclass(frozen=True, kw_only=True)
class AssetSigner:
    """Signs assets in the same way, one after another or several at once.

    Attributes:
        client: Of the tenant.
        policy_id: The policy to sign under.
        statements: What the manifests say.
        remote: Whether targets get only the address of their manifest.
        in_place: Whether targets are the assets themselves.
        force: Whether to replace files that exist.
        verify: Whether c2pa-rs validates a target before it is there.
        is_batch: Whether it is given several assets; then what an earlier run did is left.
        task: Is told how far the asset is.
    """

    client: EdgeSigner
    policy_id: str
    statements: Statements
    remote: bool
    in_place: bool
    force: bool
    verify: bool
    is_batch: bool
    task: LongTask = UNSEEN

    def sign(self, place: Place) -> Signed | Skipped | Failed:
        """Sign an asset and write what belongs to it."""
        try:
            left = self._left_to_write(place)
            if left.target is None and left.sidecar is None:
                return Skipped(_what_exists(place))
            own = self.statements.own(place.asset)
            if own is not None and own.is_inside and self._stays(place):
                return Skipped(f"{place.asset} carries credentials; --force signs it again")
            return self._signed(left, self.statements.about(place.asset, own))
        except AssetLayoutError as refused:
            return self._not_laid_out(place, refused)
        except (ActionsError, EdgeSignerClientError, OSError) as failure:
            if isinstance(failure, UnreadableCredentialsError) and place.target is not None:
                # Then nothing can be written into the file either.
                return self._not_laid_out(place, failure.layout_error)
            failed = failure_of(place.asset, failure)
            if failed.code == "INVALID_INGREDIENT":
                told = f"; put {sidecar_of(place.asset).name} beside it, or sign with --no-parent"
                failed = replace(failed, text=failed.text + told)
            return failed

    def _not_laid_out(self, place: Place, refused: AssetLayoutError) -> Skipped | Failed:
        if refused.name == "UnknownFormat" and not place.is_named:
            return Skipped(f"{place.asset}: {refused}")
        told = f"{place.asset}: {refused}"
        if refused.name == "AlreadySigned" and self.remote:
            told += "; without --remote, the new file holds it"
        return Failed(told, refused.name)

    def _stays(self, place: Place) -> bool:
        """Tell whether an earlier run has replaced the asset by a signed one."""
        return place.target is not None and self.in_place and self.is_batch and not self.force

    def _left_to_write(self, place: Place) -> Place:
        """Return the place without the outputs that exist and stay."""
        target, sidecar = place.target, place.sidecar
        if target is not None and target.exists() and not self.in_place:
            if target.samefile(place.asset):
                raise TargetError(f"{target} is the file to sign; --in-place replaces it")
            if not self.force:
                target = None
        if sidecar is not None and not self.force and sidecar.exists():
            if self.is_batch:
                stays = sidecar.stat().st_mtime_ns >= place.asset.stat().st_mtime_ns
            else:
                stays = place.target is not None and target is None
            sidecar = None if stays else sidecar
        return replace(place, target=target, sidecar=sidecar)

    def _signed(self, place: Place, said: Said) -> Signed:
        answer, verified_by, signed_bytes = None, "", 0
        if place.target is not None:
            self._make_folder(place.asset, place.target.parent)
            answer = embed_file(
                self.client,
                place.asset,
                place.target,
                self.policy_id,
                said.assertions,
                remote=self.remote,
                replace_store=True,
                in_place=self.in_place,
                check=self._require_valid if self.verify else None,
                progress=self.task.written,
                **said.options,
            )
            signed_bytes = place.target.stat().st_size
            if self.verify:
                from central_signer.verification.engine import engine_name

                verified_by = engine_name()
        if place.sidecar is None:
            assert answer is not None  # noqa: S101 - a place has one of the two
            return Signed(answer, said, signed_bytes, verified_by=verified_by)
        if not os.access(place.sidecar.parent, os.W_OK):
            raise TargetError(f"{place.sidecar.parent} cannot be written")
        self.task.stage(f"hashing {place.asset.name}")
        with place.asset.open("rb") as asset:
            mode = os.fstat(asset.fileno()).st_mode & 0o666
            asset_sha256 = hashlib.file_digest(asset, "sha256").hexdigest()
        of_sidecar = self.client.sign(asset_sha256, self.policy_id, said.assertions, **said.options)
        manifest_store = of_sidecar.manifest_store
        is_replaced = place.sidecar.exists()
        write_atomically(place.sidecar, manifest_store, mode=mode)
        return Signed(
            *(answer or of_sidecar, said, signed_bytes),
            *(len(manifest_store), is_replaced, verified_by),
        )

    def _make_folder(self, asset: Path, folder: Path) -> None:
        """Make the folder of a signed file, but none for an asset that cannot be signed."""
        if folder.exists():
            return
        from edge_signer_client.embedding import AssetLayout
        from edge_signer_client.reference import Reference

        with asset.open("rb") as content:
            if self.remote:
                Reference(content)
            else:
                AssetLayout(content, _SOME_STORE_BYTES, replace=True)
        folder.mkdir(parents=True, exist_ok=True)

    def _require_valid(self, signed: Path, answer: SignedAsset) -> None:
        from central_signer.verification.engine import remote_manifest_url, validation_failures

        self.task.stage("c2pa-rs checks the signed file")
        store = answer.manifest_store if self.remote else None
        if self.remote:
            url = remote_manifest_url(signed, answer.media_type)
            if url != answer.manifest_url:
                raise _InvalidError(
                    f"{signed}: c2pa-rs reads {url or 'no address'} in it, and not "
                    f"{answer.manifest_url}"
                )
        if failures := validation_failures(signed, answer.media_type, store):
            raise _InvalidError(f"{signed}: c2pa-rs refuses it: {', '.join(failures)}")


def _what_exists(place: Place) -> str:
    files = [str(file) for file in (place.target, place.sidecar) if file is not None]
    verb, them = ("exists", "it") if len(files) == 1 else ("exist", "them")
    return f"{' and '.join(files)} {verb}; --force replaces {them}"


def failure_of(asset: Path, failure: ActionsError | EdgeSignerClientError | OSError) -> Failed:
    """Say why an asset could not be signed."""
    if isinstance(failure, ActionsError):
        return Failed(f"{asset}: {failure}", exit_code=EXIT_USAGE)
    if isinstance(failure, OSError):
        reason = failure.strerror or failure
        return Failed(f"{failure.filename or asset}: {reason}", exit_code=EXIT_USAGE)
    if isinstance(failure, RefusedError):
        # A failure of the server has outlasted the client's patience already.
        is_of_all = failure.status in _OF_ALL or failure.status >= 500
        is_of_all = is_of_all or isinstance(failure, UnexpectedAnswerError)
        return Failed(f"{asset}: {failure}", failure.code, is_of_all=is_of_all)
    if isinstance(failure, TargetError):
        return Failed(str(failure), exit_code=EXIT_USAGE)
    return Failed(str(failure), is_of_all=isinstance(failure, UnreachableError | CredentialsError))
