"""Digital source types: how an asset was made, as IPTC and C2PA call it (C2PA 2.2 §18.14.2)."""

from __future__ import annotations

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
C2PA = "http://c2pa.org/digitalsourcetype/"
_IPTC_TERMS = (
    "algorithmicMedia algorithmicallyEnhanced composite compositeCapture compositeSynthetic "
    "compositeWithTrainedAlgorithmicMedia computationalCapture dataDrivenMedia digitalCapture "
    "digitalCreation humanEdits multiFrameComputationalCapture negativeFilm positiveFilm print "
    "screenCapture trainedAlgorithmicMedia virtualRecording"
)
#: Every term that may be signed, and its URI: IPTC's, and C2PA's own that applies to media.
TERMS = {term: IPTC + term for term in _IPTC_TERMS.split()} | {"empty": C2PA + "empty"}
# Terms that IPTC has retired.
_READ_ONLY = tuple(IPTC + term for term in ("digitalArt", "minorHumanEdits", "softwareImage"))
#: Every URI that the standard allows in a manifest; C2PA's last one is for data, not for media.
VOCABULARY = {*TERMS.values(), *_READ_ONLY, C2PA + "trainedAlgorithmicData"}


def term_of(uri: str) -> str:
    """Return the term of a URI of the vocabulary, or another URI as it is."""
    return uri.rpartition("/")[2] if uri in VOCABULARY else uri
