"""`python -m measure.bench.verification_memory`: the engines' peak memory for large files.

They are bounded as in the service, for the largest uploads; with `--command` they are not, as in
`edge-signer verify`. Each format has its own process. A file is a sample followed by random bytes,
which is harder on the engines than a real one: c2pa-rs looks for the end of what it does not know.
"""

from __future__ import annotations

import argparse
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

_MODULE = "measure.bench.verification_memory"
_MIB = 1024 * 1024
#: The largest file that c2pa-rs gets, and a larger one.
_SERVICE_SIZES = (MAX_ENGINE_BYTES, 4 * MAX_ENGINE_BYTES)
_COMMAND_SIZES = (256 * _MIB, 768 * _MIB)


def peaks_mib(sample: SampleAsset, *, is_command: bool) -> list[float]:
    """Return how far this process's peak grows with a file of each size that is verified.

    Args:
        sample: How the files begin.
        is_command: Whether the engines are those of the command, without a bound.
    """
    workshop = Workshop()
    trust, store = trusting(workshop.ca.anchors_pem()), workshop.sign(b"another file")
    verifier = Verifier(lambda: trust, None if is_command else MAX_ENGINE_BYTES)
    media_type = sample.media_type
    sizes = [one for one in _SERVICE_SIZES if one <= max_bytes_of(media_type)]
    if is_command:
        sizes = [*_COMMAND_SIZES]
    noise = os.urandom(_MIB).replace(b"\xff", b"\xfe")
    small = io.BytesIO(png())
    verifier.verify(AssetToVerify("", "image/png", small, None, store, "given"))
    before, peaks = peak_mb(), []
    with tempfile.TemporaryFile() as file:
        file.write(sample.content)
        for size in sizes:
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
    arguments = argparse.ArgumentParser(prog=_MODULE)
    arguments.add_argument("media_type", nargs="?", choices=samples, help="print one alone")
    arguments.add_argument("--command", action="store_true", help="as in edge-signer verify")
    wanted = arguments.parse_args()
    if wanted.media_type:
        print(*peaks_mib(samples[wanted.media_type], is_command=wanted.command))
        return
    sizes = _COMMAND_SIZES if wanted.command else _SERVICE_SIZES
    columns = (f"of {size // _MIB} MiB, MiB" for size in sizes)
    title = "Peak memory of verifying a file, beyond that of verifying a small one"
    table = Table("format", *columns, title=title)
    for media_type in sorted(samples):
        command = [sys.executable, "-m", _MODULE, media_type, *sys.argv[1:]]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks = [f"{float(peak):.0f}" for peak in told.stdout.split()]
        table.add_row(media_type, *peaks, *["refused"] * (len(sizes) - len(peaks)))
    Console().print(table)


if __name__ == "__main__":
    main()
