"""The table of toolchains in docs/concepts/execution.md has what the command builds."""

from __future__ import annotations

from measure.bench.runtimes_bench import FLOATS
from measure.toolchains.__main__ import BEGIN, END, HEADER, PAGE
from measure.toolchains.toolchains import PROGRAMS, TOOLCHAINS


def test_the_page_has_a_row_for_every_build() -> None:
    _, begin, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    table, end, _ = rest.partition(END)
    assert begin
    assert end
    header, _, *rows = [line for line in table.splitlines() if line.startswith("|")]
    assert header == HEADER
    written = [[cell.strip() for cell in row[1:-1].split("|")] for row in rows]
    built = [(toolchain, build) for toolchain in TOOLCHAINS for build in toolchain.builds]
    for (name, does, _, verdict, _), (toolchain, build) in zip(written, built, strict=True):
        assert name.startswith(toolchain.name)
        assert does == build.does
        assert verdict.startswith("`")


def test_every_program_is_built() -> None:
    sources = {build.source for toolchain in TOOLCHAINS for build in toolchain.builds}
    # The benchmarks build one more.
    assert {file.name for file in PROGRAMS.iterdir()} == sources | {FLOATS.source}
