"""Digital source types as people type them."""

from __future__ import annotations

from difflib import get_close_matches

from edge_signer.signing.rules.digital_source_types import IPTC, TERMS

#: The terms for most files; the others are valid too.
USUAL = {
    "digitalCapture": "a camera, scanner or microphone recorded it",
    "computationalCapture": "a camera combined or processed what it recorded, as most phones do",
    "screenCapture": "a screenshot or a screen recording",
    "digitalCreation": "a person made it with software, without generative AI",
    "humanEdits": "a person edited an earlier asset, without generative AI",
    "algorithmicallyEnhanced": "software improved it: noise, colour, sharpness",
    "trainedAlgorithmicMedia": "generative AI made it",
    "compositeWithTrainedAlgorithmicMedia": "a part of it was made by generative AI",
    "compositeCapture": "put together from several recordings",
    "print": "digitised from a print",
}
_CALLED = {
    **dict.fromkeys(("ai", "generated", "genai"), "trainedAlgorithmicMedia"),
    **dict.fromkeys(("photo", "photograph", "camera", "capture", "scan"), "digitalCapture"),
    **dict.fromkeys(("screenshot", "screen"), "screenCapture"),
    **dict.fromkeys(("drawing", "art", "digitalart", "software"), "digitalCreation"),
    **dict.fromkeys(("edited", "minorhumanedits"), "humanEdits"),
    **dict.fromkeys(("composite ai", "inpainting"), "compositeWithTrainedAlgorithmicMedia"),
}


class SourceTypeError(Exception):
    """A word is not a digital source type; the text suggests a close one if there is any."""


def source_type_uri(given: str) -> str:
    """Return the URI of a source type.

    Args:
        given: A term, in upper or lower case, or a URI, which is returned as it is.

    Raises:
        SourceTypeError: It is neither.
    """
    if ":" in given:
        return given
    by_lower = {term.lower(): term for term in TERMS}
    word = given.strip().lower()
    if word in by_lower:
        return TERMS[by_lower[word]]
    close = [_CALLED[word]] if word in _CALLED else []
    close = close or [by_lower[one] for one in get_close_matches(word, by_lower, n=2)]
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    raise SourceTypeError(f"{given or 'an empty text'} is not a digital source type{hint}")


def usual_lines() -> list[str]:
    """Return the usual terms, each with its meaning, and the names of the others."""
    width = max(map(len, USUAL))
    return [
        *(f"  {term:<{width}}  {meaning}" for term, meaning in USUAL.items()),
        f"  others: {', '.join(term for term in TERMS if term not in USUAL)},",
        f"  or the full URI of a term, such as {IPTC}digitalCapture",
    ]
