"""An operator's order to make KMS fail for a while, as it stands in its parameter of SSM."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FailureType = Literal["429_rate_limit", "503_service_unavailable", "timeout"]
Scope = Literal["edge", "all"]
MAX_DURATION_S = 3600


class ChaosOrder(BaseModel, defer_build=True):
    """One order; it ends by itself.

    Attributes:
        failure_type: What KMS seems to do.
        failure_rate: The share of calls that fail, from 0 to 1.
        ends_at_s: When it is over, in seconds since 1970; 0 of an order that was taken back.
        scope: Whose calls fail: the edge's, or the central signer's too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    failure_type: FailureType
    failure_rate: Annotated[float, Field(ge=0, le=1)]
    ends_at_s: Annotated[int, Field(ge=0)]
    scope: Scope = "edge"

    def is_in_force(self, now_s: float) -> bool:
        """Tell whether it holds; one that ends later than any may was not ordered over /admin.

        Args:
            now_s: Seconds since 1970.
        """
        return now_s < self.ends_at_s <= now_s + MAX_DURATION_S


def chaos_parameter(stage: str) -> str:
    """Name of the parameter that holds the order of a stage."""
    return f"/edge-signer/{stage}/chaos"


def read_order(ssm: Any, parameter: str) -> ChaosOrder | None:
    """Read the order; None where there is none, or a text that is no order.

    Args:
        ssm: Client; needs `ssm:GetParameter`.
        parameter: Name of the parameter.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: SSM does not answer.
    """
    try:
        answer = ssm.get_parameter(Name=parameter)
        return ChaosOrder.model_validate_json(answer["Parameter"]["Value"])
    except (ssm.exceptions.ParameterNotFound, ValidationError):
        return None
