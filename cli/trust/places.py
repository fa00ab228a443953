"""Where trust lists are installed: in a folder of this machine, and in a deployment's bucket."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.deployment import Deployment, deployment
from cli.terminal import EXIT_USAGE, fail
from edge_signer.verification.trust_lists.installed_list import (
    FOLDER,
    LIST_NAME,
    MAX_LISTS,
    SUFFIX,
    InstalledList,
    key_of,
)
from emulator.files import write_atomically
from emulator.local_state import LocalState, NotRunningError, default_directory


class ListPlace(ABC):
    """A place with installed lists."""

    @abstractmethod
    def names(self) -> list[str]:
        """Return the names of its lists, in order."""

    @abstractmethod
    def document(self, name: str) -> bytes | None:
        """Return a list's document; None if it is not installed."""

    @abstractmethod
    def write(self, installed: InstalledList) -> str:
        """Install a list in place of any of its name, and say where it is."""

    @abstractmethod
    def remove(self, name: str) -> str:
        """Remove a list, and say where it was."""

    def find(self, name: str) -> InstalledList | None:
        """Return a list; None if it is not installed.

        Raises:
            TrustListError: It cannot be read.
        """
        document = self.document(name)
        return None if document is None else InstalledList.from_json(document)

    def require_room(self, name: str) -> None:
        """End the command if a list would be one too many."""
        names = self.names()
        if name not in names and len(names) >= MAX_LISTS:
            fail(f"{MAX_LISTS} lists are installed: remove one first", EXIT_USAGE)


@dataclass(frozen=True)
class FolderPlace(ListPlace):
    """The folder that `edge-signer verify` reads.

    Attributes:
        state: The state directory, in which the folder is.
    """

    state: Path

    def names(self) -> list[str]:
        """Return the names of the files."""
        return _names(file.name for file in (self.state / FOLDER).glob(f"*{SUFFIX}"))

    def document(self, name: str) -> bytes | None:
        """Read a file.

        Raises:
            OSError: It is there and cannot be read.
        """
        try:
            return self._file(name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, installed: InstalledList) -> str:
        """Write a file in one step.

        Raises:
            OSError: It cannot be written.
        """
        file = self._file(installed.name)
        write_atomically(file, installed.to_json(), mode=0o644)
        return str(file)

    def remove(self, name: str) -> str:
        """Delete a file.

        Raises:
            OSError: It cannot be deleted.
        """
        file = self._file(name)
        file.unlink(missing_ok=True)
        return str(file)

    def _file(self, name: str) -> Path:
        return self.state / key_of(name)


@dataclass(frozen=True)
class BucketPlace(ListPlace):
    """The bucket that the verify function reads.

    Methods raise botocore's BotoCoreError or ClientError if S3 refuses or does not answer.

    Attributes:
        s3: Client.
        bucket: The manifest bucket.
    """

    s3: Any
    bucket: str

    def names(self) -> list[str]:
        """Return the names of the objects."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{FOLDER}/"
        )
        keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
        return _names(key.removeprefix(f"{FOLDER}/") for key in keys)

    def document(self, name: str) -> bytes | None:
        """Read an object."""
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=key_of(name))
        except self.s3.exceptions.NoSuchKey:
            return None
        return bytes(answer["Body"].read())

    def write(self, installed: InstalledList) -> str:
        """Write an object."""
        self.s3.put_object(
            Bucket=self.bucket,
            Key=key_of(installed.name),
            Body=installed.to_json(),
            ContentType="application/json",
        )
        return self._address(installed.name)

    def remove(self, name: str) -> str:
        """Delete an object; its older versions stay in the bucket."""
        self.s3.delete_object(Bucket=self.bucket, Key=key_of(name))
        return self._address(name)

    def _address(self, name: str) -> str:
        return f"s3://{self.bucket}/{key_of(name)}"


def places(stage: str | None, region: str | None, state: Path | None) -> list[ListPlace]:
    """Find where a command's lists are; what it reads, it reads in the first place.

    Args:
        stage: A stage on AWS, whose bucket is the only place; None for this machine.
        region: The stage's region.
        state: The emulator's state directory; None for the default. If an emulator is running on
            it, its bucket is a second place.
    """
    if stage is not None or region is not None:
        return [_bucket_of(deployment(stage, region, state))]
    directory = state or default_directory()
    found: list[ListPlace] = [FolderPlace(directory)]
    try:
        LocalState.load(directory)
    except NotRunningError:
        return found
    return [*found, _bucket_of(deployment(None, None, state))]


def require_name(name: str) -> None:
    """End the command unless a list may have this name."""
    if not LIST_NAME.fullmatch(name):
        fail(
            f"{name} is not a list's name: use up to 63 lower-case letters, digits and hyphens, "
            "and no hyphen first",
            EXIT_USAGE,
        )


def _bucket_of(target: Deployment) -> BucketPlace:
    bucket = target.variables("sign").get("MANIFEST_BUCKET", "")
    return BucketPlace(target.client("s3"), bucket)


def _names(files: Any) -> list[str]:
    found = (file.removesuffix(SUFFIX) for file in files if file.endswith(SUFFIX))
    return sorted(name for name in found if LIST_NAME.fullmatch(name))
