"""The conformance programme's integrity rubric; `test_asset_rubric.py` says where it is from.

Three of its six checks, those named `_data_present`, ask one thing: are there validation results?
Of asset and trust, more is asked here: were they looked at? What nobody looks at does not fail.
"""

from __future__ import annotations

import pytest

from emulator.credentials.development_ca import DevelopmentCa
from tests.conformance.rubrics.conftest import Spoiler
from tests.judges.crjson import Credentials, read_credentials
from tests.signers.software_signer import Workshop

#: What makes a store not well-formed, by what is wrong.
STRUCTURE = {
    *("assertion.cbor.invalid", "assertion.json.invalid", "claim.cbor.invalid"),
    *("manifest.compressed.invalid", "manifest.timestamp.invalid", "manifest.update.invalid"),
    *("claim.missing", "claim.hardBindings.missing", "hashedURI.missing"),
    *("ingredient.manifest.missing", "assertion.alternativeContentRepresentation.missing"),
    *("claim.multiple", "assertion.multipleHardBindings", "manifest.multipleParents"),
    *("manifest.html.multipleManifests", "manifest.structuredText.multipleReferences"),
    *("manifest.timestamp.wrongParents", "manifest.update.wrongParents"),
    *("manifest.inaccessible", "assertion.boxesHash.unknownBox"),
    *("manifest.structuredText.emptyReference", "manifest.structuredText.malformedReference"),
    *("manifest.structuredText.noManifest", "manifest.structuredText.noResolutionPath"),
    *("assertion.external-reference.created", "assertion.external-reference.labelMismatch"),
    *("assertion.action.malformed", "assertion.ingredient.malformed", "claim.malformed"),
    *("assertion.external-reference.malformed", "assertion.multiAssetHash.malformed"),
    *("assertion.bmffHash.malformed", "assertion.boxesHash.malformed"),
    *("assertion.collectionHash.malformed", "assertion.dataHash.malformed"),
    "assertion.alternativeContentRepresentation.malformed",
}
#: What makes a well-formed store not valid.
INTEGRITY = {
    *("assertion.hashedURI.mismatch", "hashedURI.mismatch", "assertion.hardBinding.redacted"),
    *("assertion.dataHash.mismatch", "assertion.bmffHash.mismatch"),
    *("assertion.boxesHash.mismatch", "assertion.collectionHash.mismatch"),
    *("assertion.multiAssetHash.mismatch", "assertion.external-reference.hashMismatch"),
    *("assertion.action.ingredientMismatch", "assertion.action.redactionMismatch"),
    *("ingredient.manifest.mismatch", "ingredient.claimSignature.mismatch"),
    *("ingredient.claimSignature.missing", "claimSignature.missing"),
    "assertion.alternativeContentRepresentation.hashMismatch",
}
#: What makes a valid store not trusted.
TRUST = {
    *("claimSignature.mismatch", "claimSignature.outsideValidity"),
    *("signingCredential.invalid", "signingCredential.untrusted"),
    "signingCredential.ocsp.revoked",
}


@pytest.fixture(scope="module")
def stranger_pem() -> str:
    """The root of a CA that issued nothing here."""
    return DevelopmentCa().anchors_pem()


def test_the_engine_says_what_it_found(signed: Credentials, spoilt: Spoiler) -> None:
    """well_formed_data_present. Red when: the store lacks the manifest of its ingredient."""
    assert "validationResults" in signed.manifest
    absent = {"url": "self#jumbf=/c2pa/urn:c2pa:absent", "hash": bytes(32)}
    orphan = {"dc:title": "x", "relationship": "parentOf", "activeManifest": absent}
    assert "validationResults" not in spoilt(assertions={"c2pa.ingredient.v3": orphan}).manifest


def test_the_store_is_well_formed(signed: Credentials, spoilt: Spoiler) -> None:
    """well_formed_success. Red when: the history does not begin with creation or opening.

    An update may begin with any action that changes nothing; red when it has been cropped.
    """
    assert signed.codes("failure") & STRUCTURE == set()
    history = {"actions": [{"action": "c2pa.cropped"}], "allActionsIncluded": True}
    headless = spoilt(assertions={"c2pa.actions.v2": history})
    code = "manifest.update.invalid" if signed.is_update else "assertion.action.malformed"
    assert headless.codes("failure") & STRUCTURE == {code}


def test_the_asset_and_every_assertion_were_hashed(
    signed: Credentials, drawing: bytes, workshop: Workshop
) -> None:
    """valid_data_present. Red when: the asset is not the one that was signed."""

    def matched(one: Credentials) -> set[str]:
        return {
            str(found["url"]).rpartition("/")[2]
            for found in one.manifest["validationResults"]["success"]
            if found["code"] == "assertion.hashedURI.match"
        }

    assert matched(signed) == set(signed.assertions)
    assert "assertion.dataHash.match" in signed.codes("success")
    other = drawing[:-20] + bytes([drawing[-20] ^ 1]) + drawing[-19:]
    misplaced = read_credentials(other, "image/png", signed.store, workshop.ca.anchors_pem())
    assert "assertion.dataHash.match" not in misplaced.codes("success")


def test_what_was_hashed_is_what_was_signed(signed: Credentials, spoilt: Spoiler) -> None:
    """valid_success. Red when: the hard binding has another digest than the asset.

    An update has none: the one of its parent is read beside another asset in
    `test_the_asset_and_every_assertion_were_hashed`.
    """
    assert signed.codes("failure") & INTEGRITY == set()
    if signed.is_update:
        return
    binding = {"alg": "sha256", "hash": bytes(32), "name": "jumbf manifest", "pad": b""}
    unbound = spoilt(assertions={"c2pa.hash.data": binding})
    assert unbound.codes("failure") & INTEGRITY == {"assertion.dataHash.mismatch"}


def test_the_signature_and_the_signer_were_checked(
    signed: Credentials, drawing: bytes, stranger_pem: str
) -> None:
    """trusted_data_present. Red when: the reader has only a stranger's root."""
    checked = {"claimSignature.validated", "signingCredential.trusted"}
    assert checked <= signed.codes("success")
    unknown = read_credentials(drawing, "image/png", signed.store, stranger_pem)
    assert checked - unknown.codes("success") == {"signingCredential.trusted"}


def test_the_signer_is_trusted(signed: Credentials, drawing: bytes, stranger_pem: str) -> None:
    """trusted_success. Red when: the reader has only a stranger's root."""
    assert signed.codes("failure") & TRUST == set()
    unknown = read_credentials(drawing, "image/png", signed.store, stranger_pem)
    assert unknown.codes("failure") & TRUST == {"signingCredential.untrusted"}
