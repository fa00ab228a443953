"""How an asset came to be, as people name it: terms of the IPTC digital source types."""

from __future__ import annotations

from difflib import get_close_matches

from edge_signer.signing.action_model import DIGITAL_SOURCE_TYPES, IPTC

#: The terms that most assets need, and what each one states.
USUAL = {
    "digitalCapture": "a camera or recorder captured it",
    "computationalCapture": "a camera captured it and combined or computed parts of it",
    "screenCapture": "a capture of a screen",
    "digitalCreation": "a person made it with a computer, without generative AI",
    "humanEdits": "a person edited it, without generative AI",
    "algorithmicallyEnhanced": "an algorithm improved it without changing what it shows",
    "composite": "a mix of several elements",
    "trainedAlgorithmicMedia": "generative AI made it",
    "compositeWithTrainedAlgorithmicMedia": "a mix in which generative AI made a part",
}


class SourceTypeError(ValueError):
    """No such source type; the text says so in one line, with the nearest term if there is one."""


def source_type_uri(named: str) -> str:
    """Give the URI of a source type.

    Args:
        named: A term of the IPTC vocabulary, in any case, or a whole URI.

    Raises:
        SourceTypeError: It is neither.
    """
    if named in DIGITAL_SOURCE_TYPES:
        return named
    terms = {uri.rpartition("/")[2].lower(): uri for uri in DIGITAL_SOURCE_TYPES}
    wanted = named.rstrip("/").rpartition("/")[2].lower()
    if wanted in terms and "/" not in named:
        return terms[wanted]
    near = get_close_matches(wanted, terms, n=1)
    hint = f"did you mean {terms[near[0]].removeprefix(IPTC)}?" if near else usual()
    raise SourceTypeError(f"{named} is not a digital source type: {hint}")


def usual() -> str:
    """List the usual terms and what they state."""
    return "; ".join(f"{term}: {meaning}" for term, meaning in USUAL.items())
