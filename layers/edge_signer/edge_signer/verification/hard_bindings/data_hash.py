"""The data hash assertion `c2pa.hash.data` (C2PA 2.2 §15.12.1, §18.5)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge_signer.verification.claims.references import HASH_ALGORITHMS
from edge_signer.verification.findings import FindingLog
from edge_signer.verification.hard_bindings.asset_content import AssetContent, complement
from edge_signer.verification.hard_bindings.embedded_span import embedded_span, store_within

_MISMATCH, _MALFORMED = "assertion.dataHash.mismatch", "assertion.dataHash.malformed"
#: In a TIFF file, the count of the store's bytes is excluded too; by the beginning of the file.
_COUNT_BYTES = {b"II*\0": 4, b"MM\0*": 4, b"II+\0": 8, b"MM\0+": 8}
#: How files begin whose form around the store is known here: JPEG, PNG, GIF and RIFF.
_FRAMED = (b"\xff\xd8", b"\x89PNG", b"GIF8", b"RIFF")
#: The most that a format puts around the store whose form is not known here.
_FRAME_BYTES = 64
#: Of so many parts the store must be one: looking for it may take reading 64 MiB of each.
_MAX_LOOKED_INTO = 16


@dataclass(frozen=True)
class Binding:
    """A hard binding and what it is checked with.

    Attributes:
        said: Content of the assertion.
        url: JUMBF URI of the assertion.
        algorithm: Hash algorithm of the claim; empty if it names none.
        asset: What it is held against.
        store: The manifest store.
        was_updated: Whether update manifests were added since, which made the store longer.
    """

    said: Mapping[Any, Any]
    url: str
    algorithm: str
    asset: AssetContent
    store: bytes
    was_updated: bool = False

    def allowed_algorithm(self, said: Mapping[Any, Any], log: FindingLog) -> str:
        """Return the hash algorithm that the assertion or else the claim names; empty if none."""
        named = said.get("alg")
        algorithm = named if isinstance(named, str) else self.algorithm
        if algorithm in HASH_ALGORITHMS:
            return algorithm
        reason = f"The hash algorithm {algorithm[:40]!r} is not allowed."
        log.failure("algorithm.unsupported", self.url, reason)
        return ""


def check_data_hash(binding: Binding, log: FindingLog) -> None:
    """Check that an asset has the hash of its binding.

    Raises:
        OSError: The asset's stream fails.
    """
    said = binding.said
    exclusions = _exclusions(said.get("exclusions"))
    algorithm = binding.allowed_algorithm(said, log)
    if exclusions is None or not isinstance(said.get("pad"), bytes):
        log.failure(_MALFORMED, binding.url)
    elif not isinstance(said.get("hash"), bytes):
        log.failure(_MISMATCH, binding.url, "It has no hash.")
    elif algorithm:
        _compare(binding, exclusions, algorithm, log)


def _compare(
    binding: Binding, exclusions: Sequence[tuple[int, int]], algorithm: str, log: FindingLog
) -> None:
    asset, digest = binding.asset, binding.said["hash"]
    if asset.store_range is not None and exclusions != [asset.store_range]:
        log.skip(
            "Whether this is the signed file: its hash leaves out other bytes than the digest."
        )
    elif exclusions and not asset.is_embedded and asset.store_range is None:
        said = "It leaves out parts of the file although the credentials are not in the file."
        log.failure(_MISMATCH, binding.url, said)
    elif asset.stream is None:
        if algorithm == "sha256" and asset.sha256 is not None:
            _report(hmac.compare_digest(asset.sha256, digest), binding.url, log)
        else:
            log.skip(f"Whether this is the signed file: {algorithm} of it is not known.")
    else:
        sound = _checked_exclusions(binding, exclusions, log)
        if sound is not None:
            parts = complement(sound, 0, asset.size_bytes)
            found = asset.digest(algorithm, parts)
            _report(hmac.compare_digest(found, digest), binding.url, log)


def _report(is_same: bool, url: str, log: FindingLog) -> None:
    if is_same:
        log.success("assertion.dataHash.match", url)
    else:
        log.failure(_MISMATCH, url)


def _exclusions(said: Any) -> list[tuple[int, int]] | None:
    """Return the ranges as first byte and length; None if they are malformed."""
    if said is None:
        return []
    if not isinstance(said, list):
        return None
    found: list[tuple[int, int]] = []
    for one in said:
        match one:
            case {"start": int(start), "length": int(length)} if start >= 0 and length >= 0:
                if found and sum(found[-1]) > start:
                    return None
                # c2pa-rs writes a range of no bytes into the sidecar of a TIFF.
                if length:
                    found.append((start, length))
            case _:
                return None
    return found


def _checked_exclusions(
    binding: Binding, exclusions: Sequence[tuple[int, int]], log: FindingLog
) -> list[tuple[int, int]] | None:
    """Return what is excluded as first byte and first byte after; None if it may not be.

    With the store, nothing may be left out but its format's own bytes around it, and zeros.
    """
    asset = binding.asset
    found: list[tuple[int, int]] = []
    shift = others = 0
    has_store = False
    count_bytes = _COUNT_BYTES.get(asset.read(0, 4))
    for number, (start, length) in enumerate(exclusions):
        if number == _MAX_LOOKED_INTO and not has_store:
            log.skip(
                "Whether this is the signed file: the manifest store is not among the first "
                f"{_MAX_LOOKED_INTO} parts that its hash leaves out."
            )
            return None
        begin, end = start + shift, start + shift + length
        span = None if has_store else embedded_span(asset, begin)
        if span is not None:
            has_store = True
            if binding.was_updated and span.length > length:
                # Later exclusions have moved by as much as the store has grown (§15.12.1.1).
                shift, end = span.length - length, begin + span.length
            is_alone = begin + span.length <= end and asset.is_blank(begin + span.length, end)
        else:
            is_alone = has_store or not _hides_more(asset, begin, end)
            others += 0 if length == count_bytes else length
        if not is_alone or end > asset.size_bytes:
            said = "It leaves out more than the credentials."
            log.failure(_MISMATCH, binding.url, said)
            return None
        if span is not None and span.store.rstrip(b"\0") != binding.store.rstrip(b"\0"):
            log.skip("Whether what the hash leaves out is the manifest store.")
        found.append((begin, end))
    if others and not has_store and asset.read(0, 4).startswith(_FRAMED):
        said = "It leaves out something other than the credentials where the format has them."
        log.failure(_MISMATCH, binding.url, said)
        return None
    if others and has_store:
        said = f"{others} bytes besides the credentials are not covered."
        code = "assertion.dataHash.additionalExclusionsPresent"
        log.informational(code, binding.url, said)
    elif others:
        log.skip(f"Whether the {others} bytes that the hash leaves out are the manifest store.")
    return found


def _hides_more(asset: AssetContent, begin: int, end: int) -> bool:
    """Tell whether a range holds more than the store."""
    within = store_within(asset, begin, end)
    if within is None:
        return False
    place, span = within
    # The form of some formats is not known here, such as that of fonts.
    around = (place - begin) + max(end - place - span.length, 0)
    is_known = span.length > len(span.store)
    if around <= _FRAME_BYTES and not is_known:
        return False
    return not (asset.is_blank(begin, place) and asset.is_blank(place + span.length, end))
