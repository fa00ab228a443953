"""Gives a derivative: the one that is kept, or a new one, which is made and signed once."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import Protocol

from edge_signer.derivatives.errors import DerivativeNotReadyError, UnsuitableOriginalError
from edge_signer.derivatives.kept_derivatives import DerivativeBucket, Turns
from edge_signer.derivatives.originals import Original, OriginalBucket
from edge_signer.derivatives.variant import Variant
from edge_signer.platform.deadline import Deadline
from edge_signer.telemetry.request_record import RequestRecord

#: The largest derivative: in base64, it fits into Lambda's answer.
MAX_DERIVATIVE_BYTES = 4 * 1024 * 1024
# What an answer takes at the end.
_ANSWERING_S = 1.0
_WAIT_S = 0.25


class Maker(Protocol):
    """Makes derivatives, and has them signed."""

    def make(self, key: str, content: bytes, sidecar: bytes | None, variant: Variant) -> bytes:
        """Make a derivative with its manifest inside.

        Args:
            key: Of the original.
            content: The original.
            sidecar: The manifest store beside it; None for none.
            variant: What is wanted.

        Raises:
            UnsuitableOriginalError, DerivativeRefusedError, DerivativeNotReadyError: It was not.
        """


@dataclass(frozen=True)
class Kept:
    """A signed derivative.

    Attributes:
        name: Stands for this version of the original and this variant.
        media_type: What it is.
        content: The file.
    """

    name: str
    media_type: str
    content: bytes


class DerivativeService:
    """Gives derivatives of the originals of one bucket.

    Args:
        originals: The originals.
        kept: What was made.
        turns: Whose turn it is.
        maker: Makes and signs.
        recipe: Names what else derivatives depend on, such as the policy.
    """

    def __init__(
        self,
        originals: OriginalBucket,
        kept: DerivativeBucket,
        turns: Turns,
        maker: Maker,
        recipe: str,
    ) -> None:
        self._originals = originals
        self._kept = kept
        self._turns = turns
        self._maker = maker
        self._recipe = recipe

    def derivative(
        self,
        key: str,
        version_id: str | None,
        variant: Variant,
        record: RequestRecord,
        deadline: Deadline,
    ) -> Kept:
        """Give a derivative; if another worker makes it, wait for that.

        Args:
            key: Of the original.
            version_id: The original's version; None for the current one.
            variant: What is wanted.
            record: Receives the times.
            deadline: Of the request.

        Raises:
            EdgeSignerError: One of the catalogue.
        """
        with record.stopwatch.step("find"):
            original = self._originals.find(key, version_id)
            name = self._name(original, variant)
            content = self._kept.get(name)
        media_type = f"image/{variant.format}"
        while content is None:
            with self._turns.turn(name) as is_ours:
                # The worker that had the turn before has perhaps made it.
                content = self._kept.get(name)
                if content is None and is_ours:
                    content = self._made(original, variant, record)
                    with record.stopwatch.step("store"):
                        self._kept.put(name, content, media_type)
            if content is None:
                if deadline.left_s() < _ANSWERING_S + _WAIT_S:
                    raise DerivativeNotReadyError(
                        "The derivative is still being made.", retry_after_s=2
                    )
                with record.stopwatch.step("wait"):
                    time.sleep(_WAIT_S)
        return Kept(name, media_type, content)

    def _made(self, original: Original, variant: Variant, record: RequestRecord) -> bytes:
        with record.stopwatch.step("read"):
            content, sidecar = self._originals.read(original)
        with record.stopwatch.step("make"):
            made = self._maker.make(original.key, content, sidecar, variant)
        if len(made) > MAX_DERIVATIVE_BYTES:
            raise UnsuitableOriginalError(
                f"The derivative has more than {MAX_DERIVATIVE_BYTES} bytes; ask for a smaller one."
            )
        return made

    def _name(self, original: Original, variant: Variant) -> str:
        parts = [original.key, original.version_id, original.etag, original.sidecar_etag]
        whole = json.dumps([*parts, str(variant), self._recipe])
        return f"{hashlib.sha256(whole.encode()).hexdigest()}.{variant.format}"
