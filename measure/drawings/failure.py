"""What happens to a request when a part fails."""

from __future__ import annotations

from measure.drawings.drawing import Box, Drawing


def failure_drawing() -> str:
    """Give the drawing of `docs/concepts/failure.md`."""
    drawing = Drawing(920, 420, "Failure: kill switch, breaker, the central signer, or an error")
    request = drawing.box(Box(20, 60, 130, 56, ("a request",), "box"))
    switch = drawing.box(Box(200, 60, 150, 56, ("kill switch on?", "seen within 10 s")))
    breaker = drawing.box(Box(400, 60, 160, 56, ("breaker open?", "6 faults, or a throttle")))
    edge = drawing.box(Box(610, 60, 140, 56, ("the edge signs", "up to 3 attempts")))
    home = drawing.box(Box(790, 60, 115, 56, ("KMS", "at home"), "key"))
    central = drawing.box(
        Box(
            400,
            205,
            350,
            60,
            ("the central signer signs, with c2pa-rs", "within 5 s; the edge checks what it made"),
        )
    )
    replica = drawing.box(Box(790, 205, 115, 60, ("KMS, then", "its replica"), "key"))
    refused = drawing.box(Box(200, 205, 150, 60, ("503", "SIGNER_DISABLED"), "bad"))
    failed = drawing.box(
        Box(
            400,
            330,
            350,
            60,
            ("503 KMS_UNAVAILABLE or 429 KMS_RATE_LIMIT", "nothing is stored; send it again"),
            "bad",
        )
    )
    drawing.box(
        Box(
            20,
            330,
            330,
            60,
            ("200, with the manifest", "signing_mode says which engine signed"),
            "store",
        )
    )
    drawing.arrow(request.right, switch.left)
    drawing.arrow(switch.right, breaker.left)
    drawing.words(375, 80, ("no",), "middle", small=True)
    drawing.arrow(breaker.right, edge.left)
    drawing.words(585, 80, ("no",), "middle", small=True)
    drawing.arrow(edge.right, home.left, kind="line strong")
    drawing.arrow(switch.bottom, refused.top, kind="line fault")
    drawing.words(283, 165, ("yes",), "start", small=True)
    drawing.arrow(breaker.bottom, (480, 205), kind="line fault")
    drawing.words(488, 165, ("yes; one probe every 10 s",), "start", small=True)
    drawing.arrow(edge.bottom, (680, 205), kind="line fault")
    drawing.words(688, 165, ("it failed",), "start", small=True)
    drawing.arrow(central.right, replica.left, kind="line strong")
    drawing.arrow(central.bottom, failed.top, kind="line fault")
    drawing.words(583, 302, ("both failed",), "start", small=True)
    drawing.arrow((400, 245), (375, 245), (375, 345), (350, 345))
    drawing.arrow((720, 60), (720, 30), (8, 30), (8, 360), (20, 360))
    drawing.words(560, 24, ("signed at the edge",), "middle", small=True)
    return drawing.svg()
