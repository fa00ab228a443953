"""Run every measurement and print its table."""

from __future__ import annotations

import os
import platform

from rich.console import Console

from measure.bench import (
    admission_bench,
    around_bench,
    builder_bench,
    embedding_bench,
    execution_bench,
    jobs_bench,
    system_bench,
)

out = Console()
out.print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
for bench in (
    builder_bench,
    embedding_bench,
    admission_bench,
    around_bench,
    execution_bench,
    jobs_bench,
    system_bench,
):
    for table in bench.tables():
        out.print(table)
