"""The settings of the derive function, and the service built from them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from edge_signer.configuration.settings import SwitchedSettings
from edge_signer.derivatives.kept_derivatives import DerivativeBucket, Turns
from edge_signer.derivatives.originals import OriginalBucket
from edge_signer.derivatives.service import DerivativeService, Maker
from edge_signer.derivatives.variant import Variant
from edge_signer.platform.clients import client
from edge_signer.tenancy.conditional_table import ConditionalTable

# A derivative is written once, even if that is repeated.
_S3_ATTEMPTS = 3


def _variants(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return frozenset(Variant.parse(one.strip()) for one in value.split(",") if one.strip())


class DeriveSettings(SwitchedSettings):
    """The environment of the derive function, as set by `template.yaml`.

    Attributes:
        originals_bucket: Holds the originals; empty if there are none.
        derivatives_bucket: Holds what was made.
        derivative_variants: The widths and formats that are made, such as `800.webp`.
        derivative_policy: The policy to sign under.
        derivatives_token: Name of the SSM parameter with the API token of the tenant that signs.
        requests_table: Says whose turn it is.
        sign_function: Name of the function of `POST /edge-sign`.
        verify_function: Name of the function of `POST /verify/uploads`.
    """

    originals_bucket: str = Field("", pattern=r"^([a-z0-9][a-z0-9.-]{2,62})?$")
    derivatives_bucket: str = Field(min_length=3)
    derivative_variants: Annotated[frozenset[Variant], BeforeValidator(_variants)] = frozenset()
    derivative_policy: str = Field(min_length=1, max_length=64)
    derivatives_token: str = Field(pattern=r"^/[A-Za-z0-9._/-]+$")
    requests_table: str = Field(min_length=3)
    sign_function: str = Field(pattern=r"^[A-Za-z0-9_:-]+$")
    verify_function: str = Field(pattern=r"^[A-Za-z0-9_:-]+$")


def derivative_service(settings: DeriveSettings, maker: Maker) -> DerivativeService:
    """Build the service.

    Args:
        settings: Of the function.
        maker: Makes and signs.
    """
    s3 = client("s3", settings.aws_region, attempts=_S3_ATTEMPTS)
    table = ConditionalTable(client("dynamodb", settings.aws_region), settings.requests_table)
    return DerivativeService(
        OriginalBucket(s3, settings.originals_bucket),
        DerivativeBucket(s3, settings.derivatives_bucket),
        Turns(table),
        maker,
        settings.derivative_policy,
    )
