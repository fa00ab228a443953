"""Which of the report's checks a validation code of the standard belongs to."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, get_args

from edge_signer.verification.report import CheckName

Result = Literal["passed", "failed", "not_checked", "absent"]
#: All checks, in the order of the report.
CHECKS: tuple[CheckName, ...] = get_args(CheckName)
#: What a check is about, for sentences.
SUBJECTS: dict[CheckName, str] = {
    "structure": "the structure of the manifest",
    "claim_signature": "the signature",
    "assertion_hashes": "the hashes of the statements",
    "hard_binding": "the binding to the file",
    "certificate": "the signer's certificate",
    "trust": "whether the signer is trusted",
    "time_stamp": "the time-stamp",
    "revocation": "whether the certificate was revoked",
    "ingredients": "the ingredients",
}
# The first that a code begins with decides; C2PA 2.2 §15.2.2 lists the codes.
_BY_BEGINNING: tuple[tuple[str, CheckName | None], ...] = (
    *((f"assertion.{one}Hash.", "hard_binding") for one in ("data", "bmff", "boxes", "collection")),
    ("assertion.multiAssetHash.", "hard_binding"),
    ("assertion.multipleHardBindings", "hard_binding"),
    ("claim.hardBindings.", "hard_binding"),
    ("assertion.hashedURI.", "assertion_hashes"),
    ("assertion.missing", "assertion_hashes"),
    ("assertion.undeclared", "assertion_hashes"),
    ("assertion.inaccessible", "assertion_hashes"),
    ("assertion.outsideManifest", "assertion_hashes"),
    ("claimSignature.insideValidity", "certificate"),
    ("claimSignature.outsideValidity", "certificate"),
    ("claimSignature.", "claim_signature"),
    ("algorithm.", "claim_signature"),
    ("signingCredential.ocsp.", "revocation"),
    ("signingCredential.trusted", "trust"),
    ("signingCredential.untrusted", "trust"),
    ("signingCredential.", "certificate"),
    ("timeStamp.", "time_stamp"),
    ("timeOfSigning.", "time_stamp"),
    ("ingredient", "ingredients"),
    ("manifest.inaccessible", "ingredients"),
    # Identity assertions are not validated.
    ("cawg.", None),
    ("", "structure"),
)


@lru_cache(maxsize=256)
def check_of(code: str) -> CheckName | None:
    """Return the check that a code is about; None if it is about none of them."""
    return next(check for beginning, check in _BY_BEGINNING if code.startswith(beginning))
