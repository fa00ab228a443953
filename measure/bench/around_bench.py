"""What protects and observes a request adds to it: all of it, and what remains without botocore."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import botocore.session
from botocore.config import Config
from rich.table import Table

from cli.running_system import running_system
from edge_signer.configuration.flags import Flags, OperatorFlags
from edge_signer.configuration.parameters import SsmParameterFolder
from edge_signer.configuration.settings import TelemetrySettings
from edge_signer.http.idempotency import Idempotency, KeptAnswer
from edge_signer.telemetry.request_record import RequestRecord
from edge_signer.telemetry.telemetry import Telemetry
from edge_signer.tenancy.dynamodb_rate_limiter import TIMEOUT_S, DynamoDbRateLimiter
from measure.bench.measurement import medians_us
from measure.limits.flood import TABLE

# One admission in 0.6 s keeps a hundred in the item, which is the most that the usual limits do.
APART_S = 0.6
# Once to decide, once to say how the tenant stands.
CLOCK_READINGS = 2
REQUESTS_TABLE = "edge-signer-dev-requests"


class AgreeingDynamoDb:
    """A DynamoDB that accepts every write at once and answers with what the write sets."""

    def update_item(self, **update: Any) -> dict[str, Any]:
        values = update.get("ExpressionAttributeValues", {})
        return {"Attributes": {name.removeprefix(":"): value for name, value in values.items()}}

    put_item = update_item


@contextmanager
def _services() -> Iterator[tuple[Any, Any]]:
    with TemporaryDirectory() as folder, running_system(Path(folder)) as state:
        session = botocore.session.Session()
        dynamodb, ssm = (
            session.create_client(
                name,
                region_name="us-east-1",
                endpoint_url=state.aws_endpoint,
                aws_access_key_id="bench",
                aws_secret_access_key="bench",
                config=Config(read_timeout=TIMEOUT_S, retries={"total_max_attempts": 1}),
            )
            for name in ("dynamodb", "ssm")
        )
        yield dynamodb, ssm


def limiter(dynamodb: Any) -> DynamoDbRateLimiter:
    """A limiter whose clock goes on by itself, so that it never refuses."""

    moments, step_s = count(), APART_S / CLOCK_READINGS
    return DynamoDbRateLimiter(dynamodb, TABLE, _never, lambda: 1e9 + step_s * next(moments))


def _never(line: str) -> None:
    raise AssertionError(line)


def _flags(ssm: Any) -> OperatorFlags:
    folder = SsmParameterFolder(ssm, "/edge-signer/dev/flags", refresh_s=3600)
    return OperatorFlags(folder.values, Flags(), _never)


def _keyed(dynamodb: Any) -> Callable[[], object]:
    idempotency, keys = Idempotency(dynamodb, REQUESTS_TABLE), count()
    kept = KeptAnswer("{}" * 200, {}, "0" * 32)

    def remember() -> None:
        turn = idempotency.turn("bench", f"{next(keys)}", b"{}", 25, lambda *_: None)
        turn.remember(kept)

    return remember


def _reported() -> Callable[[], object]:
    telemetry = Telemetry("bench", TelemetrySettings(stage="bench", aws_region="us-east-1"))
    record = RequestRecord("a request", route="POST /edge-sign", tenant_id="bench")
    record.stopwatch.steps_ms |= {"wasm": 0.2, "kms": 40.0, "store": 20.0}

    def report() -> None:
        with redirect_stdout(StringIO()):
            telemetry.report(record, 200)

    return report


def tables() -> Iterator[Table]:
    """Measure each in turn, the limiter with a hundred admissions in the item."""
    with redirect_stdout(StringIO()):
        reported = _reported()
    with _services() as (dynamodb, ssm):
        whole, ours = limiter(dynamodb), limiter(AgreeingDynamoDb())
        for _ in range(100):
            whole.admit("bench")
            ours.admit("bench")
        taken_us = medians_us(
            {
                "limits": lambda: whole.admit("bench"),
                "limits, botocore": lambda: ours.admit("bench"),
                "flags": _flags(ssm),
                "idempotency": _keyed(dynamodb),
                "idempotency, botocore": _keyed(AgreeingDynamoDb()),
                "telemetry": reported,
            }
        )
    table = Table(
        "added to a request, median",
        "all of it, µs",
        "outside botocore, µs",
        title="Limits, flags, idempotency, telemetry (DynamoDB and SSM emulated)",
    )
    asks = {
        "limits": "limits, one conditional write",
        "flags": "flags, already read; SSM is asked once in 5 s",
        "idempotency": "idempotency, two writes, with a key only",
        "telemetry": "telemetry, one line and its metrics",
    }
    total_us = 0.0
    for name, title in asks.items():
        ours_us = taken_us.get(f"{name}, botocore", taken_us[name])
        total_us += ours_us
        table.add_row(title, f"{taken_us[name]:.0f}", f"{ours_us:.0f}")
    table.add_row("together", "", f"{total_us:.0f}")
    yield table
