"""The signed proof of a job: its receipt and its attestation, made together or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from edge_signer.execution.receipts.attestation import job_statement
from edge_signer.execution.receipts.dsse import Envelope, pre_authentication_encoding
from edge_signer.execution.receipts.job_outcome import JobOutcome
from edge_signer.execution.receipts.receipt_signer import ReceiptSigner
from edge_signer.execution.receipts.receipt_verifier import verify_receipt


@dataclass(frozen=True)
class JobProof:
    """What a client gets besides the output.

    Attributes:
        receipt_json: The receipt v0.1.
        attestation: The DSSE envelope, as a JSON object.
    """

    receipt_json: str
    attestation: dict[str, Any]


def prove(signer: ReceiptSigner, outcome: JobOutcome) -> JobProof:
    """Have a job's receipt and attestation signed, both at once, by one key.

    Raises:
        ValueError: A field of the outcome is not what it should be.
        KmsRateLimitError, KmsUnavailableError: There is no signature to be had, so no proof.
    """
    receipt = outcome.receipt()
    payload = job_statement(outcome).to_bytes()
    key = signer.key()
    messages = (receipt.digest(), pre_authentication_encoding(payload))
    with ThreadPoolExecutor(max_workers=2) as threads:
        receipt_signature, signature = threads.map(
            lambda message: signer.sign(key, message), messages
        )
    receipt_json = receipt.to_json(key.public_key, receipt_signature)
    refusal = verify_receipt(receipt_json.encode(), key.public_key.hex()).refusal
    if refusal is not None:
        raise ValueError(f"a receipt that verifiers would refuse: {refusal.explanation}")
    return JobProof(
        receipt_json=receipt_json,
        attestation=Envelope(payload, key.key_id, signature).to_dict(),
    )
