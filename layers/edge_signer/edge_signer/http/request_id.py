"""The identifier that a request, its answer and its line in the log share."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def request_id_of(headers: Mapping[str, str]) -> str:
    """The client's `X-Request-ID` where it is a UUID, else a new one."""
    given = headers.get("x-request-id", "")
    return given if _UUID.fullmatch(given) else str(uuid.uuid4())
