"""S3 and the tables that every signature needs."""

from __future__ import annotations

from typing import Any

from edge_signer.health.finding import Finding

#: No tenant's name begins with a dot, and no token's SHA-256 is a word: nobody's is read.
PREFIX = ".health/"
TENANT_KEY = "health"


class BucketCheck:
    """Asks S3 for the bucket of manifests; needs `s3:ListBucket` for `PREFIX` alone.

    Only a write could tell whether a write would succeed, and this one never writes.

    Args:
        s3: Client.
        bucket: Its name.
    """

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def __call__(self) -> Finding:
        """Tell that S3 answers.

        Raises:
            botocore.exceptions.BotoCoreError, ClientError: It does not.
        """
        self._s3.list_objects_v2(Bucket=self._bucket, Prefix=PREFIX, MaxKeys=1)
        return Finding("ok", {"bucket": self._bucket})


class TenantsCheck:
    """Asks DynamoDB for a tenant that is none; needs `dynamodb:GetItem` for `TENANT_KEY` alone.

    Args:
        dynamodb: Client.
        table: Name of the table of tenants.
    """

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def __call__(self) -> Finding:
        """Tell that DynamoDB answers.

        Raises:
            botocore.exceptions.BotoCoreError, ClientError: It does not.
        """
        self._dynamodb.get_item(TableName=self._table, Key={"token_sha256": {"S": TENANT_KEY}})
        return Finding("ok", {"table": self._table})
