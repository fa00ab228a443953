"""The published receipt keys, which clients pin.

A key's alias says its use: `…-receipts` signs now, `…-receipts-next` will sign after the next
rotation, and `…-receipts-previous` signed before the last one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from edge_signer.execution.receipts import ed25519
from edge_signer.kms_guard.kms_errors import KEY_IS_GONE, kms_error, refusal_code
from edge_signer.platform.errors import EdgeSignerError, KmsUnavailableError

Use = Literal["current", "next", "previous"]
_SUFFIXES: dict[Use, str] = {"current": "", "next": "-next", "previous": "-previous"}


@dataclass(frozen=True)
class PublishedKey:
    """A key that clients may pin.

    Attributes:
        use: Whether it signs now, will sign, or has signed.
        key_id: Its name in attestations: the SHA-256 of its SubjectPublicKeyInfo, in hexadecimal.
        public_key: 32 bytes in hexadecimal.
        valid_from: When it was created.
    """

    use: Use
    key_id: str
    public_key: str
    valid_from: datetime


class ReceiptKeys:
    """Reads the keys from KMS and caches them.

    Needs `kms:GetPublicKey` and `kms:DescribeKey` on the keys.

    Args:
        kms: Returns a client in the keys' region.
        key_alias: `alias/…` of the key that signs.
    """

    REFRESH_S = 300.0
    RETRY_S = 10.0

    def __init__(self, *, kms: Callable[[], Any], key_alias: str) -> None:
        self._kms = kms
        self._key_alias = key_alias
        self._lock = threading.Lock()
        self._last_good: tuple[PublishedKey, ...] = ()
        self._failure: EdgeSignerError | None = None
        self._fresh_until_s = 0.0

    def published(self) -> tuple[PublishedKey, ...]:
        """Return the keys, the current one first. If KMS fails, give those that were read last.

        After a failure, the next attempt waits for `RETRY_S` seconds.

        Raises:
            KmsRateLimitError, KmsUnavailableError: KMS failed, and no keys were read before.
        """
        with self._lock:
            if time.monotonic() >= self._fresh_until_s:
                self._failure = self._refresh()
                wait_s = self.REFRESH_S if self._failure is None else self.RETRY_S
                self._fresh_until_s = time.monotonic() + wait_s
            if self._failure is not None and not self._last_good:
                # Otherwise each request would lengthen its traceback.
                raise self._failure.with_traceback(None)
            return self._last_good

    def _refresh(self) -> EdgeSignerError | None:
        try:
            self._last_good = tuple(self._read())
        except (BotoCoreError, ClientError) as failure:
            told = kms_error(failure)
            told.__cause__ = failure
            return told
        except EdgeSignerError as failure:
            return failure
        return None

    def _read(self) -> Iterator[PublishedKey]:
        for use, suffix in _SUFFIXES.items():
            try:
                yield self._published(use, f"{self._key_alias}{suffix}")
            except ClientError as failure:
                # IAM denies access to an alias that does not exist, and KMS describes no key that
                # is disabled or scheduled for deletion.
                if use == "current" or refusal_code(failure) not in KEY_IS_GONE:
                    raise

    def _published(self, use: Use, alias: str) -> PublishedKey:
        kms = self._kms()
        found = kms.get_public_key(KeyId=alias)
        metadata = kms.describe_key(KeyId=found["KeyId"])["KeyMetadata"]
        public_key = ed25519.from_subject_public_key_info(found["PublicKey"])
        if public_key is None:
            raise KmsUnavailableError("A receipt key is not an Ed25519 key.")
        key_id = ed25519.key_id(public_key)
        return PublishedKey(use, key_id, public_key.hex(), metadata["CreationDate"])
