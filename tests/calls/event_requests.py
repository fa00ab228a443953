"""The requests of events/ over HTTP, as a client would send them."""

from __future__ import annotations

import json
from http import HTTPStatus
from urllib.parse import urlsplit

from tests.calls.sample_events import event_text, sent_body
from tests.system.running import Answer as HttpAnswer
from tests.system.running import call
from tests.system.waiting import wait_for

#: Status, and the code of an error.
Answer = tuple[int, str | None]
_SENT = ("accept", "authorization", "content-type", "idempotency-key", "origin")


def over_http(url: str, name: str, *tokens: str) -> Answer:
    """Send the request of an event, and give status and error code of the answer.

    Args:
        url: Of the API, with whatever path comes before the event's.
        name: The event's.
        tokens: A tenant's, and an operator's.
    """
    one = json.loads(event_text(name, *tokens))
    query = one["rawQueryString"]
    path = urlsplit(url).path + one["rawPath"]
    target = f"{path}?{query}" if query else path
    headers = {key: one["headers"][key] for key in _SENT if key in one["headers"]}
    method = one["requestContext"]["http"]["method"]

    def unless_limited() -> HttpAnswer | None:
        answer = call(url, method, target, sent_body(one) or None, headers)
        return None if answer.status == HTTPStatus.TOO_MANY_REQUESTS else answer

    # One tenant sends them all, and has ten a second.
    answer = wait_for(unless_limited, every_s=1)
    return answer.status, answer.json().get("code") if answer.body else None
