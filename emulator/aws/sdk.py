"""AWS SDK clients that know nothing of the developer's own AWS settings."""

import os
from typing import Any

from emulator.account import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY


def client(service: str, endpoint: str, region: str = REGION) -> Any:
    """Make a boto3 client of a local service.

    No profile, configuration file or proxy of the developer's takes part, so that nothing of
    them can break the emulator, and nothing can lead a request to the real AWS.

    Args:
        service: For instance kms.
        endpoint: The URL at which the service answers.
        region: Of the service.
    """
    # Imported here: a quarter of a second that only those pay who talk to a service.
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
