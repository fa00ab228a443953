"""The keys that are published: that which signs, and those before and after it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from edge_signer.execution.receipts.receipt_keys import ReceiptKeys
from edge_signer.platform.errors import KmsUnavailableError
from emulator.aws.services import in_process_services, moto_host
from tests.signers.kms_keys import KmsKeys

SPEC = "ECC_NIST_EDWARDS25519"


@pytest.fixture(scope="module")
def keys() -> KmsKeys:
    return KmsKeys(in_process_services(moto_host()))


class Kms:
    """KMS, which a test can switch off."""

    def __init__(self, kms: Any) -> None:
        self._kms = kms
        self.is_on = True
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        self.calls += 1
        if not self.is_on:
            return lambda **_: self._kms.get_public_key(KeyId="alias/nobody")
        return getattr(self._kms, name)


def test_the_next_key_can_be_pinned_before_it_signs(keys: KmsKeys) -> None:
    kms, alias = keys.aws.kms, "alias/published-receipts"
    kms.create_alias(AliasName=alias, TargetKeyId=keys.kept(SPEC))
    (current,) = ReceiptKeys(kms=lambda: kms, key_alias=alias).published()
    assert current.use == "current"

    other = keys.new(SPEC)
    kms.create_alias(AliasName=f"{alias}-next", TargetKeyId=other)
    kms.create_alias(AliasName=f"{alias}-previous", TargetKeyId=other)
    told = ReceiptKeys(kms=lambda: kms, key_alias=alias).published()
    assert [one.use for one in told] == ["current", "next", "previous"]
    assert told[0] == current
    assert told[1].public_key == told[2].public_key != current.public_key


@pytest.mark.parametrize("code", ["DisabledException", "KMSInvalidStateException"])
def test_a_key_that_kms_no_longer_tells_is_left_out_unless_it_signs(
    keys: KmsKeys, code: str
) -> None:
    class Without:
        def __init__(self, suffix: str) -> None:
            self.suffix = suffix

        def get_public_key(self, **arguments: str) -> Any:
            if arguments["KeyId"].endswith(self.suffix):
                raise ClientError(
                    {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}},
                    "GetPublicKey",
                )
            return keys.aws.kms.get_public_key(KeyId=keys.kept(SPEC))

        def describe_key(self, **arguments: str) -> Any:
            return keys.aws.kms.describe_key(**arguments)

    published = ReceiptKeys(kms=lambda: Without("-next"), key_alias="alias/r").published()
    assert [one.use for one in published] == ["current", "previous"]
    with pytest.raises(KmsUnavailableError):
        ReceiptKeys(kms=lambda: Without("/r"), key_alias="alias/r").published()


def test_keys_are_read_now_and_then_and_the_last_good_ones_serve(keys: KmsKeys) -> None:
    kms = Kms(keys.aws.kms)
    published = ReceiptKeys(kms=lambda: kms, key_alias=keys.kept(SPEC))
    kms.is_on = False
    for _ in range(3):
        with pytest.raises(KmsUnavailableError) as refused:
            published.published()
    assert kms.calls == 1
    assert isinstance(refused.value.__cause__, ClientError)
    kms.is_on = True
    published._keys.expire()
    first = published.published()
    calls = kms.calls
    assert published.published() == first
    assert kms.calls == calls
    published._keys.expire()
    kms.is_on = False
    assert published.published() == first
    assert kms.calls > calls


def test_a_key_of_another_kind_is_not_published(keys: KmsKeys) -> None:
    alias = keys.kept("ECC_NIST_P256")
    kms = Kms(keys.aws.kms)
    published = ReceiptKeys(kms=lambda: kms, key_alias=alias)
    for _ in range(3):
        with pytest.raises(KmsUnavailableError, match="Ed25519"):
            published.published()
    # The key, and its description.
    assert kms.calls == 2
