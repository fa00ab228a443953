"""Digital source types: how an asset was made, in the terms of IPTC and C2PA."""

from __future__ import annotations

from difflib import get_close_matches

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
C2PA = "http://c2pa.org/digitalsourcetype/"
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
_OTHERS = (
    "algorithmicMedia composite compositeSynthetic dataDrivenMedia multiFrameComputationalCapture "
    "negativeFilm positiveFilm virtualRecording"
)
#: Every term that may be signed, and its URI.
TERMS = {term: IPTC + term for term in (*USUAL, *_OTHERS.split())} | {"empty": C2PA + "empty"}
# Terms that IPTC has retired.
_READ_ONLY = (*(IPTC + term for term in ("digitalArt", "minorHumanEdits", "softwareImage")),)
#: Every URI that the standard allows in a manifest; C2PA's last one is for data, not for media.
VOCABULARY = {*TERMS.values(), *_READ_ONLY, C2PA + "trainedAlgorithmicData"}
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


def term_of(uri: str) -> str:
    """Return the term of a URI of the vocabulary, or another URI as it is."""
    return uri.rpartition("/")[2] if uri in VOCABULARY else uri


def usual_lines() -> list[str]:
    """Return the usual terms, each with its meaning, and the names of the others."""
    width = max(map(len, USUAL))
    return [
        *(f"  {term:<{width}}  {meaning}" for term, meaning in USUAL.items()),
        f"  others: {', '.join(term for term in TERMS if term not in USUAL)},",
        f"  or the full URI of a term, such as {IPTC}digitalCapture",
    ]
