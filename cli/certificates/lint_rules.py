"""The rules of the certificate linter: a code, a sentence, a remedy and a source for each.

The standard's certificate profile is the same in C2PA 2.2 and 2.4 (§14.5.1). The conformance
programme's is that of the C2PA Certificate Policy, version 0.2, with its two assurance levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edge_signer.signing.credentials.certificate_profile import FAULTS

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
        of_the_programme: Whether the programme makes it, so that breaking it is an error at an
            assurance level. Without a level it does not count, or is the warning that it says.
    """

    sentence: str
    remedy: str
    source: str = STANDARD
    severity: Severity = "error"
    of_the_programme: bool = False


def _of_the_profile(code: str, remedy: str) -> tuple[str, LintRule]:
    fault = FAULTS[code]
    source = STANDARD if fault.of_the_standard else ENGINES
    return code, LintRule(fault.demand, remedy, source)


def _programme(sentence: str, remedy: str) -> LintRule:
    return LintRule(sentence, remedy, POLICY, of_the_programme=True)


def _recommended(sentence: str, remedy: str, source: str = STANDARD) -> LintRule:
    """A rule that the programme makes, and the standard or the RFC recommends."""
    return LintRule(sentence, remedy, source, "warning", of_the_programme=True)


#: What to do when a rule of the profile is broken, which the signer enforces too.
_REMEDIES = {
    "version": f"{_REISSUE} with extensions",
    "unique-identifier": f"{_REISSUE} without the fields issuerUniqueID and subjectUniqueID",
    "leaf-is-ca": f"{_REISSUE} for a claim signer; this one issues certificates",
    "digital-signature-missing": _REQUEST,
    "leaf-signs-certificates": f"{_REISSUE} without keyCertSign",
    "extended-key-usage-missing": _REQUEST,
    "extended-key-usage-forbidden": f"{_REISSUE} for signing claims alone",
    "authority-key-missing": (
        f"{_REISSUE} with an authority key identifier; c2pa-rs rejects manifests without it"
    ),
    "organisation-missing": "Request it with `--organization`",
    "self-issued": (
        "Send the request to a certificate authority; the authority's name must not be yours"
    ),
    "issuer-is-no-ca": _OTHER_CA,
    "issuer-signs-no-certificates": _OTHER_CA,
    "issuer-key": _OTHER_CA,
    "issuer-subject-key-missing": f"{_OTHER_CA}; encypher-c2pa does not trust this one",
    "policy-constraints": f"{_OTHER_CA}; encypher-c2pa does not trust this one",
    "signature-algorithm": f"{_REISSUE} signed over SHA-256 or longer",
    "signature-digest": (
        f"{_REISSUE} signed over SHA-384 or SHA-512; c2pa-rs cannot verify this signature"
    ),
    "key-form": f"{_REISSUE}; name the curve instead of its parameters, and use rsaEncryption",
    "path-length": _OTHER_CA,
    "critical-extension": f"{_REISSUE} in which this extension is absent or not critical",
}

#: By code. Those of the profile come first.
RULES: dict[str, LintRule] = {
    **dict(_of_the_profile(*one) for one in _REMEDIES.items()),
    "name-constraints": LintRule(
        "must have only names that its issuers' name constraints allow", _OTHER_CA, INTERNET
    ),
    "unreadable": LintRule("must be readable", f"{_REISSUE}; this one is not valid DER", INTERNET),
    "leaf-key": LintRule(
        "must have a key on P-256, P-384 or P-521, RSA of 2,048 bits or more, or Ed25519",
        "Make such a key in KMS, and request a certificate for it",
    ),
    "key-usage-not-critical": _recommended(
        "should mark its key usage as critical", f"{_REQUEST}, where it is critical"
    ),
    "subject-key-missing": _recommended(
        "should have a subject key identifier", f"{_REISSUE} with one"
    ),
    "email-protection-missing": LintRule(
        "should have the extended key usage emailProtection",
        "Ask the authority to add it: c2pa-rs rejects the others unless it is configured otherwise",
        ENGINES,
        "warning",
    ),
    "authority-key-mismatch": _recommended(
        "should have its issuer's subject key identifier as authority key identifier",
        f"{_REISSUE}, or include the right issuer's certificate; openssl does not trust this chain",
        INTERNET,
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
    "root-unusable": LintRule(
        "must lead to a root that is valid now and allows this chain",
        "Ask the authority for its current root, and name it with `--anchors`",
        INTERNET,
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
    "policies-critical": _programme("must not mark its certificate policies as critical", _REISSUE),
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
    "issuer-name-incomplete": _programme(
        "must name a country and an organisation, and have a common name", _OTHER_CA
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
        aside = ""
        if rule.severity == "warning":
            aside = " (a warning)"
        elif rule.of_the_programme:
            aside = ", with `--level`"
        if rule.severity == "warning" and rule.of_the_programme:
            aside = " (a warning; an error with `--level`)"
        rows.append(f"| `{code}` | {rule.sentence} | {rule.source}{aside} |")
    return "\n".join(rows) + "\n"
