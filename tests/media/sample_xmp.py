"""XMP packets as programs write them, and files that carry them."""

from __future__ import annotations

import re
import struct
from xml.etree import ElementTree

from tests.media.odd_assets import chunk, segment
from tests.media.sample_assets import SAMPLE_ASSETS

JPEG_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
PNG_HEAD = b"XML:com.adobe.xmp\0" + bytes(4)
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_BEGIN = '<?xpacket begin="\N{BYTE ORDER MARK}" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_META = '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 5.6">'
_TITLE = (
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Zürich &amp; the lake</rdf:li></rdf:Alt>'
    "</dc:title>"
)
_PADDING = (" " * 99 + "\n") * 20
_ABOUT = f"{{{_RDF}}}about"
_PROVENANCE = "{http://purl.org/dc/terms/}provenance"

#: By what is special about them; all are well-formed.
PACKETS = {
    "padded, with attributes and elements": (
        f'{_BEGIN}{_META}\n <rdf:RDF xmlns:rdf="{_RDF}">\n  <rdf:Description rdf:about=""\n'
        '    xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/jpeg"\n'
        '    xmlns:xmpNote="http://ns.adobe.com/xmp/note/"\n'
        f'    xmpNote:HasExtendedXMP="{"0" * 32}">\n   {_TITLE}\n  </rdf:Description>\n'
        f' </rdf:RDF>\n</x:xmpmeta>\n{_PADDING}<?xpacket end="w"?>'
    ),
    "read-only, without padding": (
        f'{_BEGIN}{_META}<rdf:RDF xmlns:rdf="{_RDF}"><rdf:Description rdf:about="uuid:1&amp;2"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/">{_TITLE}</rdf:Description></rdf:RDF>'
        '</x:xmpmeta><?xpacket end="r"?>'
    ),
    "in several descriptions, with dcterms": (
        f'{_META}<rdf:RDF xmlns:rdf="{_RDF}"><rdf:Description rdf:about="" '
        'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:created="2026"/><rdf:Description '
        'rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:source rdf:parseType='
        '"Resource"/></rdf:Description></rdf:RDF></x:xmpmeta>'
    ),
    "with other prefixes, and an about of old": (
        f"<m:xapmeta xmlns:m='adobe:ns:meta/'><r:RDF xmlns:r='{_RDF}'><r:Description about=''>"
        "<d:subject xmlns:d='http://purl.org/dc/elements/1.1/'><r:Bag><r:li>a &lt; b</r:li>"
        "<r:li><![CDATA[</r:RDF>]]></r:li></r:Bag></d:subject><!-- </r:RDF> --></r:Description>"
        "</r:RDF></m:xapmeta>"
    ),
    "behind a byte order mark": (
        f'\N{BYTE ORDER MARK}{_META}<rdf:RDF xmlns:rdf="{_RDF}"><rdf:Description '
        'rdf:about=""/></rdf:RDF></x:xmpmeta>'
    ),
    "ended by zeros": f'{_META}<rdf:RDF xmlns:rdf="{_RDF}"> </rdf:RDF></x:xmpmeta>\0\0',
}


def naming(attribute_or_element: str) -> str:
    """A packet that names a manifest.

    Args:
        attribute_or_element: In which form.
    """
    terms = 'xmlns:t="http://purl.org/dc/terms/"'
    description = {
        "attribute": f'<rdf:Description {terms} t:provenance="self#jumbf=c2pa"/>',
        "element": f"<rdf:Description {terms}><t:provenance>https://e.org</t:provenance>"
        "</rdf:Description>",
    }[attribute_or_element]
    return f'{_META}<rdf:RDF xmlns:rdf="{_RDF}">{description}</rdf:RDF></x:xmpmeta>'


#: With Exif of no entries behind APP0.
EXIF = segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0")


def with_exif(jpeg: bytes) -> bytes:
    """Put Exif behind a JPEG's APP0."""
    end = 4 + int.from_bytes(jpeg[4:6])
    return jpeg[:end] + EXIF + jpeg[end:]


def in_jpeg(packet: bytes) -> bytes:
    """A JPEG with Exif, a packet, and extended XMP behind it."""
    jpeg = SAMPLE_ASSETS["JPEG"].content
    end = 4 + int.from_bytes(jpeg[4:6])
    extended = segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 40 + b"<x/>")
    return jpeg[:end] + EXIF + segment(0xE1, JPEG_HEAD + packet) + extended + jpeg[end:]


def in_png(packet: bytes) -> bytes:
    """A PNG with a packet behind its picture."""
    png = SAMPLE_ASSETS["PNG"].content
    return png[:-12] + chunk(b"iTXt", PNG_HEAD + packet) + png[-12:]


def in_webp(packet: bytes) -> bytes:
    """An extended WebP with a packet."""
    picture = SAMPLE_ASSETS["WebP"].content[12:]
    header = b"VP8X" + struct.pack("<II", 10, 0x14) + bytes(6)
    padded = struct.pack("<I", len(packet)) + packet + bytes(len(packet) & 1)
    chunks = b"WEBP" + header + picture + b"XMP " + padded
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


CARRIERS = {"image/jpeg": in_jpeg, "image/png": in_png, "image/webp": in_webp}


def named_and_rest(file: bytes) -> tuple[list[str], str]:
    """Read the first packet of a file as a program that knows XMP and no formats.

    Returns:
        The manifests that it names, and everything else in canonical XML.
    """
    packet = re.search(rb"<(x:xmpmeta|m:xapmeta).*?</\1>", file, re.DOTALL)
    assert packet is not None
    root = ElementTree.fromstring(packet[0].decode())
    named = []
    for graph in root.iter(f"{{{_RDF}}}RDF"):
        # All of a packet are about the same (ISO 16684-1 §7.4).
        assert len({one.get(_ABOUT, one.get("about", "")) for one in graph}) <= 1
        for description in list(graph):
            if description.get(_PROVENANCE) is None:
                continue
            named.append(description.attrib.pop(_PROVENANCE))
            if description.attrib.keys() <= {_ABOUT} and not len(description):
                graph.remove(description)
    return named, ElementTree.canonicalize(ElementTree.tostring(root, encoding="unicode"))
