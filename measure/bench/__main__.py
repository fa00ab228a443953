"""Run every measurement, or those that are named, and print its table."""

from __future__ import annotations

import argparse
import os
import platform

from rich.console import Console

from measure.bench import (
    admission_bench,
    around_bench,
    batches_bench,
    builder_bench,
    compiling_bench,
    derivatives_bench,
    embedding_bench,
    execution_bench,
    ingredients_bench,
    jobs_bench,
    runtimes_bench,
    system_bench,
    verification_bench,
)

BENCHES = {
    "builder": builder_bench,
    "embedding": embedding_bench,
    "ingredients": ingredients_bench,
    "derivatives": derivatives_bench,
    "verification": verification_bench,
    "admission": admission_bench,
    "around": around_bench,
    "execution": execution_bench,
    "compiling": compiling_bench,
    "runtimes": runtimes_bench,
    "jobs": jobs_bench,
    "batches": batches_bench,
    "system": system_bench,
}

arguments = argparse.ArgumentParser(prog="python -m measure.bench", description=__doc__)
arguments.add_argument("only", nargs="*", metavar="NAME", help=", ".join(BENCHES))
wanted = arguments.parse_args().only
if unknown := {*wanted} - {*BENCHES}:
    arguments.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(BENCHES)}")
out = Console()
out.print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
for name in wanted or BENCHES:
    for table in BENCHES[name].tables():
        out.print(table)
