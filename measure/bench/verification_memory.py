"""`python -m measure.bench.verification_memory`: the engines' peak memory for the largest uploads.

Each format has its own process. A file is a sample followed by random bytes, which is harder on the
engines than a real one: c2pa-rs looks for the end of what it does not know.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile

from rich.console import Console
from rich.table import Table

from central_signer.verification.verifier import Verifier
from edge_signer.verification.asset import AssetToVerify
from edge_signer.verification.submissions.uploads import MAX_ENGINE_BYTES, max_bytes_of
from measure.bench.measurement import peak_mb
from tests.judges.verifying import trusting
from tests.media.sample_assets import SAMPLE_ASSETS, SampleAsset, png
from tests.signers.software_signer import Workshop

_MIB = 1024 * 1024
#: The largest file that c2pa-rs gets, and a larger one.
_SIZES = (MAX_ENGINE_BYTES, 4 * MAX_ENGINE_BYTES)


def peaks_mib(sample: SampleAsset) -> list[float]:
    """Return how far this process's peak grows with a file of each size that may be uploaded."""
    workshop = Workshop()
    trust, store = trusting(workshop.ca.anchors_pem()), workshop.sign(b"another file")
    verifier = Verifier(lambda: trust, MAX_ENGINE_BYTES)
    media_type = sample.media_type
    noise = os.urandom(_MIB).replace(b"\xff", b"\xfe")
    small = io.BytesIO(png())
    verifier.verify(AssetToVerify("", "image/png", small, None, store, "given"))
    before, peaks = peak_mb(), []
    with tempfile.TemporaryFile() as file:
        file.write(sample.content)
        for size in (one for one in _SIZES if one <= max_bytes_of(media_type)):
            while file.tell() + _MIB <= size:
                file.write(noise)
            verifier.verify(AssetToVerify("", media_type, file))
            verifier.verify(AssetToVerify("", media_type, file, None, store, "given"))
            file.seek(0, os.SEEK_END)
            peaks.append(peak_mb() - before)
    return peaks


def main() -> None:
    """Measure one format, or each of them in a process of its own."""
    samples = {one.media_type: one for one in SAMPLE_ASSETS.values()}
    if len(sys.argv) > 1:
        print(*peaks_mib(samples[sys.argv[1]]))
        return
    columns = (f"of {size // _MIB} MiB, MiB" for size in _SIZES)
    title = "Peak memory of verifying a file, beyond that of verifying a small one"
    table = Table("format", *columns, title=title)
    for media_type in sorted(samples):
        command = [sys.executable, "-m", "measure.bench.verification_memory", media_type]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks = [f"{float(peak):.0f}" for peak in told.stdout.split()]
        table.add_row(media_type, *peaks, *["refused"] * (len(_SIZES) - len(peaks)))
    Console().print(table)


if __name__ == "__main__":
    main()
