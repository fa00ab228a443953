"""`python -m measure.house [REV …]`: the size and shape of the code, at each revision.

Without an argument it measures the working tree. Rooms are the folders of Python files.
"""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Folders of the product, and where the names of their modules begin.
SOURCES = {
    "layers/edge_signer": "layers/edge_signer",
    "layers/central_signer": "layers/central_signer",
    "layers/derivatives": "layers/derivatives",
    "client": "client",
    "functions": ".",
    "cli": ".",
    "emulator": ".",
    "deployment": ".",
}
COUNTED = ("layers", "cli", "emulator")


@dataclass(frozen=True)
class Shape:
    """What was counted.

    Attributes:
        files: Lines of each Python file of `COUNTED`, by path.
        rooms: Number of files of each room of the product.
        imports: The modules that each module imports.
    """

    files: Mapping[str, int]
    rooms: Mapping[str, int]
    imports: Mapping[str, set[str]]

    def circles(self) -> list[set[str]]:
        """Give the groups of modules that import one another, however long the way round."""
        reach = {module: reached(self.imports, module) for module in self.imports}
        groups = {
            frozenset(other for other in reach[module] if module in reach.get(other, ()))
            for module in reach
        }
        return [set(one) for one in groups if len(one) > 1]


def reached(imports: Mapping[str, set[str]], start: str) -> set[str]:
    """Give everything that `start` imports, however indirectly."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = imports.get(waiting.pop(), set()) - found
        found |= new
        waiting.extend(new)
    return found


def shape(root: Path) -> Shape:
    """Count the files and follow the imports of a checkout.

    Args:
        root: Of the checkout.
    """
    modules = dict(_modules(root))
    files = {
        str(file.relative_to(root)): len(file.read_text().splitlines())
        for folder in COUNTED
        for file in (root / folder).rglob("*.py")
    }
    return Shape(
        files,
        Counter(room_of(name, modules) for name in modules),
        {name: set(_imported(file, modules)) - {name} for name, file in modules.items()},
    )


def _modules(root: Path) -> Iterator[tuple[str, Path]]:
    for folder, base in SOURCES.items():
        for file in (root / folder).rglob("*.py"):
            parts = file.relative_to(root / base).with_suffix("").parts
            yield ".".join(parts).removesuffix(".__init__"), file


def room_of(module: str, modules: Mapping[str, Path]) -> str:
    """Name the package that a module is in."""
    is_package = modules[module].name == "__init__.py"
    return module if is_package else module.rpartition(".")[0] or module


def imported_names(source: str) -> Iterator[str]:
    """Give what a file imports: modules, and names with their modules before them."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _imported(file: Path, modules: Mapping[str, Path]) -> Iterator[str]:
    for name in imported_names(file.read_text()):
        module = name if name in modules else name.rpartition(".")[0]
        if module in modules:
            yield module


def _at(revision: str) -> Shape:
    archive = subprocess.run(
        ["git", "archive", revision], cwd=ROOT, capture_output=True, check=True
    ).stdout
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(archive)) as packed:
            packed.extractall(folder, filter="data")
        return shape(Path(folder))


def report(name: str, found: Shape) -> str:
    """Write one revision's figures as a row of a Markdown table."""
    lines = sorted(found.files.values())
    crowded = max(found.rooms.values())
    circles = "; ".join(" ↔ ".join(sorted(one)) for one in found.circles()) or "none"
    return (
        f"| {name} | {len(lines)} | {sum(lines):,} | {statistics.median(lines):.0f} | {lines[-1]} "
        f"| {len(found.rooms)} | {crowded} | {circles} |"
    )


def main(revisions: list[str]) -> None:
    """Print the table."""
    print(
        "| revision | files | lines | median | longest | rooms | most files in a room "
        "| modules in a circle |\n|---|---|---|---|---|---|---|---|"
    )
    for revision in revisions:
        print(report(revision, _at(revision)))
    if not revisions:
        print(report("working tree", shape(ROOT)))


if __name__ == "__main__":
    main(sys.argv[1:])
