"""One asset and `embed.wasm`: a plan that holds what it promises, or a refusal that has a name."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable
from functools import cache

from edge_signer_client.embedded_store import embedded_store
from edge_signer_client.embedding import AssetLayout, AssetLayoutError
from edge_signer_client.layout_module import LayoutModule, state_of
from measure.fuzz.layout_check import LITERAL, check_plan
from tests.conftest import ROOT

PLANNED = "a plan"
_ERRORS = re.compile(r"pub const Error = error\{(.*?)\n\};", re.DOTALL)
_WANTS_BYTES = 1
# What a module looks at behind it, and the smallest of what it looks at before it.
_NARROW_BYTES = 64 + 8
# In JPEG, more than one segment.
_DAMAGED_STORE_BYTES = 70_000


@cache
def documented_names() -> frozenset[str]:
    """The errors that the module's sources declare."""
    source = (ROOT / "wasm_embed/src/plan.zig").read_text()
    [declared] = _ERRORS.findall(source)
    return frozenset(re.findall(r"^    (\w+),$", declared, re.MULTILINE)) - {"NeedBytes"}


class WatchedAsset(io.BytesIO):
    """An asset that minds how much of it is read.

    Attributes:
        reads: How often.
        read_bytes: How much.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.length = len(content)
        self.reads = 0
        self.read_bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert 0 <= size <= self.length - self.tell(), "a read beyond the asset's end"
        self.reads += 1
        self.read_bytes += size
        return super().read(size)


class SharedLayout(AssetLayout):
    """A layout that uses an instance again."""

    def __init__(
        self, instance: LayoutModule, asset: io.BytesIO, store_bytes: int, *, replace: bool = False
    ) -> None:
        self._shared = instance
        super().__init__(asset, store_bytes, replace=replace)

    def _instance(self) -> LayoutModule:
        return self._shared


class NarrowLayout(SharedLayout):
    """A layout whose module is given few bytes at once, so that it stops at almost every place."""

    def _advanced(self) -> tuple[int, ...]:
        asked, length = -1, 0
        while self._module.call("advance", length) == _WANTS_BYTES:
            offset, wanted = state_of(self._module)[:2]
            length = min(wanted, 2 * length if offset == asked else _NARROW_BYTES)
            asked = offset
            self._asset.seek(offset)
            self._module.write(self._module.window, self._asset.read(length))
        return super()._advanced()


class LayoutTarget:
    """Plans, writes and fills with one instance of the module.

    Attributes:
        reads: The most reads that a plan took.
        read_ratio: The most bytes that a plan read, for each byte of the asset.
        memory_bytes: The most memory that the instance had.
    """

    def __init__(self) -> None:
        self._instance = LayoutModule()
        self.reads = 0
        self.read_ratio = 0.0

    @property
    def memory_bytes(self) -> int:
        memory = self._instance._exports["memory"]
        return int(memory.data_len(self._instance._store))

    def run(self, content: bytes, store_bytes: int, *, is_filled: bool) -> str:
        """Plan and write a signed asset, and check both.

        Args:
            content: The asset.
            store_bytes: Size of the store.
            is_filled: Also fill the hole, and see that the module finds the store again.

        Returns:
            `PLANNED`, or the name of the refusal.
        """
        asset = WatchedAsset(content)
        signed = io.BytesIO()
        try:
            layout = SharedLayout(self._instance, asset, store_bytes)
            self._check_reads(asset)
            digest = layout.write(signed)
        except AssetLayoutError as refused:
            self._check_reads(asset)
            return _documented(refused)
        check_plan(content, layout, signed.getvalue().ljust(layout.signed_bytes, b"\0"), digest)
        if is_filled:
            layout.fill(signed, _store(store_bytes))
            assert self._refusal(signed.getvalue()) == "AlreadySigned", "the store is not found"
            self._check_replaced(content, signed.getvalue(), _store(store_bytes))
        return PLANNED

    def run_damaged(self, content: bytes, damage: Callable[[bytes], bytes]) -> None:
        """Sign an asset, damage it, and read and replace its store; each may only be refused."""
        signed = self._signed(content, _store(_DAMAGED_STORE_BYTES))
        if signed is None:
            return
        damaged = damage(signed)
        for act in (self._found, self._replaced):
            asset = WatchedAsset(damaged)
            try:
                act(asset)
            except AssetLayoutError as refused:
                _documented(refused)

    def _found(self, asset: WatchedAsset) -> None:
        store = embedded_store(asset).manifest_store
        assert store is None or len(store) <= asset.length, "more than the asset has"

    def _replaced(self, asset: WatchedAsset) -> None:
        layout = SharedLayout(self._instance, asset, 64, replace=True)
        self._check_reads(asset)
        signed = io.BytesIO()
        layout.write(signed)
        layout.fill(signed, _store(64))
        assert len(signed.getvalue()) == layout.signed_bytes, "another size than announced"

    def _check_replaced(self, content: bytes, signed: bytes, store: bytes) -> None:
        """A store that is replaced leaves what the asset would be with the new one alone."""
        assert embedded_store(io.BytesIO(signed)).manifest_store == store, "another store is read"
        other = _store(len(store) // 2 + 64)
        try:
            replaced = self._signed(signed, other, replace=True)
        except AssetLayoutError as refused:
            if _documented(refused) == "EarlierStoreUnsupported":
                return
            raise
        assert replaced == self._signed(content, other), "another file than without the old store"

    def run_narrow(self, content: bytes, store_bytes: int) -> None:
        """Plan with many small reads; what comes of it must be the same."""
        made: list[object] = []
        for kind in (SharedLayout, NarrowLayout):
            try:
                layout = kind(self._instance, io.BytesIO(content), store_bytes)
                steps = list(layout._steps())
                texts = [
                    self._instance.read(s.offset, s.length) for s in steps if s.kind == LITERAL
                ]
                made.append((layout.signed_bytes, layout.embed, steps, texts))
            except AssetLayoutError as refused:
                made.append(refused.name)
        assert made[0] == made[1] or made[1] == "TooManyParts", "small reads give another plan"

    def _signed(self, content: bytes, store: bytes, *, replace: bool = False) -> bytes | None:
        """Write a signed asset; None if one without a store cannot be."""
        asset = io.BytesIO(content)
        try:
            layout = SharedLayout(self._instance, asset, len(store), replace=replace)
            signed = io.BytesIO()
            layout.write(signed)
        except AssetLayoutError:
            if replace:
                raise
            return None
        layout.fill(signed, store)
        return signed.getvalue()

    def _refusal(self, content: bytes) -> str:
        try:
            SharedLayout(self._instance, io.BytesIO(content), 64)
        except AssetLayoutError as refused:
            return refused.name
        return PLANNED

    def _check_reads(self, asset: WatchedAsset) -> None:
        """What `Source.budget` in plan.zig promises; each read counts at least four KiB there."""
        budget = 4 * asset.length + 2**20
        assert asset.read_bytes <= budget
        assert asset.reads <= budget // 4096
        self.reads = max(self.reads, asset.reads)
        self.read_ratio = max(self.read_ratio, asset.read_bytes / max(asset.length, 1))


def _documented(refused: AssetLayoutError) -> str:
    assert refused.name in documented_names(), f"{refused.name} is not declared"
    return refused.name


def _store(length: int) -> bytes:
    head = struct.pack(">I4sI4s4s", length, b"jumb", 30, b"jumd", b"c2pa")
    return head.ljust(length, b"\x01")
