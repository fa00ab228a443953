"""Errors as Lambda's API words them: REST with JSON, the code in a header."""

import json
from uuid import uuid4

from emulator.http.message import Response, json_response


def lambda_error(status: int, code: str, message: str) -> Response:
    """Word an error as Lambda's API does."""
    body = {"Type": "User" if status < 500 else "Service", "message": message}
    headers = (("x-amzn-errortype", code), ("x-amzn-requestid", str(uuid4())))
    return json_response(status, json.dumps(body).encode(), headers)
