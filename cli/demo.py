"""`edge-signer demo`: sign one photograph with a system started for it, and verify it."""

from __future__ import annotations

import hashlib
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

from rich.markup import escape

from central_signer.verification.verifier import Verifier
from cli.options import DEFAULT_POLICY
from cli.running_system import SystemStartError, running_system
from cli.signing.actions import created_from
from cli.terminal import EXIT_NOT_TRUSTED, as_typed, bar, fail, out, show_row
from cli.verification.screen import show
from cli.verification.trusted_lists import trust_lists
from edge_signer.signing.rules.digital_source_types import TERMS
from edge_signer.verification.asset import AssetToVerify
from edge_signer_client import Credentials, EdgeSigner, EdgeSignerClientError, SignedAsset
from edge_signer_client.signed_file import embed_file
from emulator.local_state import LocalState, checkout, default_directory
from emulator.time_stamps import NEEDS_OPENSSL, find_openssl

PHOTOGRAPH = "examples/rocket.jpg"
SOURCE_TYPE = "digitalCapture"
_STEP_NAMES = {
    "authenticate": "the caller and the tenant",
    "limit": "one conditional write to DynamoDB, beside the next steps",
    "validate": "the request's JSON checked against its model",
    "policy": "what the policy allows",
    "credential": "certificate chain, from memory",
    "wasm": "manifest built and assembled in WebAssembly",
    "kms": "32 bytes sent to KMS, a signature returned",
    "check": "the signature checked with the certificate",
    "tsa": "a time-stamp for the signature, checked",
    "store": "time-stamp and sidecar to S3",
    "idempotency": "two writes to DynamoDB for the Idempotency-Key, the second beside S3",
}


def run_demo() -> int:
    """Run the system, sign a photograph into a new file, verify it, stop the system.

    In a terminal, the system goes on until Enter, so that the console can be tried.

    Returns:
        0 if c2pa-rs trusts the sidecar, else 1.
    """
    try:
        return _sign_and_judge()
    except (EdgeSignerClientError, SystemStartError) as failure:
        fail(str(failure))


def _sign_and_judge() -> int:
    folder = default_directory() / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    photograph = Path(shutil.copy(checkout() / PHOTOGRAPH, folder))
    signed = folder / "rocket-signed.jpg"
    began_s = time.perf_counter()
    with running_system(folder / "state") as state:
        ready_s = time.perf_counter() - began_s
        out.print(
            f"\n[bold]Edge Signer[/] runs at {state.url}: API Gateway, Lambda, KMS, S3, DynamoDB "
            f"and SSM, ready in {ready_s:.1f} s\n"
        )
        client = EdgeSigner(state.url, Credentials(state.token_of("acme"), "acme"))
        # Without openssl there is no time-stamp authority; the rest works.
        tsa = find_openssl() is not None
        said = created_from(TERMS[SOURCE_TYPE])
        # The first request starts a worker.
        digest = hashlib.sha256(photograph.read_bytes()).hexdigest()
        cold = client.sign(digest, DEFAULT_POLICY, said, tsa=tsa)
        warm = embed_file(client, photograph, signed, DEFAULT_POLICY, said, tsa=tsa)
        lists = trust_lists(None, None, Path(state.anchors).parent)
        _show_signed(photograph, warm, signed)
        _show_steps(cold, warm)
        with signed.open("rb") as stream:
            report = Verifier(lambda: lists).verify(AssetToVerify(str(signed), stream=stream))
        show(report)
        _offer_console(state)
    return 0 if report.trusted else EXIT_NOT_TRUSTED


def _offer_console(state: LocalState) -> None:
    """Keep the system until Enter if people use it; a script goes on at once."""
    if not (sys.stdin.isatty() and out.is_terminal):
        where = f"http://127.0.0.1:3000/ while `{as_typed()} run` runs; it prints the token, too"
        out.print(f"\n[dim]console   [/] {where}")
        return
    out.print(f"\nSign a photograph of your own in the console: {escape(state.console_address())}")
    out.print("[dim]Enter stops the system.[/]")
    with suppress(KeyboardInterrupt, EOFError):
        input()


def _show_signed(photograph: Path, answer: SignedAsset, signed: Path) -> None:
    for name, value in (
        ("asset", f"{PHOTOGRAPH}, {photograph.stat().st_size} bytes; it stays on this machine"),
        ("said", f"c2pa.created, {SOURCE_TYPE} (policy {DEFAULT_POLICY})"),
        ("key", answer.kms_key_id),
        ("mode", answer.signing_mode),
        ("token", answer.tsa_token_url or f"none: {NEEDS_OPENSSL}"),
        (
            "manifest",
            f"{len(answer.manifest_store)} bytes, inside the file and at {answer.manifest_url}",
        ),
        ("signed", f"{signed}, {signed.stat().st_size} bytes"),
    ):
        show_row(name, value)


def _show_steps(cold: SignedAsset, warm: SignedAsset) -> None:
    out.print(
        f"\nWhere the [bold]{warm.steps_ms['total']:.2f} ms[/] of a warm request went "
        f"[dim](the first took {cold.waited_ms:.0f} ms, which includes the start of a worker)[/]\n"
    )
    steps_ms = {name: one for name, one in warm.steps_ms.items() if name != "total"}
    longest_ms = max(steps_ms.values())
    for name, elapsed_ms in steps_ms.items():
        out.print(
            f"[dim]{name:<13}[/]{elapsed_ms:7.2f}  "
            f"[cyan]{bar(elapsed_ms, longest_ms, 24):<24}[/] [dim]{_STEP_NAMES.get(name, '')}[/]"
        )
    out.print()
