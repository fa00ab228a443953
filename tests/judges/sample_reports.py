"""Reports of every kind, with texts as strangers write them."""

from __future__ import annotations

from datetime import UTC, datetime

from edge_signer.verification.report import (
    Check,
    Difference,
    EngineOpinion,
    Judged,
    ManifestSays,
    Missing,
    ReportedAction,
    ReportedFinding,
    ReportedIngredient,
    Signer,
    TimeStamped,
    TrustListUsed,
    VerificationReport,
)

VERIFIED_AT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
SIGNED_AT = datetime(2026, 11, 27, 18, 4, 12, tzinfo=UTC)
#: Markup, a quotation mark that ends an attribute, and characters that reorder or control a line.
ATTACK = "\"><script>document.title='pwned'</script><img src=x onerror=alert(1)>\x1b[2J\u202egpj"
ENGINES = ("c2pa-rs", "edge-signer")
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"

_SIGNER = Signer(
    name="ACME News photo desk",
    organisation="ACME News Ltd",
    issuer="Example Signing CA 2",
    serial_number="482910472910472910472",
    not_before=datetime(2026, 10, 1, tzinfo=UTC),
    not_after=datetime(2026, 12, 30, tzinfo=UTC),
    algorithm="ES256",
    trusted_by="C2PA trust list",
)
_LIST = TrustListUsed(
    name="C2PA trust list",
    purposes=("signers",),
    anchors=23,
    sha256="5f" * 32,
    issued=datetime(2026, 11, 1, tzinfo=UTC),
    next_update=datetime(2026, 12, 1, tzinfo=UTC),
)
_STAMP_LIST = _LIST.model_copy(
    update={"name": "C2PA TSA trust list", "purposes": ("time_stamps",), "anchors": 9}
)
_STATEMENTS = ManifestSays(
    label="urn:c2pa:3fad1ead-8ed5-44d0-873b-ea5f58adea82",
    kind="standard",
    title="The harbour at dawn",
    claim_generator="Edge Signer 0.1.0",
    actions=(
        ReportedAction(action="c2pa.opened"),
        ReportedAction(
            action="c2pa.edited",
            digital_source_type=SOURCE_TYPE + "humanEdits",
            software_agent="Darkroom 4.2",
            when="2026-11-27T17:55:00Z",
        ),
    ),
    training=("Training generative AI models: not allowed.", "Data mining: not allowed."),
    assertions=("c2pa.actions.v2", "c2pa.ingredient.v3", "c2pa.hash.data", "cawg.training-mining"),
)
_CAMERA = ReportedIngredient(
    title="DSC_0417.JPG",
    relationship="parentOf",
    media_type="image/jpeg",
    verdict="Trusted",
    signer="Camera 900 · Example Optics",
    time=datetime(2026, 11, 27, 6, 41, tzinfo=UTC),
    manifest=ManifestSays(
        actions=(
            ReportedAction(
                action="c2pa.created", digital_source_type=SOURCE_TYPE + "digitalCapture"
            ),
        )
    ),
)
_CHECKS = (
    Check(name="structure", result="passed", engines=ENGINES),
    Check(name="claim_signature", result="passed", engines=ENGINES),
    Check(name="assertion_hashes", result="passed", engines=ENGINES),
    Check(name="hard_binding", result="passed", engines=ENGINES),
    Check(name="certificate", result="passed", engines=ENGINES),
    Check(name="trust", result="passed", engines=ENGINES),
    Check(name="time_stamp", result="passed", engines=("c2pa-rs",)),
    Check(
        name="revocation",
        result="not_checked",
        explanation="The manifest holds no OCSP response, and nothing is fetched.",
    ),
    Check(name="ingredients", result="passed", engines=("c2pa-rs",)),
)

TRUSTED = VerificationReport(
    trusted=True,
    verdict="Trusted",
    verified_at=VERIFIED_AT,
    judged=Judged(
        name="harbour.jpg",
        media_type="image/jpeg",
        size_bytes=4_182_207,
        sha256="9c" * 32,
        credentials="embedded",
    ),
    checks=_CHECKS,
    signer=_SIGNER,
    time_stamp=TimeStamped(
        state="Trusted",
        time=SIGNED_AT,
        authority="Example Time-Stamp Unit 3",
        trusted_by="C2PA TSA trust list",
    ),
    manifest=_STATEMENTS,
    ingredients=(
        ReportedIngredient(
            title="harbour-crop.jpg",
            relationship="parentOf",
            media_type="image/jpeg",
            verdict="Trusted",
            signer="Darkroom · Example Software",
            manifest=ManifestSays(actions=(ReportedAction(action="c2pa.cropped"),)),
            ingredients=(_CAMERA,),
        ),
        ReportedIngredient(title="logo.svg", relationship="componentOf", verdict="NoCredentials"),
    ),
    missing=(
        Missing(
            code="no_revocation_data",
            meaning="The manifest holds no proof that the certificate was not revoked.",
        ),
    ),
    engines=tuple(
        EngineOpinion(name=name, version=version, verdict="Trusted")
        for name, version in (("c2pa-rs", "0.91.3"), ("edge-signer", "0.1.0"))
    ),
    trust_lists=(_LIST, _STAMP_LIST),
)

CHANGED = TRUSTED.model_copy(
    update={
        "trusted": False,
        "verdict": "Invalid",
        "judged": TRUSTED.judged.model_copy(update={"name": "harbour-edited.jpg"}),
        "checks": tuple(
            one.model_copy(
                update={"result": "failed", "explanation": "The digest of the file differs."}
            )
            if one.name == "hard_binding"
            else one
            for one in _CHECKS
        ),
        "failures": (
            ReportedFinding(
                code="assertion.dataHash.mismatch",
                meaning="The file was changed after it was signed, or these credentials belong "
                "to another file.",
                explanation="hash does not match",
                engines=ENGINES,
            ),
        ),
        "notes": ("The assertion c2pa.actions.v2 has an empty instanceID.",),
    }
)

#: The engines differ, an ingredient was tampered with, and the list is overdue.
DOUBTFUL = TRUSTED.model_copy(
    update={
        "trusted": False,
        "judged": TRUSTED.judged.model_copy(
            update={
                "name": "montage.png",
                "credentials": "sidecar",
                "source": "montage.png.c2pa",
                "also": "the file has embedded credentials (c2pa-rs: Valid)",
            }
        ),
        "time_stamp": TimeStamped(state="Untrusted", time=SIGNED_AT, authority="Somebody's clock"),
        "ingredients": (
            ReportedIngredient(
                title="old.jpg",
                relationship="parentOf",
                verdict="Trusted",
                signer="Darkroom · Example Software",
                ingredients=(
                    _CAMERA.model_copy(
                        update={
                            "verdict": "Invalid",
                            "failures": (
                                ReportedFinding(
                                    code="claimSignature.mismatch",
                                    meaning="The signature does not match: the claim was changed, "
                                    "or another key signed it.",
                                ),
                            ),
                        }
                    ),
                ),
            ),
        ),
        "missing": (
            Missing(code="untrusted_time_stamp", meaning="No trust list has the authority."),
            Missing(code="overdue_trust_list", meaning="A newer C2PA trust list is due."),
        ),
        "engines": (
            TRUSTED.engines[0],
            EngineOpinion(
                name="edge-signer",
                version="0.1.0",
                verdict="Valid",
                failures=("signingCredential.untrusted",),
                not_checked=("It does not validate compressed manifests.",),
            ),
        ),
        "differences": (
            Difference(
                code="signingCredential.untrusted",
                meaning="c2pa-rs finds the signer trusted; edge-signer does not.",
            ),
        ),
        "trust_lists": (_LIST.model_copy(update={"is_overdue": True}), _STAMP_LIST),
        "manifest": _STATEMENTS.model_copy(
            update={
                "kind": "update",
                "ai": (
                    "c2pa.edited: parts of the content were made by a generative AI model "
                    "(compositeWithTrainedAlgorithmicMedia).",
                ),
                "redactions": ("self#jumbf=/c2pa/urn:c2pa:1/c2pa.assertions/stds.exif",),
            }
        ),
    }
)

UNKNOWN = TRUSTED.model_copy(
    update={
        "trusted": False,
        "verdict": "Valid",
        "judged": TRUSTED.judged.model_copy(update={"name": ATTACK}),
        "signer": _SIGNER.model_copy(
            update={"name": ATTACK, "organisation": "", "issuer": ATTACK, "trusted_by": ""}
        ),
        "time_stamp": TimeStamped(authority=ATTACK),
        "manifest": ManifestSays(
            label=ATTACK,
            title=ATTACK,
            claim_generator=ATTACK,
            actions=(
                ReportedAction(
                    action=ATTACK, digital_source_type=ATTACK, software_agent=ATTACK, when=ATTACK
                ),
            ),
            ai=(ATTACK,),
            training=(ATTACK,),
            redactions=(ATTACK,),
            assertions=(ATTACK, ATTACK),
        ),
        "ingredients": (
            ReportedIngredient(
                title=ATTACK,
                relationship=ATTACK,
                media_type=ATTACK,
                verdict="Invalid",
                signer=ATTACK,
                failures=(ReportedFinding(code=ATTACK, meaning=ATTACK, explanation=ATTACK),),
            ),
        ),
        "failures": (ReportedFinding(code="signingCredential.untrusted", explanation=ATTACK),),
        "notes": (ATTACK,),
        "missing": (Missing(code="untrusted_signer", meaning=ATTACK),),
        "trust_lists": (_LIST.model_copy(update={"name": ATTACK, "is_development": True}),),
    }
)

NO_CREDENTIALS = VerificationReport(
    trusted=False,
    verdict="NoCredentials",
    verified_at=VERIFIED_AT,
    judged=Judged(name="plain.jpg", media_type="image/jpeg", size_bytes=9_612, credentials="none"),
)
DEVELOPMENT = TRUSTED.model_copy(
    update={"trust_lists": (_LIST.model_copy(update={"is_development": True}),)}
)
#: Of a digest alone, whose binding no engine could check.
UNBOUND = TRUSTED.model_copy(
    update={
        "trusted": False,
        "verdict": "Valid",
        "checks": tuple(
            one.model_copy(update={"result": "not_checked"}) if one.name == "hard_binding" else one
            for one in _CHECKS
        ),
    }
)
ALL = (TRUSTED, CHANGED, DOUBTFUL, UNKNOWN, NO_CREDENTIALS, DEVELOPMENT)
