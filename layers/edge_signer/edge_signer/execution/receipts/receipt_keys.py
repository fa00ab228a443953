"""The published receipt keys, which clients pin.

A key's alias says its use: `…-receipts` signs now, `…-receipts-next` will sign after the next
rotation, and `…-receipts-previous` signed before the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from edge_signer.execution.receipts import ed25519
from edge_signer.kms_guard.kms_errors import KEY_IS_GONE, kms_error, refusal_code
from edge_signer.platform.errors import KmsUnavailableError
from edge_signer.platform.last_good import LastGood

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
        self._keys = LastGood(
            self._read, refresh_s=self.REFRESH_S, retry_s=self.RETRY_S, jitter=0.0
        )

    def published(self) -> tuple[PublishedKey, ...]:
        """Return the keys, the current one first. If KMS fails, give those that were read last.

        After a failure, the next attempt waits for `RETRY_S` seconds.

        Raises:
            KmsRateLimitError, KmsUnavailableError: KMS failed, and no keys were read before.
        """
        return self._keys()

    def _read(self) -> tuple[PublishedKey, ...]:
        try:
            return tuple(self._by_use())
        except (BotoCoreError, ClientError) as failure:
            raise kms_error(failure) from failure

    def _by_use(self) -> Iterator[PublishedKey]:
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
