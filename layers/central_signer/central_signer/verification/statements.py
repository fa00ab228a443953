"""What a manifest states, from the report of c2pa-rs: actions, generative AI, training, redactions.

All of it is the signer's word. Sentences name the term of the standard that they stand for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from central_signer.verification.engine_report import mapping, sequence, text
from edge_signer.signing.rules.ai_assertions import AI_DISCLOSURE_LABEL
from edge_signer.signing.rules.digital_source_types import term_of
from edge_signer.verification.report import ManifestSays, ReportedAction
from edge_signer.verification.store_notes import Kind

# C2PA 2.2 §18.14.2: what the source type of an action says about generative AI.
_SOURCES = {
    "trainedAlgorithmicMedia": "the content was made by a generative AI model",
    "compositeWithTrainedAlgorithmicMedia": "parts of the content were made by a generative AI "
    "model",
    "compositeSynthetic": "the content is a composite with synthetic parts",
    "trainedAlgorithmicData": "the data was made by a generative AI model",
}
_OVERSIGHT = {
    "fully_autonomous": "no person was involved",
    "prompt_guided": "a person gave the prompts",
    "human_validated": "a person checked the result",
}
# CAWG training and data mining assertion 1.1; it had the prefix c2pa. before.
_TRAINING_LABELS = ("cawg.training-mining", "c2pa.training-mining")
_PURPOSES = {
    "ai_generative_training": "training generative AI models",
    "ai_training": "training AI models that are not generative",
    "ai_inference": "input to AI models",
    "data_mining": "data mining",
}
_USES = {
    "allowed": "allowed",
    "notAllowed": "not allowed",
    "constrained": "allowed with conditions",
}


def manifest_says(
    said: Mapping[str, Any], label: str, kind: Kind = "", assertions: Sequence[str] = ()
) -> ManifestSays:
    """Return what a manifest states.

    Args:
        said: The manifest in the report of c2pa-rs.
        label: Its label.
        kind: Kind of manifest, by our own reader.
        assertions: Labels of its assertions, by our own reader; c2pa-rs leaves some out.
    """
    generators = [mapping(one) for one in sequence(said.get("claim_generator_info"))]
    contents = [
        (text(one.get("label")), mapping(one.get("data")))
        for one in map(mapping, sequence(said.get("assertions")))
    ]
    actions = [one for name, content in contents for one in _actions(name, content)]
    ai = [*_ai_sources(actions), *(s for name, content in contents for s in _ai(name, content))]
    training = [s for name, content in contents for s in _training(name, content)]
    return ManifestSays(
        label=label,
        kind=kind,
        title=text(said.get("title")),
        claim_generator=_named(generators[0]) if generators else "",
        actions=tuple(actions),
        ai=tuple(dict.fromkeys(ai)),
        training=tuple(dict.fromkeys(training)),
        redactions=tuple(filter(None, map(text, sequence(said.get("redactions"))))),
        assertions=tuple(assertions or (name for name, _ in contents if name)),
    )


def _actions(label: str, content: Mapping[str, Any]) -> Iterator[ReportedAction]:
    if not label.startswith("c2pa.actions"):
        return
    agents = sequence(content.get("softwareAgents"))
    for one in map(mapping, sequence(content.get("actions"))):
        yield ReportedAction(
            action=text(one.get("action")),
            digital_source_type=text(one.get("digitalSourceType")),
            software_agent=_agent(one, agents),
            when=text(one.get("when")),
        )


def _agent(action: Mapping[str, Any], agents: Sequence[Any]) -> str:
    index = action.get("softwareAgentIndex")
    # A boolean is an integer in Python.
    if type(index) is int and 0 <= index < len(agents):
        return _named(mapping(agents[index]))
    said = action.get("softwareAgent")
    return text(said) or _named(mapping(said))


def _named(software: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (text(software.get("name")), text(software.get("version")))))


def _ai_sources(actions: Sequence[ReportedAction]) -> Iterator[str]:
    for one in actions:
        term = term_of(one.digital_source_type)
        if term in _SOURCES:
            yield f"{one.action or 'An action'}: {_SOURCES[term]} ({term})."


def _ai(label: str, content: Mapping[str, Any]) -> Iterator[str]:
    if not label.startswith(AI_DISCLOSURE_LABEL):
        return
    names = (content.get("modelName"), content.get("modelIdentifier"), content.get("modelType"))
    named = ", ".join(filter(None, map(text, names)))
    yield f"AI disclosure: a model was involved ({named or 'not named'})."
    level = text(mapping(content.get("contentProfile")).get("humanOversightLevel"))
    if level:
        yield f"AI disclosure: {_OVERSIGHT.get(level, 'human oversight')} ({level})."


def _training(label: str, content: Mapping[str, Any]) -> Iterator[str]:
    if not label.startswith(_TRAINING_LABELS):
        return
    for purpose, entry in mapping(content.get("entries")).items():
        use = text(mapping(entry).get("use"))
        what = _PURPOSES.get(purpose.rpartition(".")[2], purpose)
        conditions = text(mapping(entry).get("constraint_info"))
        sentence = f"{what[:1].upper()}{what[1:]}: {_USES.get(use, use or 'not said')}"
        yield f"{sentence}: {conditions}" if conditions else f"{sentence}."
