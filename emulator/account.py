"""The account and regions of the emulator, and AWS SDK clients for them."""

import os
from typing import Any

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
#: Where multi-Region keys are replicated to.
REPLICA_REGION = "us-west-2"
PARTITION = "aws"
STACK_NAME = "edge-signer"

# The emulated services check no signatures, but an SDK does not send a request without credentials.
ACCESS_KEY_ID = "emulator"
SECRET_ACCESS_KEY = "emulator"  # noqa: S105
SESSION_TOKEN = "emulator"  # noqa: S105

PSEUDO_PARAMETERS = {
    "AWS::AccountId": ACCOUNT_ID,
    "AWS::Partition": PARTITION,
    "AWS::Region": REGION,
    "AWS::StackId": f"arn:{PARTITION}:cloudformation:{REGION}:{ACCOUNT_ID}:stack/{STACK_NAME}/0",
    "AWS::StackName": STACK_NAME,
    "AWS::URLSuffix": "amazonaws.com",
}


def arn(service: str, resource: str, *, region: str = REGION, account_id: str = ACCOUNT_ID) -> str:
    """Name a resource of this account; pass an empty region or account where AWS leaves it out."""
    return f"arn:{PARTITION}:{service}:{region}:{account_id}:{resource}"


def sdk_client(service: str, endpoint: str, region: str = REGION) -> Any:
    """Make a boto3 client of a local service.

    It ignores the developer's profiles, configuration files and proxies, so that they can neither
    break the emulator nor send a request to the real AWS.

    Args:
        service: For instance kms.
        endpoint: The URL at which the service answers.
        region: Of the service.
    """
    # Imported late: it takes a quarter of a second that most commands do not need.
    import boto3
    import botocore.session
    from botocore.config import Config

    nowhere = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    session = boto3.session.Session(
        ACCESS_KEY_ID,
        SECRET_ACCESS_KEY,
        region_name=region,
        botocore_session=botocore.session.Session(session_vars=nowhere),
    )
    return session.client(service, endpoint_url=endpoint, config=Config(proxies={}))
