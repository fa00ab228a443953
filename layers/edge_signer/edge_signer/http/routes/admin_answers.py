"""The bodies of answers to operators."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from edge_signer.administration.audit_trail import DoneChange
from edge_signer.http.answer_models import AnswerBody
from edge_signer.kms_guard.breaker_rules import BreakerStatus


class ChangedAnswer(AnswerBody):
    """The change was recorded, and then made."""

    action: Annotated[str, Field(description="What was done, such as flags.update.")]
    target: Annotated[str, Field(description="The parameter or the item that was changed.")]
    before: Annotated[Any, Field(description="What it was; null for what was not there.")]
    after: Annotated[Any, Field(description="What it is; null for what is gone.")]
    operator: Annotated[str, Field(description="Whose token it was.")]
    audit_key: Annotated[str, Field(description="Where in the manifest bucket it is recorded.")]

    @classmethod
    def of(cls, done: DoneChange, operator: str) -> ChangedAnswer:
        """Tell of a change.

        Args:
            done: The change.
            operator: Whose token it was.
        """
        return cls(**vars(done.change), operator=operator, audit_key=done.audit_key)

    def to_json(self) -> str:
        """The body on the wire; null says something here."""
        return self.model_dump_json()


class BreakerAnswer(AnswerBody):
    """The circuit breaker as all workers share it."""

    service: Literal["kms"] = "kms"
    state: Literal["closed", "open", "half_open"]
    since_ms: Annotated[
        int, Field(description="When it last opened or closed, ms since 1970; 0 for never.")
    ]
    opened_by: Literal["throttle", "failures"] | None = None
    failure_count: Annotated[int, Field(description="Failures in the last minute.")]
    next_probe_ms: Annotated[
        int | None, Field(description="When the next probe may be taken; only while it is open.")
    ] = None

    @classmethod
    def of(cls, status: BreakerStatus) -> BreakerAnswer:
        """Tell of a breaker."""
        return cls(**vars(status))
