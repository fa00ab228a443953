"""Watches memory: the module's, and this process's."""

from __future__ import annotations

from ctypes import byref

from edge_signer.signing.manifest.builder import ManifestBuilder, PreparedManifest
from edge_signer.signing.manifest.manifest_definition import ManifestDefinition
from edge_signer.signing.manifest.tbs_module import MEMORY_LIMIT_BYTES
from edge_signer.signing.manifest.wasmtime_c_api import LIBRARY
from measure.fuzz.resident import MAX_GROWTH_BYTES, resident_bytes

# After this many inputs, caches are full: what the process takes from then on would be a leak.
_WARM_UP = 250


class WatchedBuilder(ManifestBuilder):
    """A builder that looks at the memory of its last instance."""

    _last: PreparedManifest | None = None

    def prepare(self, definition: ManifestDefinition) -> PreparedManifest:
        """Build everything except the signature."""
        self._last = None
        self._last = super().prepare(definition)
        return self._last

    def require_bounded(self) -> None:
        """Check the memory of the last instance, and forget it.

        Raises:
            AssertionError: It is larger than allowed.
        """
        last, self._last = self._last, None
        if last is not None:
            instance = last._instance
            held_bytes = LIBRARY.wasmtime_memory_data_size(
                instance._context, byref(instance._memory)
            )
            assert 0 < held_bytes <= MEMORY_LIMIT_BYTES, f"{held_bytes} bytes"


class WatchedProcess:
    """This process, whose memory must not grow with the number of inputs."""

    def __init__(self) -> None:
        self._inputs = 0
        self._warm_bytes = 0

    def require_bounded(self) -> None:
        """Count an input, and check the growth since the first ones.

        Raises:
            AssertionError: The process grew as if it kept something of every input.
        """
        self._inputs += 1
        if self._inputs == _WARM_UP:
            self._warm_bytes = resident_bytes()
        if self._inputs > _WARM_UP:
            growth_bytes = resident_bytes() - self._warm_bytes
            assert growth_bytes <= MAX_GROWTH_BYTES, f"grown by {growth_bytes} bytes"
