"""`python -m measure.bench.verification_memory`: the engines' peak memory for the largest uploads.

Each format has its own process. A file is a sample followed by random bytes, which is harder on the
engines than a real one: c2pa-rs looks for the end of what it does not know.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from central_signer.verification.asset import AssetToVerify
from central_signer.verification.verifier import Verifier
from edge_signer.verification.submissions.uploads import max_bytes_of
from tests.judges.verifying import trusting
from tests.media.sample_assets import SAMPLE_ASSETS, SampleAsset, png
from tests.signers.software_signer import Workshop

_MIB = 1024 * 1024
# Of larger files, c2pa-rs holds no more.
_MOST_BYTES = 1024 * _MIB


def peaks_mib(sample: SampleAsset) -> tuple[float, float]:
    """Return how far this process's peak grows: with no credentials, then with a sidecar."""
    workshop = Workshop()
    trust = trusting(workshop.ca.anchors_pem())
    verifier = Verifier(lambda: trust)
    verifier.verify(AssetToVerify(media_type="image/png", stream=io.BytesIO(png())))
    size = _size_of(sample.media_type)
    before = _peak_mib()
    with tempfile.TemporaryFile() as file:
        noise = os.urandom(_MIB).replace(b"\xff", b"\xfe")
        file.write(sample.content)
        while file.tell() < size:
            file.write(noise)
        verifier.verify(AssetToVerify(media_type=sample.media_type, stream=file))
        alone = _peak_mib() - before
        store = workshop.sign(b"another file")
        verifier.verify(
            AssetToVerify(
                media_type=sample.media_type,
                stream=file,
                manifest_store=store,
                credentials="sidecar",
            )
        )
        return alone, _peak_mib() - before


def _size_of(media_type: str) -> int:
    return min(max_bytes_of(media_type), _MOST_BYTES)


def _peak_mib() -> float:
    found = re.search(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    """Measure one format, or each of them in a process of its own."""
    samples = {one.media_type: one for one in SAMPLE_ASSETS.values()}
    if len(sys.argv) > 1:
        print(*peaks_mib(samples[sys.argv[1]]))
        return
    table = Table(
        *("format", "file, MiB", "without credentials, MiB", "with a sidecar, MiB"),
        title="Peak memory of a verification, beyond that of an idle verifier",
    )
    for media_type in sorted(samples):
        command = [sys.executable, "-m", "measure.bench.verification_memory", media_type]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        alone, besides = map(float, told.stdout.split())
        size = _size_of(media_type) // _MIB
        table.add_row(media_type, str(size), f"{alone:.0f}", f"{besides:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
