"""What a manifest states is in the report, in sentences where terms alone would not do."""

from __future__ import annotations

from edge_signer.signing.rules.digital_source_types import TERMS
from tests.judges.verifying import trusting, verified
from tests.signers.foreign_credentials import Parent, signed_by_c2pa_rs
from tests.signers.forgery import forged
from tests.signers.software_signer import ACTIONS, Workshop

ASSERTIONS = {
    "c2pa.ai-disclosure": {
        "modelType": "c2pa.types.model.onnx",
        "modelName": "Painter",
        "contentProfile": {"humanOversightLevel": "prompt_guided"},
    },
    "cawg.training-mining": {
        "entries": {
            "cawg.ai_generative_training": {"use": "notAllowed"},
            "cawg.data_mining": {"use": "constrained", "constraint_info": "Ask us."},
            "cawg.ai_inference": {"use": "allowed"},
        }
    },
}


def test_actions_have_their_source_type_software_and_time(
    photograph: bytes, workshop: Workshop
) -> None:
    edited = {
        "action": "c2pa.edited",
        "digitalSourceType": TERMS["compositeWithTrainedAlgorithmicMedia"],
        "softwareAgent": {"name": "Darkroom", "version": "3"},
        "when": "2026-01-02T03:04:05Z",
    }
    made = signed_by_c2pa_rs(workshop, photograph, actions=[edited])
    says = verified(made.asset, trusting(workshop.ca.anchors_pem())).manifest
    created, changed = says.actions
    assert (created.action, created.software_agent, created.when) == ("c2pa.created", "", "")
    assert created.digital_source_type == TERMS["digitalCapture"]
    assert (changed.software_agent, changed.when) == ("Darkroom 3", "2026-01-02T03:04:05Z")
    (sentence,) = says.ai
    assert sentence.startswith("c2pa.edited: parts of the content were made by a generative AI")


def test_an_agent_that_is_named_by_its_number_is_found(
    photograph: bytes, workshop: Workshop
) -> None:
    action = {**ACTIONS["c2pa.actions"][0], "action": "c2pa.created", "softwareAgentIndex": 1}
    agents = [{"name": "first"}, {"name": "second", "version": "2"}]
    actions = {"actions": [action], "softwareAgents": agents}
    store = forged(
        workshop.sign(photograph), workshop.signer, assertions={"c2pa.actions.v2": actions}
    )
    says = verified(photograph, trusting(workshop.ca.anchors_pem()), store).manifest
    assert [one.software_agent for one in says.actions] == ["second 2"]


def test_statements_on_ai_and_training_are_sentences(photograph: bytes, workshop: Workshop) -> None:
    made = signed_by_c2pa_rs(workshop, photograph, assertions=ASSERTIONS)
    says = verified(made.asset, trusting(workshop.ca.anchors_pem())).manifest
    assert says.ai == (
        "AI disclosure: a model was involved (Painter, c2pa.types.model.onnx).",
        "AI disclosure: a person gave the prompts (prompt_guided).",
    )
    assert says.training == (
        "Training generative AI models: not allowed.",
        "Input to AI models: allowed.",
        "Data mining: allowed with conditions: Ask us.",
    )
    assert {*ASSERTIONS, "c2pa.hash.data"} <= {*says.assertions}


def test_a_redaction_names_what_was_taken_away(photograph: bytes, workshop: Workshop) -> None:
    roots = trusting(workshop.ca.anchors_pem())
    first = signed_by_c2pa_rs(workshop, photograph, note="the place where it was taken")
    label = verified(first.asset, roots).manifest.label
    uri = f"self#jumbf=/c2pa/{label}/c2pa.assertions/org.example.note"
    redacted = {"action": "c2pa.redacted", "parameters": {"redacted": uri}}
    made = signed_by_c2pa_rs(
        workshop, first.asset, parents=[Parent(first.asset)], actions=[redacted], redactions=[uri]
    )
    report = verified(made.asset, roots)
    assert (report.trusted, report.manifest.redactions) == (True, (uri,))
    (parent,) = report.ingredients
    assert "org.example.note" not in parent.manifest.assertions


def test_an_identity_assertion_is_named_and_nobody_is_asked_about_it(
    photograph: bytes, workshop: Workshop
) -> None:
    content = {
        "signer_payload": {"sig_type": "cawg.identity_claims_aggregation"},
        "signature": b"did:web:example.com",
        "pad1": b"",
    }
    store = forged(
        workshop.sign(photograph), workshop.signer, assertions={"cawg.identity": content}
    )
    report = verified(photograph, trusting(workshop.ca.anchors_pem()), store)
    # c2pa-rs would resolve the identifier over the network; it finds nothing if it does not look.
    assert (report.trusted, report.failures) == (True, ())
    assert report.notes == ("The identity assertion cawg.identity (CAWG) was not validated.",)
