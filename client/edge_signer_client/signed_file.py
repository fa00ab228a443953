"""Signs a file into a new file, of which there is all or nothing."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from typing import Any, BinaryIO, Unpack

from edge_signer_client.errors import EdgeSignerClientError
from edge_signer_client.request_body import SigningOptions
from edge_signer_client.signed_asset import SignedAsset
from edge_signer_client.signer import EdgeSigner

# Room for a manifest store and the file system's own needs.
_SPARE_BYTES = 1024 * 1024
_LONGEST_NAME_BYTES = 255


class TargetError(EdgeSignerClientError):
    """The signed file cannot be written where it should be; nothing was signed."""


class ChangedAssetError(EdgeSignerClientError):
    """Something else changed the asset while it was signed; nothing was written."""


def embed_file(
    signer: EdgeSigner,
    asset: Path,
    target: Path,
    policy_id: str,
    assertions: dict[str, Any],
    *,
    remote: bool = False,
    replace_store: bool = False,
    in_place: bool = False,
    check: Callable[[Path, SignedAsset], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
    **options: Unpack[SigningOptions],
) -> SignedAsset:
    """Sign an asset and write it, with its manifest inside, to another file.

    The target appears when it is complete and on the disk; whatever happens before, there is no
    part of it, and an earlier file of that name stays. Works on Linux and macOS.

    Args:
        signer: Of the tenant.
        asset: The file to sign.
        target: The file to write; it gets the permissions of the asset.
        policy_id: The policy to sign under.
        assertions: Content of each assertion by its label.
        remote: Whether the file gets only the manifest's address, in its XMP.
        replace_store: Whether a manifest store that the asset carries already is left out.
        in_place: Whether the target may be the asset itself.
        check: Called with the finished file and the answer before the file gets the target's name;
            what it raises leaves no target.
        progress: Called as in `EdgeSigner.embed`; None for nothing.
        options: What else the manifest says, as `SigningOptions`.

    Raises:
        TargetError: The target is the asset, another process writes it, or there is no space.
        ChangedAssetError: The asset changed meanwhile.
        AssetLayoutError, EdgeSignerClientError, OSError: As `EdgeSigner.embed`.
    """
    # A link stays one, and its file is replaced.
    target = target.resolve()
    if target.exists():
        if not target.is_file():
            raise TargetError(f"{target} is not a file, and is not replaced")
        if target.samefile(asset):
            _require_replaceable(target, in_place=in_place)
    with asset.open("rb", buffering=0) as source:
        before = os.fstat(source.fileno())
        _require_space(target.parent, before.st_size)
        with _partial(target) as signed:
            # At once, so that what is written is never more open than the asset.
            os.fchmod(signed.fileno(), before.st_mode & 0o777)
            answer = signer.embed(
                source,
                signed,
                policy_id,
                assertions,
                remote=remote,
                replace_store=replace_store,
                progress=progress,
                **options,
            )
            if check is not None:
                check(_partial_path(target), answer)
            _take_over(signed.fileno(), source.fileno(), before)
            os.fsync(signed.fileno())
            # As late as possible: in place, what somebody else has written since would be lost.
            if _identity(before) != _identity(os.stat(asset)):
                raise ChangedAssetError(f"{asset} changed while it was signed")
            _partial_path(target).replace(target)
    _sync_folder(target.parent)
    return answer


@contextmanager
def _partial(target: Path) -> Iterator[BinaryIO]:
    """Open the file that becomes the target; it is removed if it does not.

    Its name follows from the target's, so the next run takes over what a killed one left behind.
    """
    path = _partial_path(target)
    while True:
        # In a folder that others may write to, the name may be theirs.
        descriptor = os.open(
            path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600
        )
        status = os.fstat(descriptor)
        if status.st_uid != os.geteuid() or status.st_nlink > 1 or not S_ISREG(status.st_mode):
            os.close(descriptor)
            raise TargetError(f"{path} is in the way: it is not an unfinished file; remove it")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise TargetError(f"another process is writing {target}") from None
        # The process that had the lock may have renamed or removed what is open here.
        if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
            break
        os.close(descriptor)
    with open(descriptor, "r+b", buffering=0) as signed:
        try:
            yield signed
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _partial_path(target: Path) -> Path:
    name = f".{target.name}.part"
    if len(os.fsencode(name)) > _LONGEST_NAME_BYTES:
        name = f".{hashlib.sha256(os.fsencode(target.name)).hexdigest()}.part"
    return target.with_name(name)


def _require_replaceable(asset: Path, *, in_place: bool) -> None:
    if not in_place:
        raise TargetError(f"{asset} is the asset itself; allow in_place to replace it")
    if asset.stat().st_nlink > 1:
        raise TargetError(f"{asset} has another name (a hard link), which would stay unsigned")


def _take_over(signed: int, asset: int, status: os.stat_result) -> None:
    """Give a new file the owner, attributes and permissions of the asset, as far as one may."""
    with suppress(OSError):
        os.fchown(signed, status.st_uid, status.st_gid)
    # macOS has them too, but not in Python.
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(asset):
                os.setxattr(signed, name, os.getxattr(asset, name))
    os.fchmod(signed, status.st_mode & 0o777)


def _require_space(folder: Path, asset_bytes: int) -> None:
    free_bytes = shutil.disk_usage(folder).free
    needed_bytes = asset_bytes + _SPARE_BYTES
    if free_bytes < needed_bytes:
        raise TargetError(f"{folder} has {free_bytes} bytes free, and {needed_bytes} are needed")


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _sync_folder(folder: Path) -> None:
    """Write the renaming to the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
