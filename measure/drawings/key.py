"""Who may use the signing key, and who may not."""

from __future__ import annotations

from measure.drawings.drawing import Box, Drawing


def key_drawing() -> str:
    """Give the drawing of `docs/concepts/key.md`."""
    drawing = Drawing(
        920, 430, "The line around the key: sign and fallback may use it, nobody else"
    )
    drawing.box(Box(15, 15, 330, 400, ("May not sign a manifest",), "area"))
    drawing.box(Box(375, 15, 240, 400, ("May sign, digests only",), "area"))
    drawing.box(Box(645, 15, 260, 400, ("AWS KMS",), "area"))
    outside = (
        ("tenants", "send digests, with a token"),
        ("verify, recheck", "read strangers' files"),
        ("execute", "runs strangers' modules"),
        ("derive", "asks sign, as a tenant"),
        ("admin, health", "flags; a look at the key"),
        ("administrators of the account", "may not sign; may change the policy"),
    )
    for number, lines in enumerate(outside):
        drawing.box(Box(35, 50 + number * 60, 290, 48, lines))
    sign = drawing.box(Box(395, 70, 200, 60, ("sign", "at the edge, WebAssembly")))
    fallback = drawing.box(Box(395, 180, 200, 60, ("fallback", "the central signer, c2pa-rs")))
    guest = drawing.box(
        Box(395, 305, 200, 76, ("OtherSignerArns", "you, while you request", "the certificate"))
    )
    key = drawing.box(
        Box(
            665,
            110,
            220,
            100,
            ("the signing key", "its policy denies everybody", "else, whatever IAM says"),
            "key",
        )
    )
    receipts = drawing.box(
        Box(
            665,
            290,
            220,
            76,
            ("the receipt key", "another key: only execute,", "only receipts"),
            "key",
        )
    )
    for box in (sign, fallback):
        drawing.curve(box.right, key.left, "line strong")
    drawing.curve(guest.right, (665, 185), "line thin")
    drawing.arrow((325, 194), (360, 194), (360, 270), (630, 270), (630, 328), receipts.left)
    drawing.curve((325, 74), sign.left)
    return drawing.svg()
