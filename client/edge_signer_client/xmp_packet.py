"""The XMP packet of an asset, in which `dcterms:provenance` names a manifest (C2PA 2.2 §11.5)."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from edge_signer_client.errors import AssetLayoutError

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TERMS = "http://purl.org/dc/terms/"
_PROVENANCE = f"{_TERMS} provenance"
_EMPTY = (
    '<?xpacket begin="\N{BYTE ORDER MARK}" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}"></rdf:RDF></x:xmpmeta>'
    '<?xpacket end="w"?>'
).encode()
_WHITE = b" \t\r\n"


def unusable(name: str, what_it_is: str) -> AssetLayoutError:
    """Return the error for a packet into which no address can be written."""
    return AssetLayoutError(
        name, f"the file's XMP {what_it_is}; embed the manifest, or keep it in a sidecar"
    )


def manifest_named_in(packet: bytes) -> str | None:
    """Return the address of the manifest that an XMP packet names; None for none.

    A packet that cannot be read names nothing.
    """
    named: list[str] = []
    is_inside = False

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_inside
        is_inside = name == _PROVENANCE
        if is_inside or _PROVENANCE in attributes:
            named.append(attributes.get(_PROVENANCE, attributes.get(f"{_RDF} resource", "")))

    def text(part: str) -> None:
        if is_inside:
            named[-1] += part

    def end(_: str) -> None:
        nonlocal is_inside
        is_inside = False

    def refuse_entities(*_: Any) -> None:
        raise expat.ExpatError

    parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse_entities
    try:
        parser.Parse(packet.rstrip(b"\0"), True)
    except expat.ExpatError:
        return None
    return (named[0].strip() or None) if named else None


class XmpPacket:
    """A packet to which the address of a manifest can be added.

    Args:
        packet: The asset's; None for a new one.

    Raises:
        AssetLayoutError: The packet is damaged, of a form that is not supported, or names a
            manifest already.
    """

    def __init__(self, packet: bytes | None) -> None:
        self._packet = packet = _EMPTY if packet is None else packet
        # What the descriptions of the `rdf:RDF` element are about; all are about the same.
        self._about = ""
        # Offset of the end tag of `rdf:RDF`.
        self._graph_end = -1
        self._has_children = False
        self._depth = 0
        self._depth_of_graph = 0
        # XMP in these formats is UTF-8 (ISO 16684-1 §7.1), whatever a declaration says.
        self._parser = parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse_entities
        try:
            # Some writers end it with zeros, as texts end in C.
            parser.Parse(packet.rstrip(b"\0"), True)
        except expat.ExpatError as broken:
            raise unusable("XmpDamaged", f"is not well-formed XML in UTF-8 ({broken})") from broken
        if self._graph_end < 0:
            raise unusable("XmpUnsupported", "has no RDF")
        # Of an element without an end tag, this is the end itself.
        if not self._has_children and packet.endswith(b"/>", 0, self._graph_end):
            raise unusable("XmpUnsupported", "has no RDF with content")

    def naming(self, url: str) -> bytes:
        """Return the packet with the address of a manifest.

        It becomes an `rdf:Description` of its own, so every byte stays except padding: spaces at
        the packet's end, which are there to be used up.

        Args:
            url: The address.
        """
        # Readers such as c2pa-rs look for these very prefixes, whatever the packet calls them.
        description = (
            f'<rdf:Description xmlns:rdf="{_RDF}" rdf:about={quoteattr(self._about)}'
            f' xmlns:dcterms="{_TERMS}" dcterms:provenance={quoteattr(url)}/>'
        ).encode()
        rest = self._packet[self._graph_end :]
        body, trailer, after = rest.rpartition(b"<?xpacket end")
        if trailer:
            padding_bytes = len(body) - len(body.rstrip(_WHITE))
            body = body[: len(body) - min(padding_bytes, len(description))]
        return self._packet[: self._graph_end] + description + body + trailer + after

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if name == _PROVENANCE or _PROVENANCE in attributes:
            raise AssetLayoutError(
                "AlreadySigned", "the file's XMP already names a manifest (dcterms:provenance)"
            )
        if name == f"{_RDF} RDF" and not self._depth_of_graph:
            self._depth_of_graph = self._depth
        is_child = bool(self._depth_of_graph) and self._depth == self._depth_of_graph + 1
        if is_child and self._graph_end < 0 and not self._has_children:
            # Old writers leave out the prefix.
            self._about = attributes.get(f"{_RDF} about", attributes.get("about", ""))
            self._has_children = True

    def _end(self, _: str) -> None:
        if self._depth == self._depth_of_graph and self._graph_end < 0:
            self._graph_end = self._parser.CurrentByteIndex
        self._depth -= 1

    def _refuse_entities(self, *_: Any) -> None:
        raise unusable("XmpUnsupported", "has a document type declaration")
