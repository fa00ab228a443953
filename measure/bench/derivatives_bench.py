"""A derivative: what its signature adds to making the image smaller."""

from __future__ import annotations

import io
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from rich.table import Table

from cli.running_system import running_system
from derivatives.resizing import Variant, derive_image
from edge_signer_client import Credentials, EdgeSigner, SignedAsset
from emulator.local_state import LocalState
from measure.bench.system_bench import aws_ms
from tests.judges.engines import c2pa_rs
from tests.media.sample_assets import EXAMPLES
from tests.signers.software_signer import ACTIONS

ROUNDS, WARM_UP_ROUNDS = 60, 10
ORIGINAL_WIDTH = 2000
VARIANT = Variant("webp", width=800)
_POLICY = "newsroom-default-v3"
_SAID = dict(ACTIONS)


def tables() -> Iterator[Table]:
    """Sign a photograph, then make and sign derivatives of it, one after another."""
    with tempfile.TemporaryDirectory() as folder, running_system(Path(folder)) as state:
        yield _derivatives(state)


def _derivatives(state: LocalState) -> Table:
    signer = EdgeSigner(state.url, Credentials(state.token_of("load"), "load"))
    original, parent = signer.embed_bytes(_photograph(), _POLICY, _SAID)
    taken_ms: dict[str, list[float]] = {}
    content = b""
    for number in range(WARM_UP_ROUNDS + ROUNDS):
        began_s = time.perf_counter()
        made = derive_image(original, VARIANT)
        resized_s = time.perf_counter()
        content, answer = signer.derive(made.content, original, _POLICY, made.actions)
        ended_s = time.perf_counter()
        _, plain = signer.embed_bytes(made.content, _POLICY, _SAID)
        plain_ms = (time.perf_counter() - ended_s) * 1000
        if number < WARM_UP_ROUNDS:
            continue
        wall_ms = (ended_s - resized_s) * 1000
        for name, elapsed_ms in (
            ("resize and encode", (resized_s - began_s) * 1000),
            ("signature, less KMS, S3 and DynamoDB", wall_ms - _aws_ms(answer)),
            ("  of which the function", answer.steps_ms["total"] - _aws_ms(answer)),
            ("  of which the client, without waiting", wall_ms - answer.waited_ms),
            ("the same image signed without a parent", plain_ms - _aws_ms(plain)),
        ):
            taken_ms.setdefault(name, []).append(elapsed_ms)
    assert c2pa_rs(content, "image/webp", None, Path(state.anchors).read_text()).trusted
    title = (
        f"JPEG {ORIGINAL_WIDTH} px wide ({len(original):,} bytes, its manifest store "
        f"{len(parent.manifest_store):,}) to WebP {VARIANT.width} px ({len(content):,} bytes), "
        f"{ROUNDS} times"
    )
    table = Table("derivative", "median, ms", "fastest, ms", title=title)
    for name, samples in taken_ms.items():
        table.add_row(name, f"{statistics.median(samples):.2f}", f"{min(samples):.2f}")
    return table


def _photograph() -> bytes:
    content = io.BytesIO()
    with Image.open(EXAMPLES / "rocket.jpg") as photo:
        size = (ORIGINAL_WIDTH, photo.height * ORIGINAL_WIDTH // photo.width)
        photo.resize(size).save(content, "jpeg", quality=90)
    return content.getvalue()


def _aws_ms(answer: SignedAsset) -> float:
    # The client sends an Idempotency-Key: one write to DynamoDB, and one more while S3 stores.
    return aws_ms(answer.steps_ms) + answer.steps_ms["idempotency"] / 2
