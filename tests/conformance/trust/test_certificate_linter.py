"""The linter names the rule that a chain breaks, and passes nothing that c2pa-rs refuses."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from cli.certificates.lint_rules import RULES
from cli.certificates.linter import lint
from edge_signer.signing.credentials.certificate import CertificateChain
from edge_signer.signing.credentials.certificate_profile import FAULTS
from tests.authorities.issuing_chains import pem_of
from tests.authorities.linted_chains import Chain
from tests.authorities.spoilt_chains import BELOW_LEVEL_2, WARNED, WRONG
from tests.judges.engines import JUDGES, Judge, c2pa_rs, encypher
from tests.signers.software_signer import Workshop

#: Nothing can be signed under these.
UNSIGNABLE = {"leaf-key on another curve", "leaf-key too short", "order", "chain-too-long"}
TAKEN_BY_BOTH = {
    "critical-extension of the issuer",
    "key-form",
    "organisation-missing",
    "serial-number below zero",
    "serial-number of 21 octets",
    "serial-number of zero",
    "unreadable",
}
#: What c2pa-rs 0.91 and encypher-c2pa trust all the same.
TAKEN: dict[Judge, set[str]] = {
    c2pa_rs: {
        *TAKEN_BY_BOTH,
        "authority-key-missing of the issuer",
        "digital-signature-missing",
        "issuer-key too short",
        "issuer-subject-key-missing",
        "name-constraints excluded",
        "name-constraints permitted",
        "policy-constraints",
        "root-unusable because it expired",
        "root-unusable because of its names",
        "root-unusable because of its path",
        "self-issued under an issuer",
        "unique-identifier of the issuer's issuer",
        "version of the issuer",
    },
    encypher: {*TAKEN_BY_BOTH, "duplicate"},
}


def states(
    workshop: Workshop, certificates: list[x509.Certificate], root: Any, photo: bytes
) -> list[str]:
    """Sign under the chain, although our own check would refuse it, and have engines judge."""
    workshop.signer.certificate_chain = CertificateChain(tuple(certificates))
    store, anchors = workshop.sign(photo), pem_of((root,))
    return [judge(photo, "image/jpeg", store, anchors).state for judge in JUDGES]


def found(chain: Chain, level: int | None = None) -> tuple[list[x509.Certificate], Any, list[str]]:
    certificates, root = chain.certificates()
    findings = lint(certificates, level=level, anchors=[root])
    return certificates, root, [one.code for one in findings if one.severity == "error"]


TRUSTED = ["Trusted"] * len(JUDGES)


@pytest.mark.parametrize("path_length", [None, 1])
def test_a_conforming_chain_has_no_fault_and_is_trusted(
    path_length: int | None, photograph: bytes
) -> None:
    workshop = Workshop()
    chain = Chain(workshop.signer.public_key)
    if path_length is not None:
        chain.add_upper(path_length)
    certificates, root, codes = found(chain, level=2)
    assert codes == []
    assert states(workshop, certificates, root, photograph) == TRUSTED


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_chain_gets_the_code_of_its_rule(case: str, photograph: bytes) -> None:
    workshop = Workshop()
    chain = Chain(workshop.signer.public_key)
    WRONG[case](chain)
    certificates, root, codes = found(chain)
    code = case.split(maxsplit=1)[0]
    assert code in codes
    if case not in UNSIGNABLE:
        said = dict(zip(JUDGES, states(workshop, certificates, root, photograph), strict=True))
        taken = {judge for judge, state in said.items() if state == "Trusted"}
        assert taken == {judge for judge in JUDGES if case in TAKEN[judge]}, said


@pytest.mark.parametrize("case", BELOW_LEVEL_2)
def test_what_only_the_programme_forbids_is_a_fault_at_its_level_alone(
    case: str, photograph: bytes
) -> None:
    workshop = Workshop()
    chain = Chain(workshop.signer.public_key)
    BELOW_LEVEL_2[case](chain)
    certificates, root, codes = found(chain, level=2)
    assert codes == [case.split(maxsplit=1)[0]]
    plain = [one for one in lint(certificates, anchors=[root]) if one.severity == "error"]
    assert plain == []
    assert states(workshop, certificates, root, photograph) == TRUSTED


@pytest.mark.parametrize("case", WARNED)
def test_what_may_become_a_fault_is_a_warning(case: str, photograph: bytes) -> None:
    workshop = Workshop()
    chain = Chain(workshop.signer.public_key)
    WARNED[case](chain)
    certificates, root = chain.certificates()
    (finding,) = lint(certificates, level=2, anchors=[root])
    assert (finding.code, finding.severity) == (case, "warning")
    assert states(workshop, certificates, root, photograph) == TRUSTED


def test_an_issuer_that_cannot_be_read_is_named_once() -> None:
    chain = Chain(Workshop().signer.public_key)
    chain.add_upper(path_length=1)
    broken = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, b"\xff")
    chain.issuer.extensions["added"] = (broken, False)
    findings = lint(chain.certificates()[0])
    assert [one.certificate for one in findings if one.code == "unreadable"] == [2]


def test_every_rule_that_the_signer_enforces_has_a_remedy() -> None:
    assert RULES.keys() > FAULTS.keys()


def test_every_code_has_a_case() -> None:
    cases = {case.split(maxsplit=1)[0] for case in (*WRONG, *BELOW_LEVEL_2, *WARNED)}
    # The command's own test has the root.
    assert RULES.keys() - cases == {"root-included"}
