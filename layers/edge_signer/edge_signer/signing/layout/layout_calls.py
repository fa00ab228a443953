"""Calls of `embed.wasm` for an asset in memory: it wants bytes until its plan is made."""

from __future__ import annotations

import struct

from edge_signer.signing.errors import AlreadySignedError, AssetNotEmbeddableError
from edge_signer.signing.layout.embed_module import embed_instance
from edge_signer.signing.manifest.embedding import LAYOUTS
from edge_signer.signing.manifest.wasmtime_c_api import WASMTIME_I32
from edge_signer.signing.manifest.wasmtime_engine import Trap

# Twice what the costliest files take that are not refused anyway: a compressed table of a PDF, and
# an SVG picture of the shortest elements.
_FUEL, _FUEL_PER_BYTE = 600_000_000, 1000
_WANTS_BYTES, _FAILED = 1, 2
# As `State` in wasm_embed/src/embed.zig; texts are an address and a length.
_STATE = struct.Struct("<Q10I3Q4I")


class LayoutCalls:
    """An instance of the module, limited in fuel and memory, that sees one asset.

    Args:
        asset: The file.
    """

    def __init__(self, asset: bytes) -> None:
        self._asset = asset
        self.instance = embed_instance(_FUEL + _FUEL_PER_BYTE * len(asset))

    def advanced(self) -> tuple[int, ...]:
        """Supply the bytes that the module wants until the plan is made; return its state.

        Raises:
            AlreadySignedError, AssetNotEmbeddableError: The module gives up.
        """
        at, length = self.call(b"state"), 0
        window = self.call(b"window")
        while True:
            status = self.call(b"advance", length)
            state: tuple[int, ...] = _STATE.unpack(self.instance.read(at, _STATE.size))
            if status != _WANTS_BYTES:
                break
            offset, length = state[:2]
            self.instance.write(window, self._asset[offset : offset + length])
        if status == _FAILED:
            raise _refused(self.text(*state[6:8]), self.text(*state[8:10]))
        return state

    def call(self, name: bytes, *arguments: int, gives: int | None = WASMTIME_I32) -> int:
        """Call a function that the module exports.

        Raises:
            AssetNotEmbeddableError: It was stopped.
        """
        try:
            return self.instance.call(name, *arguments, gives=gives)
        except Trap as trap:
            told = "takes too long to lay out" if trap.is_out_of_fuel else "cannot be laid out"
            raise not_embeddable(f"the file {told}") from trap

    def text(self, at: int, length: int) -> str:
        """Copy a text out of the memory."""
        return self.instance.read(at, length).decode()


def _refused(name: str, told: str) -> AlreadySignedError | AssetNotEmbeddableError:
    if name == "AlreadySigned":
        return AlreadySignedError(
            f"asset_inline: {told}; send it as it was before, or name it "
            'as an ingredient: {"relationship": "parentOf", "in_asset": true}.'
        )
    if name == "UnknownFormat":
        told += f"; these are {', '.join(LAYOUTS)}"
    return not_embeddable(told)


def not_embeddable(told: str) -> AssetNotEmbeddableError:
    """Return the error that says why, and what to do."""
    remedy = "" if "sidecar" in told else "; leave out embed for a sidecar"
    return AssetNotEmbeddableError(f"asset_inline: {told}{remedy}.")
