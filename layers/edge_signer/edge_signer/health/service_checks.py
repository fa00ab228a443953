"""Checks of S3, of the tenants' table, of KMS's quota, and of the time-stamp authority."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import urllib3

from edge_signer.health.examination import Finding
from edge_signer.kms_guard.kms_quota import KmsUsage

#: Tenants' names do not begin with a dot, and a token's SHA-256 is not a word, so these checks read
#: nothing of any tenant.
PREFIX = ".health/"
TENANT_KEY = "health"
WARN_PERCENT = 80


def check_bucket(s3: Any, bucket: str) -> Finding:
    """Check that S3 answers for the bucket of manifests; needs `s3:ListBucket` for `PREFIX`.

    Only a write could show that a write would succeed, and this check never writes.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: S3 failed.
    """
    s3.list_objects_v2(Bucket=bucket, Prefix=PREFIX, MaxKeys=1)
    return Finding("ok", {"bucket": bucket})


def check_tenants(dynamodb: Any, table: str) -> Finding:
    """Check that DynamoDB answers for the tenants' table.

    Needs `dynamodb:GetItem` for `TENANT_KEY` alone.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: DynamoDB failed.
    """
    dynamodb.get_item(TableName=table, Key={"token_sha256": {"S": TENANT_KEY}})
    return Finding("ok", {"table": table})


def check_quota(read_usage: Callable[[], KmsUsage], quota_per_s: int) -> Finding:
    """Compare the busiest second of the last minute with the calls per second that KMS allows.

    Raises:
        StoreUnavailableError: DynamoDB failed; signing does not depend on it.
    """
    usage = read_usage()
    percent = round(100 * usage.peak_per_s / quota_per_s, 1)
    details = {
        "peak_per_s": usage.peak_per_s,
        "per_s_percent": percent,
        "quota_per_s": quota_per_s,
        "today": usage.today,
    }
    return Finding("degraded" if percent >= WARN_PERCENT else "ok", details)


def check_authority(url: str, *, timeout_s: float) -> Finding:
    """Check that the time-stamp authority answers a HEAD, with any status below 500.

    This requests no time-stamp, because time-stamps cost money.

    Args:
        url: To which queries are posted.
        timeout_s: To connect, and again for the answer, in seconds.

    Raises:
        urllib3.exceptions.HTTPError: It does not answer.
    """
    timeout = urllib3.Timeout(connect=timeout_s, read=timeout_s)
    with urllib3.PoolManager(timeout=timeout, retries=False) as http:
        response = http.request("HEAD", url, redirect=False)
    details = {"host": urlsplit(url).hostname, "http_status": response.status}
    failed = response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return Finding("unavailable" if failed else "ok", details)
