"""The rules of the certificate linter: a code, a sentence, a remedy and a source for each.

The standard's certificate profile is the same in C2PA 2.2 and 2.4 (§14.5.1). The conformance
programme's is that of the C2PA Certificate Policy, version 0.2, with its two assurance levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edge_signer.signing.credentials.certificate_profile import CRITICAL_EXTENSION, PATH_LENGTH

Severity = Literal["error", "warning"]
#: Of a certificate's life, in days, by assurance level.
LONGEST_DAYS = {1: 366, 2: 90}
#: Before the end, `ends-soon` is reported; the alarm on AWS has the same threshold.
RENEWAL_DAYS = 30

STANDARD = "C2PA 2.2 and 2.4 §14.5.1"
ENGINES = "engines"
INTERNET = "RFC 5280"
POLICY = "C2PA Certificate Policy 0.2"
SIGNER = "Edge Signer"

_REISSUE = "Ask the authority for a new certificate"
_REQUEST = (
    "`edge-signer certificate request` asks for it; have the authority copy it from the request"
)
_LISTED = f"{_REQUEST}. Give `--cpl-record` and `--assurance-level`"
_OTHER_CA = (
    "Ask the authority for a certificate from another of its issuing CAs, or change authority"
)


@dataclass(frozen=True)
class LintRule:
    """A rule.

    Attributes:
        sentence: What it demands, as the end of a sentence about the certificate or the chain.
        remedy: What to do when it is broken.
        source: Who demands it.
        severity: `warning` for what engines accept and no document forbids.
        of_the_programme: Whether it holds only at an assurance level.
    """

    sentence: str
    remedy: str
    source: str = STANDARD
    severity: Severity = "error"
    of_the_programme: bool = False


def _programme(sentence: str, remedy: str) -> LintRule:
    return LintRule(sentence, remedy, POLICY, of_the_programme=True)


#: By code. Those of the profile, which the signer enforces too, come first.
RULES: dict[str, LintRule] = {
    "version": LintRule("must be of version 3", f"{_REISSUE} with extensions"),
    "leaf-is-ca": LintRule(
        "must not be a CA", f"{_REISSUE} for a claim signer; this one issues certificates"
    ),
    "digital-signature-missing": LintRule("must have the key usage digitalSignature", _REQUEST),
    "leaf-signs-certificates": LintRule(
        "must not have the key usage keyCertSign", f"{_REISSUE} without keyCertSign"
    ),
    "extended-key-usage-missing": LintRule(
        "must have an extended key usage for claims, e-mail or documents", _REQUEST
    ),
    "extended-key-usage-forbidden": LintRule(
        "must not have an extended key usage for anything, OCSP or time-stamps",
        f"{_REISSUE} for signing claims alone",
    ),
    "authority-key-missing": LintRule(
        "must have an authority key identifier",
        f"{_REISSUE} with an authority key identifier; c2pa-rs rejects manifests without it",
    ),
    "organisation-missing": LintRule(
        "must name an organisation", "Request it with `--organization`", ENGINES
    ),
    "issuer-is-no-ca": LintRule("must be a CA", _OTHER_CA, INTERNET),
    "issuer-signs-no-certificates": LintRule(
        "must have the key usage keyCertSign", _OTHER_CA, INTERNET
    ),
    "issuer-key": LintRule("must have a key of a kind that verifiers take", _OTHER_CA),
    "signature-algorithm": LintRule(
        "must be signed with ECDSA, RSA (PKCS #1) or Ed25519 over SHA-256, SHA-384 or SHA-512",
        f"{_REISSUE} signed over SHA-256 or longer",
    ),
    "key-form": LintRule(
        "must have its public key in the common form",
        f"{_REISSUE}; name the curve instead of its parameters, and use rsaEncryption for RSA",
        ENGINES,
    ),
    PATH_LENGTH: LintRule("must admit a path of this length", _OTHER_CA, INTERNET),
    CRITICAL_EXTENSION: LintRule(
        "must not have a critical extension that some verifier does not process",
        f"{_REISSUE} in which this extension is absent or not critical",
        ENGINES,
    ),
    "name-constraints": LintRule(
        "must have only names that its issuers' name constraints allow", _OTHER_CA, INTERNET
    ),
    "unreadable": LintRule("must be readable", f"{_REISSUE}; this one is not valid DER", INTERNET),
    "leaf-key": LintRule(
        "must have a key on P-256, P-384 or P-521, RSA of 2,048 bits or more, or Ed25519",
        "Make such a key in KMS, and request a certificate for it",
    ),
    "key-usage-not-critical": LintRule(
        "must mark its key usage as critical", f"{_REQUEST}, where it is critical"
    ),
    "self-signed": LintRule(
        "must be issued by an authority", "Send the request to a certificate authority"
    ),
    "serial-number": LintRule(
        "must have a positive serial number of at most 20 octets", _REISSUE, INTERNET
    ),
    "expired": LintRule("must not have expired", "Renew it: request and install a new one"),
    "not-yet-valid": LintRule(
        "must be valid already", "Wait until then, or check this machine's clock"
    ),
    "ends-soon": LintRule(
        f"should be valid for {RENEWAL_DAYS} more days",
        "Renew it: request and install a new one",
        SIGNER,
        "warning",
    ),
    "outlives-issuer": LintRule(
        "should not be valid for longer than its issuer's certificate",
        "Renew when the issuer's certificate ends, not this one",
        INTERNET,
        "warning",
    ),
    "order": LintRule(
        "must be issued by the next certificate of the file",
        "Put the key's certificate first, then its issuer's, and so on",
    ),
    "root-included": LintRule(
        "should not be in the chain: it is the root",
        "Leave it out; `install` does so by itself",
        SIGNER,
        "warning",
    ),
    "duplicate": LintRule("must be in the file once", "Remove the second copy", SIGNER),
    "chain-too-long": LintRule(
        "must be one of at most eight certificates", "Leave out what no path needs", SIGNER
    ),
    "not-anchored": LintRule(
        "must be issued by one of the trusted roots",
        "Add the missing intermediate, or name the right roots with `--anchors`",
    ),
    "country-missing": _programme("must name a country", "Request it with `--country`"),
    "common-name-missing": _programme("must have a common name", "Request it with `--product`"),
    "non-repudiation-missing": _programme("must have the key usage nonRepudiation", _REQUEST),
    "basic-constraints-missing": _programme(
        "must have basic constraints, marked as critical", _REQUEST
    ),
    "claim-signing-missing": _programme(
        "must have the extended key usage c2pa-kp-claimSigning", _REQUEST
    ),
    "companion-usage-missing": _programme(
        "must have the extended key usage emailProtection or documentSigning", _REQUEST
    ),
    "extended-key-usage-critical": _programme(
        "must not mark its extended key usage as critical", _REISSUE
    ),
    "subject-key-missing": _programme("must have a subject key identifier", _REISSUE),
    "policy-missing": _programme(
        "must name the C2PA Certificate Policy (1.3.6.1.4.1.62558.1.1)", _LISTED
    ),
    "ocsp-address-missing": _programme("must give the HTTP address of an OCSP responder", _REISSUE),
    "assurance-level": _programme("must state this assurance level (1.3.6.1.4.1.62558.3)", _LISTED),
    "cpl-record": _programme(
        "must name its record on the list of conforming products (1.3.6.1.4.1.62558.4)", _LISTED
    ),
    "validity-too-long": _programme(
        "must be valid for at most 366 days at level 1, 90 days at level 2",
        f"{_REISSUE} with a shorter life",
    ),
    "issuer-key-weak": _programme(
        "must have a key of RSA 3,072 bits or more, or on P-384 or P-521", _OTHER_CA
    ),
    "issuer-path-length": _programme("must have a path length of zero", _OTHER_CA),
    "issuer-lists-missing": _programme("must have the key usage cRLSign", _OTHER_CA),
    "issuer-usage-missing": _programme(
        "must have the extended key usages of claim signers", _OTHER_CA
    ),
    "issuer-validity-too-long": _programme("must be valid for at most 1,827 days", _OTHER_CA),
    "issuer-revocation-missing": _programme(
        "must give the address of an OCSP responder or a revocation list", _OTHER_CA
    ),
}

BEGIN = "<!-- rules: `make openapi` writes this table from the linter -->\n"
END = "<!-- end of rules -->"


def rule_table() -> str:
    """The rules as a table in Markdown."""
    rows = ["| code | the certificate | who demands it |", "|---|---|---|"]
    for code, rule in RULES.items():
        aside = " (a warning)" if rule.severity == "warning" else ""
        aside = ", with `--level`" if rule.of_the_programme else aside
        rows.append(f"| `{code}` | {rule.sentence} | {rule.source}{aside} |")
    return "\n".join(rows) + "\n"
