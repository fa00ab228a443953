"""Delivers S3's event notifications to the functions, which moto has none of.

moto decides which notification an object concerns; this invokes the function, once and in a thread
of its own, as nobody waits for it. AWS would try a failed invocation again.
"""

import json
import logging
import threading
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote

from moto.s3 import notifications

_TIMEOUT_S = 900.0
_log = logging.getLogger(__name__)


def deliver_to(functions_port: int) -> None:
    """Send notifications to the process that runs functions, on a port of 127.0.0.1."""

    def deliver(account_id: str, event_body: Any, fn_arn: str, region_name: str) -> None:  # noqa: ARG001
        invoke = threading.Thread(target=_invoke, args=(functions_port, fn_arn, event_body))
        invoke.daemon = True
        invoke.start()

    notifications._invoke_awslambda = deliver


def name_versions() -> None:
    """Put the object's version into notifications, which moto leaves out."""
    original = notifications._get_s3_event
    if getattr(original, "is_mended", False):
        return

    def with_version(event_name: str, bucket: Any, key: Any, notification_id: str) -> Any:
        event = original(event_name, bucket, key, notification_id)
        for record in event["Records"]:
            record["s3"]["object"]["versionId"] = str(key.version_id)
        return event

    with_version.is_mended = True  # type: ignore[attr-defined]
    notifications._get_s3_event = with_version


def _invoke(port: int, function_arn: str, event: Any) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        # The version or alias at the end is one and the same here.
        path = f"/2015-03-31/functions/{quote(function_arn, safe='')}/invocations"
        connection.request("POST", path, json.dumps(event))
        answer = connection.getresponse()
        failed = answer.getheader("x-amz-function-error")
        if failed or answer.status != 200:
            _log.warning("%s did not take a notification: %s", function_arn, answer.read())
    except (OSError, HTTPException) as failure:
        _log.warning("%s got no notification: %s", function_arn, failure)
    finally:
        connection.close()
