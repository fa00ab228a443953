"""What a signature waits for, as bars over time."""

from __future__ import annotations

from dataclasses import dataclass

from measure.drawings.drawing import Box, Drawing

_LEFT, _TOP = 250, 62
_PIXELS_A_MS, _ROW = 10.4, 34


@dataclass(frozen=True)
class Step:
    """One step of a request.

    Attributes:
        name: What it is.
        begins_ms: From the arrival of the request.
        lasts_ms: How long it takes on AWS, roughly.
        kind: Of the box.
    """

    name: str
    begins_ms: float
    lasts_ms: float
    kind: str = "box"


_STEPS = (
    Step("token, flags, policy: from memory", 0, 1),
    Step("DynamoDB: the limits", 1, 5),
    Step("DynamoDB: the Idempotency-Key, if any", 1, 5, "area"),
    Step("WebAssembly: the claim", 1, 1),
    Step("KMS: the signature", 6, 12, "key"),
    Step("time-stamp authority, if wanted", 18, 15, "area"),
    Step("S3: the manifest", 33, 25, "store"),
    Step("S3: the time-stamp, if any", 33, 25, "area"),
    Step("DynamoDB: the answer of such a key", 33, 5, "area"),
)
#: When everything before must have ended, and why.
_GATES = ((6, "nothing refused"), (18, "verified"), (33, ""), (58, "stored: answer"))


def waiting_drawing() -> str:
    """Give the drawing of `docs/concepts/request.md`."""
    bottom = _TOP + len(_STEPS) * _ROW
    drawing = Drawing(920, bottom + 20, "What a signature waits for: bars over time")
    for moment_ms, reason in _GATES:
        x = _LEFT + moment_ms * _PIXELS_A_MS
        drawing.arrow((x, _TOP - 14), (x, bottom + 8), kind="line thin")
        drawing.words(x, _TOP - 22, (reason,), "middle", small=True)
    for number, step in enumerate(_STEPS):
        y = _TOP + number * _ROW
        drawing.words(_LEFT - 10, y + 15, (step.name,), "end", small=True)
        x = _LEFT + step.begins_ms * _PIXELS_A_MS
        drawing.box(Box(x, y, step.lasts_ms * _PIXELS_A_MS, 22, (), step.kind))
        end = x + step.lasts_ms * _PIXELS_A_MS + 6
        drawing.words(end, y + 15, (f"{step.lasts_ms:g} ms",), "start", small=True)
    return drawing.svg()
