"""Functions that do what a test asks of them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any


def echo(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer with what came in and where it runs, or with what `answer` in the query says."""
    import words  # type: ignore[import-not-found]  # it is in a layer

    query = event.get("queryStringParameters", {})
    if "answer" in query:
        answer: dict[str, Any] = json.loads(base64.urlsafe_b64decode(query["answer"]))
        return answer
    print("an echo")
    return {
        "event": event,
        "greeting": words.GREETING,
        "environment": dict(os.environ),
        "pid": os.getpid(),
        "request_id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "remaining_ms": context.get_remaining_time_in_millis(),
    }


def meet(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Enter the room, and stay until somebody opens its door: a pipe that nobody writes to yet."""
    room = Path(json.loads(event["body"])["room"])
    (room / str(os.getpid())).touch()
    (room / "door").open("rb").close()
    return {"pid": os.getpid()}


def misbehave(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Fail in the way that `how` says."""
    wanted = json.loads(event["body"])
    if "note" in wanted:
        child = subprocess.Popen(["sleep", "60"])
        note = Path(wanted["note"])
        note.with_suffix(".new").write_text(json.dumps([os.getpid(), child.pid]))
        note.with_suffix(".new").rename(note)
    match wanted.get("how"):
        case "hang":
            time.sleep(60)
        case "exit":
            os._exit(3)
        case "raise":
            raise ValueError("on purpose")
        case "body":
            return {"statusCode": 200, "body": {"not": "a string"}}
        case "header":
            return {"statusCode": 200, "headers": {"x-split": "a\r\nb: c"}, "body": ""}
        case "huge":
            return {"statusCode": 200, "body": "x" * (6 * 1024 * 1024 + 1)}
    return {"pid": os.getpid()}
