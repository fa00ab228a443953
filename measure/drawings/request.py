"""What goes where when a file is signed, and what waits for what."""

from __future__ import annotations

from measure.drawings.drawing import Box, Drawing


def request_drawing() -> str:
    """Give the drawing of `docs/concepts/request.md`."""
    drawing = Drawing(920, 470, "A request: the file stays, 32 bytes go to KMS")
    drawing.box(Box(15, 15, 240, 440, ("Your machine",), "area"))
    drawing.box(Box(300, 15, 330, 440, ("Lambda, near the client",), "area"))
    file = drawing.box(Box(35, 60, 200, 52, ("the file", "any size; it stays here"), "store"))
    digest = drawing.box(
        Box(35, 150, 200, 52, ("SHA-256 of the file", "32 bytes; sent with assertions"))
    )
    signed = drawing.box(Box(35, 375, 200, 60, ("the signed file", "laid out here"), "store"))
    checks = drawing.box(
        Box(320, 60, 290, 52, ("1  token, limits, policy", "the body is read only after the token"))
    )
    build = drawing.box(
        Box(320, 150, 290, 52, ("2  WebAssembly: the claim", "no clock, no key, no network"))
    )
    check = drawing.box(
        Box(320, 240, 290, 52, ("3  check the signature", "against the certificate"))
    )
    store = drawing.box(Box(320, 375, 290, 60, ("4  the manifest store", "checked, then kept")))
    key = drawing.box(Box(700, 150, 200, 52, ("AWS KMS", "holds the key"), "key"))
    tsa = drawing.box(Box(700, 240, 200, 52, ("time-stamp authority", "only if it is wanted")))
    bucket = drawing.box(Box(700, 375, 200, 60, ("S3", "serves the sidecar"), "store"))
    drawing.arrow(file.bottom, digest.top)
    drawing.arrow((235, 176), (278, 176), (278, 86), checks.left)
    drawing.arrow(checks.bottom, build.top)
    drawing.arrow(build.right, key.left, kind="line strong")
    drawing.words(668, 168, ("32 bytes",), "middle", small=True)
    drawing.arrow(key.bottom, (800, 222), (465, 222), check.top, kind="line strong")
    drawing.words(668, 216, ("signature",), "middle", small=True)
    drawing.arrow(check.right, tsa.left, kind="line thin")
    drawing.words(668, 258, ("its digest",), "middle", small=True)
    drawing.arrow(check.bottom, store.top)
    drawing.words(475, 335, ("WebAssembly again,", "no second call to KMS"), "start", small=True)
    drawing.arrow(store.right, bucket.left)
    drawing.words(668, 397, ("a few KB",), "middle", small=True)
    drawing.arrow(store.left, signed.right)
    drawing.words(278, 397, ("a few KB",), "middle", small=True)
    drawing.arrow((44, 112), (44, 375), kind="line thin")
    drawing.words(52, 290, ("copied once, with", "the store inside"), "start", small=True)
    return drawing.svg()
