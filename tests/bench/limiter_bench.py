"""What the rate limiter adds to a request: all of it, and what remains without botocore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import botocore.session
from botocore.config import Config
from rich.table import Table

from cli.running_system import running_system
from edge_signer.platform.dynamodb_rate_limiter import TIMEOUT_S, DynamoDbRateLimiter
from tests.bench.measurement import medians_us
from tests.limits.flood import TABLE

# One admission in 0.6 s keeps a hundred in the item, which is the most that the usual limits do.
APART_S = 0.6


class AgreeingDynamoDb:
    """A DynamoDB that agrees with everything, at once."""

    def update_item(self, **_: Any) -> dict[str, Any]:
        return {}


@contextmanager
def _dynamodb() -> Iterator[Any]:
    with TemporaryDirectory() as folder, running_system(Path(folder)) as state:
        yield botocore.session.Session().create_client(
            "dynamodb",
            region_name="us-east-1",
            endpoint_url=state.aws_endpoint,
            aws_access_key_id="bench",
            aws_secret_access_key="bench",
            config=Config(read_timeout=TIMEOUT_S, retries={"total_max_attempts": 1}),
        )


def limiter(dynamodb: Any) -> DynamoDbRateLimiter:
    """A limiter whose clock goes on by itself, so that it never refuses."""

    def complain(line: str) -> None:
        raise AssertionError(line)

    moments = count()
    return DynamoDbRateLimiter(dynamodb, TABLE, complain, lambda: 1e9 + APART_S * next(moments))


def tables() -> Iterator[Table]:
    """Measure both with a hundred admissions in the item."""

    with _dynamodb() as dynamodb:
        whole, ours = limiter(dynamodb), limiter(AgreeingDynamoDb())
        for _ in range(100):
            whole.admit("bench")
            ours.admit("bench")
        taken_us = medians_us(
            {
                "one conditional write, DynamoDB emulated": lambda: whole.admit("bench"),
                "of that outside botocore": lambda: ours.admit("bench"),
            }
        )
    table = Table("rate limit of a request, median", "µs", title="Rate limiter")
    for name, median_us in taken_us.items():
        table.add_row(name, f"{median_us:.0f}")
    yield table
