"""The one account and region in which the emulator lives, and where it replicates keys to."""

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
REPLICA_REGION = "us-west-2"
PARTITION = "aws"
STACK_NAME = "edge-signer"

# The services check no signatures here, but an SDK refuses to send a request without credentials.
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
