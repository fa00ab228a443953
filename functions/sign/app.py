"""POST /edge-sign: settings, clients and service, put together once an execution environment."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from edge_signer.http.application import edge_sign_application
from edge_signer.http.cross_origin import CrossOrigin
from edge_signer.http.edge_sign import EdgeSignEndpoint
from edge_signer.platform.clients import client
from edge_signer.platform.parameters import SsmParameterFolder
from edge_signer.platform.settings import Settings
from edge_signer.platform.tenants import DynamoDbTenantDirectory
from edge_signer.signing.algorithm import ALGORITHMS, AlgorithmName
from edge_signer.signing.builder import ManifestBuilder
from edge_signer.signing.kms import KmsSigner
from edge_signer.signing.policy import SigningPolicy
from edge_signer.signing.policy_directory import PolicyDirectory
from edge_signer.signing.policy_document import shipped_policies
from edge_signer.signing.service import SigningService
from edge_signer.signing.store import S3ManifestStore

settings = Settings.from_environment(os.environ)
region = settings.aws_region


@lru_cache
def signer(key_name: str, certificate_name: str, algorithm: AlgorithmName) -> KmsSigner:
    """Give the signer of a key; it keeps the chain and the public key."""
    return KmsSigner(
        kms=client("kms", settings.kms_region),
        ssm=client("ssm", region),
        key_alias=settings.key_alias(key_name),
        certificate_parameter=settings.certificate_parameter(certificate_name),
        algorithm=ALGORITHMS[algorithm],
    )


def signer_for(policy: SigningPolicy) -> KmsSigner:
    """Give the signer that a policy names."""
    return signer(policy.signing_key, policy.certificate, policy.algorithm)


store = S3ManifestStore(client("s3", region), settings.manifest_bucket, settings.manifest_base_url)
directory = DynamoDbTenantDirectory(client("dynamodb", region), settings.tenants_table)
logger = Logger(service="edge-signer-sign", level=settings.log_level)
documents = SsmParameterFolder(client("ssm", region), settings.policy_folder, refresh_s=30)
policies = PolicyDirectory(shipped_policies(), documents, logger.error)
service = SigningService(policies, ManifestBuilder(), signer_for, store)
app = edge_sign_application(
    EdgeSignEndpoint(directory, service), CrossOrigin(settings.cors_origins), logger
)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer an HTTP API event (payload format 2.0)."""
    return app.resolve(event, context)
