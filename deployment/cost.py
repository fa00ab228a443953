"""The cost of a million signatures, and of an idle month; prints docs/operations/cost.md."""

from __future__ import annotations

from dataclasses import dataclass

#: When these list prices of us-east-1 were written down, in US dollars, free tiers left out.
PRICES_OF = "2025-11"
MILLION = 1_000_000

LAMBDA_GB_S_USD = {"x86_64": 0.0000166667, "arm64": 0.0000133334}
LAMBDA_REQUEST_USD = 0.20 / MILLION
HTTP_API_REQUEST_USD = 1.00 / MILLION
KMS_ASYMMETRIC_REQUEST_USD = 0.15 / 10_000
DYNAMODB_WRITE_UNIT_USD = 0.625 / MILLION
DYNAMODB_READ_UNIT_USD = 0.125 / MILLION
S3_PUT_USD = 0.005 / 1_000
S3_GB_MONTH_USD = 0.023
CLOUDFRONT_REQUEST_USD = 0.01 / 10_000
CLOUDFRONT_GB_USD = 0.085
LOGS_GB_USD = 0.50
SNAPSHOT_GB_S_USD = 0.0000015046
SNAPSHOT_RESTORED_GB_USD = 0.0001397998
KMS_KEY_MONTH_USD = 1.00
ALARM_MONTH_USD = 0.10
METRIC_MONTH_USD = 0.30
DASHBOARD_MONTH_USD = 3.00
#: By `service`. CloudWatch bills each only for the hours in which it is written.
METRICS = {
    **{"sign": 25, "execute": 13, "admin": 13, "verify": 11, "fallback": 6, "health": 5},
    **{"derive": 9, "recheck": 4, "api": 1},
}
ALARMED_METRICS = 38
MONTH_S = 30 * 24 * 3600


@dataclass(frozen=True)
class Request:
    """What one signature takes; every figure is an assumption until the stack ran on AWS.

    Attributes:
        billed_ms: Lambda's duration, mostly waiting for KMS, S3 and DynamoDB.
        memory_mb: As in the template.
        tenant_read_units: One eventually consistent read; workers keep what they read for 10 s.
        limit_write_units: One conditional write; the item stays below 1 KB.
        idempotency_write_units: Two writes, for requests with an Idempotency-Key; the second has
            the answer with the manifest in base64, in a little less than 5 KB.
        manifest_bytes: Of the sidecar.
        verifications: How often a sidecar is fetched.
        log_bytes: Our line, its metrics, START, END and REPORT, API Gateway's line, and the 26
            bytes that CloudWatch adds to each.
        cold_share: Of the requests, those for which a worker wakes from a snapshot.
    """

    billed_ms: float = 60
    memory_mb: int = 1769
    tenant_read_units: float = 0.5
    limit_write_units: float = 1
    idempotency_write_units: float = 6
    manifest_bytes: int = 2_500
    verifications: float = 1
    log_bytes: int = 2_600
    cold_share: float = 0.01


def per_million_usd(request: Request, architecture: str = "x86_64") -> dict[str, float]:
    """Give the dollars for a million such signatures, by component."""
    gb_s = request.billed_ms / 1000 * request.memory_mb / 1024
    gb = MILLION / 1e9
    cdn_usd = CLOUDFRONT_REQUEST_USD * MILLION + request.manifest_bytes * gb * CLOUDFRONT_GB_USD
    return {
        "KMS Sign": KMS_ASYMMETRIC_REQUEST_USD * MILLION,
        "S3 PUT": S3_PUT_USD * MILLION,
        "Lambda, duration": gb_s * LAMBDA_GB_S_USD[architecture] * MILLION,
        "Lambda, requests": LAMBDA_REQUEST_USD * MILLION,
        "Lambda, snapshots restored": request.cold_share
        * request.memory_mb
        / 1024
        * SNAPSHOT_RESTORED_GB_USD
        * MILLION,
        "CloudFront": cdn_usd * request.verifications,
        "HTTP API": HTTP_API_REQUEST_USD * MILLION,
        "DynamoDB, idempotency": request.idempotency_write_units
        * DYNAMODB_WRITE_UNIT_USD
        * MILLION,
        "DynamoDB, limits": request.limit_write_units * DYNAMODB_WRITE_UNIT_USD * MILLION,
        "CloudWatch Logs": request.log_bytes * gb * LOGS_GB_USD,
        "DynamoDB, tenants": request.tenant_read_units * DYNAMODB_READ_UNIT_USD * MILLION,
        "S3, a month's storage": request.manifest_bytes * gb * S3_GB_MONTH_USD,
    }


@dataclass(frozen=True)
class Verification:
    """What verifying one small file takes, sent in the request; assumptions as with `Request`.

    Attributes:
        billed_ms: Lambda's duration: a few milliseconds for the engines, the rest for DynamoDB.
        running_write_units: One write when it begins and one when it ends.
        log_bytes: As of a signature, without the fields of one.
    """

    billed_ms: float = 40
    memory_mb: int = 1769
    tenant_read_units: float = 0.5
    limit_write_units: float = 1
    running_write_units: float = 2
    log_bytes: int = 2_000


@dataclass(frozen=True)
class SmallJob:
    """What a job takes whose module is compiled and whose result fits the table (decision 23).

    Attributes:
        billed_ms: Lambda's duration, mostly waiting for KMS and DynamoDB.
        signatures: The receipt's and the attestation's.
        claim_write_units: Two items of up to 1 KB in a transaction, which bills them twice.
        release_write_units: One write.
        result_write_units: The job's item with its result, in up to 6 KB.
        log_bytes: As of a signature, without the fields of one.
    """

    billed_ms: float = 50
    memory_mb: int = 1769
    signatures: int = 2
    tenant_read_units: float = 0.5
    limit_write_units: float = 1
    claim_write_units: float = 4
    release_write_units: float = 1
    result_write_units: float = 6
    log_bytes: int = 2_000


def jobs_usd(one: SmallJob, architecture: str = "x86_64") -> dict[str, float]:
    """Give the dollars for a million such jobs, by component."""
    gb_s = one.billed_ms / 1000 * one.memory_mb / 1024
    write_usd = DYNAMODB_WRITE_UNIT_USD * MILLION
    return {
        "KMS Sign": one.signatures * KMS_ASYMMETRIC_REQUEST_USD * MILLION,
        "Lambda, duration": gb_s * LAMBDA_GB_S_USD[architecture] * MILLION,
        "Lambda, requests": LAMBDA_REQUEST_USD * MILLION,
        "HTTP API": HTTP_API_REQUEST_USD * MILLION,
        "DynamoDB, limits": one.limit_write_units * write_usd,
        "DynamoDB, claims": one.claim_write_units * write_usd,
        "DynamoDB, ends of jobs": one.release_write_units * write_usd,
        "DynamoDB, results": one.result_write_units * write_usd,
        "DynamoDB, tenants": one.tenant_read_units * DYNAMODB_READ_UNIT_USD * MILLION,
        "CloudWatch Logs": one.log_bytes * MILLION / 1e9 * LOGS_GB_USD,
    }


def verifications_usd(one: Verification, architecture: str = "x86_64") -> dict[str, float]:
    """Give the dollars for a million such verifications, by component."""
    gb_s = one.billed_ms / 1000 * one.memory_mb / 1024
    write_usd = DYNAMODB_WRITE_UNIT_USD * MILLION
    return {
        "Lambda, duration": gb_s * LAMBDA_GB_S_USD[architecture] * MILLION,
        "Lambda, requests": LAMBDA_REQUEST_USD * MILLION,
        "HTTP API": HTTP_API_REQUEST_USD * MILLION,
        "DynamoDB, limits": one.limit_write_units * write_usd,
        "DynamoDB, running verifications": one.running_write_units * write_usd,
        "DynamoDB, tenants": one.tenant_read_units * DYNAMODB_READ_UNIT_USD * MILLION,
        "CloudWatch Logs": one.log_bytes * MILLION / 1e9 * LOGS_GB_USD,
    }


def per_month_usd(memory_mb: int = Request.memory_mb) -> dict[str, float]:
    """Give the dollars for a month in which nothing is signed, by component.

    Args:
        memory_mb: Of each of the two functions that wake from a snapshot.
    """
    metrics = sum(METRICS.values())
    snapshot_usd = memory_mb / 1024 * MONTH_S * SNAPSHOT_GB_S_USD
    return {
        "Lambda, snapshots of two functions": 2 * snapshot_usd,
        "KMS keys: for manifests, for receipts and for the tenants' table": 3 * KMS_KEY_MONTH_USD,
        "KMS key, replica in a second region": KMS_KEY_MONTH_USD,
        f"CloudWatch: at most {metrics} custom metrics": metrics * METRIC_MONTH_USD,
        f"CloudWatch: alarms on {ALARMED_METRICS} metrics": ALARMED_METRICS * ALARM_MONTH_USD,
        "CloudWatch: the dashboard": DASHBOARD_MONTH_USD,
    }


def month_table() -> str:
    """Write the table of a month in Markdown."""
    rows = [f"| {name} | {usd:.2f} |" for name, usd in per_month_usd().items()]
    return "\n".join([f"| a month, in US dollars ({PRICES_OF}) | |", "|---|---|", *rows])


def table(request: Request) -> str:
    """Write the table of a million signatures in Markdown."""
    return _table("signatures", [per_million_usd(request, one) for one in LAMBDA_GB_S_USD])


def verification_table(one: Verification) -> str:
    """Write the table of a million verifications in Markdown."""
    return _table("verifications", [verifications_usd(one, kind) for kind in LAMBDA_GB_S_USD])


def job_table(one: SmallJob) -> str:
    """Write the table of a million small jobs in Markdown."""
    return _table("small jobs", [jobs_usd(one, kind) for kind in LAMBDA_GB_S_USD])


def _table(noun: str, columns: list[dict[str, float]]) -> str:
    rows = [
        f"| {name} | {' | '.join(f'{column[name]:.2f}' for column in columns)} |"
        for name in columns[0]
    ]
    sums = " | ".join(f"{sum(column.values()):.2f}" for column in columns)
    dollars = f"in US dollars ({PRICES_OF})"
    head = f"| a million {noun}, {dollars} | {' | '.join(LAMBDA_GB_S_USD)} |"
    return "\n".join([head, "|---|---|---|", *rows, f"| **total** | {sums} |"])


if __name__ == "__main__":
    tables = (table(Request()), job_table(SmallJob()), verification_table(Verification()))
    print(*tables, month_table(), sep="\n\n")
