"""The trust lists of a deployment: objects under `trust/` of the manifest bucket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.platform.last_good import LastGood
from edge_signer.verification.trust import TrustList, TrustLists
from edge_signer.verification.trust_lists.content import TrustListError
from edge_signer.verification.trust_lists.installed_list import (
    FOLDER,
    MAX_DOCUMENT_BYTES,
    MAX_LISTS,
    SUFFIX,
    InstalledList,
)

#: Seconds for which lists serve before S3 is asked for newer ones.
REFRESH_S = 300.0
_RETRY_S = 1.0
_READING = StoreCall("The trust lists cannot be read; try again.")


class TrustListBucket:
    """The lists in a bucket, the last good ones while S3 fails or a list is damaged.

    Needs `s3:ListBucket` on the bucket for the prefix `trust/`, and `s3:GetObject` on `trust/*`.

    Args:
        s3: Client.
        bucket: Its name.
        complain: Called once with a line for each damaged list.
        refresh_s: Seconds for which lists serve before they are read again.
        retry_s: As in `LastGood`.
    """

    def __init__(
        self,
        s3: Any,
        bucket: str,
        complain: Callable[[str], None],
        *,
        refresh_s: float = REFRESH_S,
        retry_s: float = _RETRY_S,
    ) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._complain = complain
        self._complaints: set[str] = set()
        self._known: dict[tuple[str, str], tuple[TrustList, ...]] = {}
        self._lists = LastGood(self._read, refresh_s=refresh_s, retry_s=retry_s)

    def __call__(self) -> TrustLists:
        """Return the lists, in the order of their names.

        Returns:
            The same object for as long as the lists stay the same.

        Raises:
            StoreUnavailableError: S3 failed or a list is damaged, and there are no good lists yet.
                Without one of its lists a verifier would call signers untrusted whom it trusts.
        """
        return self._lists()

    def _read(self) -> TrustLists:
        with _READING:
            found = self._s3.list_objects_v2(
                Bucket=self._bucket, Prefix=f"{FOLDER}/", MaxKeys=MAX_LISTS
            )
            if found.get("IsTruncated"):
                raise self._damaged(f"there are more than {MAX_LISTS} of them")
            versions = [
                (str(one["Key"]), str(one["ETag"]))
                for one in found.get("Contents", [])
                if one["Key"].endswith(SUFFIX)
            ]
            # A list that is in the bucket unchanged is not read again.
            self._known = {
                version: self._known.get(version) or self._read_one(*version)
                for version in versions
            }
        return TrustLists(tuple(one for lists in self._known.values() for one in lists))

    def _read_one(self, key: str, etag: str) -> tuple[TrustList, ...]:
        answer = self._s3.get_object(Bucket=self._bucket, Key=key, IfMatch=etag)
        try:
            document = answer["Body"].read(MAX_DOCUMENT_BYTES + 1)
            return InstalledList.from_json(document).trust_lists()
        except TrustListError as broken:
            raise self._damaged(f"{key}: {broken}") from broken

    def _damaged(self, reason: str) -> StoreUnavailableError:
        line = f"trust lists not read: {reason}"
        if line not in self._complaints:
            self._complaints.add(line)
            self._complain(line)
        return StoreUnavailableError("An installed trust list is damaged.", retry_after_s=60)
