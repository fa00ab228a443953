"""Metadata as a camera, a desk and a house of their own terms would say it."""

from __future__ import annotations

from typing import Any

from edge_signer.signing.rules.digital_source_types import IPTC
from edge_signer.signing.rules.metadata_properties import SCHEMAS


def context(*prefixes: str) -> dict[str, str]:
    return {prefix: SCHEMAS[prefix] for prefix in prefixes}


PHOTOGRAPH: dict[str, Any] = {
    "@context": context("exif", "exifEX", "tiff", "Iptc4xmpExt"),
    "exif:ExposureTime": "1/250",
    "exif:FNumber": 2.8,
    "exif:ISOSpeedRatings": [100],
    "exif:Flash": {"exif:Fired": False, "exif:Mode": 2},
    "exifEX:LensSpecification": {"@list": [24, 70, 2.8, 2.8]},
    "tiff:Make": "Optik Zürich",
    "Iptc4xmpExt:DigitalSourceType": IPTC + "digitalCapture",
    "Iptc4xmpExt:LocationCreated": [{"Iptc4xmpExt:City": "Zürich"}],
}
CAPTION: dict[str, Any] = {
    "@context": {**context("dc", "photoshop"), "desk": "https://desk.example/terms#"},
    "dc:title": {"de": "Die Rakete 😀", "en": 'The "rocket"\\'},
    "dc:creator": ["Zoë", None],
    "photoshop:Headline": "",
    "desk:Slug.short": [[1], [-1.5e300, 2**63 - 1], {}],
}
#: Content by label, a custom one among them.
METADATA: dict[str, dict[str, Any]] = {
    "c2pa.metadata": PHOTOGRAPH,
    "cawg.metadata": CAPTION,
    "com.example.desk.metadata": CAPTION,
}
