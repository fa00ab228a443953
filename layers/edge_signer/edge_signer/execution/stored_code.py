"""Compiled code in the jobs bucket, so that a new execution environment does not compile again.

wasmtime runs compiled code as it is, so a person who can change it runs native code in the sandbox.
Therefore the jobs table holds the SHA-256 of each object, as it does for unsigned outcomes: code is
used only if both were written by the function. No key could leak, because there is none.

Objects are `compiled/<tenant>/<sha256 of the module>/<sha256 of the code>.cwasm`.
"""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from edge_signer.execution.sandbox.code_cache import CodeKey
from edge_signer.execution.sandbox.compiling import MAX_CODE_BYTES
from edge_signer.platform.clients import StoreCall
from edge_signer.platform.errors import StoreUnavailableError
from edge_signer.tenancy.conditional_table import ConditionalTable

#: One day less than the bucket keeps the objects.
KEPT_S = 29 * 24 * 60 * 60
# Change it whenever `sandbox/engine.py` or what a guest may import changes.
_CONFIGURATION = "2"
# No other item begins with it: tenants' names are not empty.
_CODE = "#code#"
_CALL = StoreCall("Compiled code cannot be read or kept.")


class StoredCode:
    """A shelf in S3, of which the table of jobs knows what is on it.

    If S3 or DynamoDB does not answer, modules are compiled again.

    Args:
        s3: Client of S3.
        bucket: Of jobs.
        table: Of jobs.
        complain: Called with a message for each object that is not what the function wrote.
        clock: Returns epoch seconds.
    """

    def __init__(
        self,
        s3: Any,
        bucket: str,
        table: ConditionalTable,
        complain: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._table = table
        self._complain = complain
        self._clock = clock

    def find(self, key: CodeKey) -> bytearray | None:
        """Return code exactly as it was kept under this key; None if there is none."""
        with suppress(StoreUnavailableError):
            match self._table.get(_item_id(key)):
                # DynamoDB may take days to delete an item that has expired.
                case {"code_sha256": str(digest), "expiration": int(ends_s)} if (
                    ends_s > self._clock()
                ):
                    return self._read(_object_key(key, digest), digest)
        return None

    def keep(self, key: CodeKey, code: bytearray) -> None:
        """Keep code for `KEPT_S`."""
        digest = hashlib.sha256(code).hexdigest()
        expiration = int(self._clock()) + KEPT_S
        with suppress(StoreUnavailableError):
            with _CALL:
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=_object_key(key, digest),
                    Body=bytes(code),
                    ContentType="application/octet-stream",
                )
            self._table.put(
                {"id": _item_id(key), "code_sha256": digest, "expiration": expiration},
                "attribute_not_exists(id) OR expiration <= :mine",
                {":mine": expiration},
            )

    def _read(self, object_key: str, code_sha256: str) -> bytearray | None:
        with _CALL:
            try:
                found = self._s3.get_object(Bucket=self._bucket, Key=object_key)
                code = bytearray(found["Body"].read(MAX_CODE_BYTES + 1))
            except self._s3.exceptions.NoSuchKey:
                return None
        if hashlib.sha256(code).hexdigest() == code_sha256:
            return code
        self._complain(f"not run: {object_key} does not match the table; it is compiled again")
        return None


def _object_key(key: CodeKey, code_sha256: str) -> str:
    return f"compiled/{key.tenant_id}/{key.module_sha256}/{code_sha256}.cwasm"


def _item_id(key: CodeKey) -> str:
    return f"{_CODE}{key.tenant_id}#{key.module_sha256}#{compiled_for()}"


@lru_cache(maxsize=1)
def compiled_for() -> str:
    """Name the wasmtime, the configuration and the processor that code is compiled for.

    wasmtime checks them all when it loads code. With the name, environments on other processors do
    not replace each other's.
    """
    told = (_CONFIGURATION, metadata.version("wasmtime"), platform.machine(), _processor_features())
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def _processor_features() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, features = line.partition(":")
        # On x86_64 and on aarch64.
        if name.strip() in {"flags", "Features"}:
            return " ".join(sorted(features.split()))
    return ""
