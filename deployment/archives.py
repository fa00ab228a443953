"""Archives of what `sam build` made, whose bytes depend on the content alone.

`sam deploy` would zip the folders itself, with the times of their files: each build would be a new
version of layer and function. It takes archives as they are, so the template beside them names
them. `python -m deployment.archives BUILT TARGET` writes both, and prints sizes and hashes.
"""

from __future__ import annotations

import hashlib
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

TEMPLATE = "template.yaml"
_CODE = re.compile(r"^(\s+(?:CodeUri|ContentUri): )(\w+)$", re.MULTILINE)
# The earliest that a zip can tell.
_DATE = (1980, 1, 1, 0, 0, 0)
_READABLE_BY_ALL = 0o100644 << 16
#: What a function and its layers may weigh unzipped, for the sake of its cold start.
MAX_UNZIPPED_BYTES = 90_000_000
#: The same where the central signer's engine or Pillow is among them, whose cold start no signature
#: waits for: Lambda's own limit.
MAX_WITH_ENGINE_BYTES = 262_144_000
_ENGINES = {"CentralSignerLayer", "DerivativesLayer"}


def archive(folder: Path, target: Path) -> None:
    """Zip a folder with sorted names, one date and one mode.

    Args:
        folder: What the archive holds; the names in it begin below.
        target: Is written over.
    """
    archive_of({name: (folder / name).read_bytes() for name in _files(folder)}, target)


def archive_of(content: Mapping[str, bytes], target: Path) -> None:
    """Zip files with sorted names, one date and one mode.

    Args:
        content: The files' bytes by their names.
        target: Is written over.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archived:
        for name in sorted(content):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = _READABLE_BY_ALL
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            archived.writestr(entry, content[name])


def package(built: Path, target: Path) -> list[Path]:
    """Write the archives of a build and the template that names them.

    Args:
        built: A folder that `sam build` made.
        target: Folder for the archives; what it holds of an earlier build is written over.

    Returns:
        The archives, in the template's order.
    """
    target.mkdir(parents=True, exist_ok=True)
    template = (built / TEMPLATE).read_text(encoding="utf-8")
    archives = [target / f"{name}.zip" for name in dict.fromkeys(_code_folders(template))]
    for one in archives:
        archive(built / one.stem, one)
    named = _CODE.sub(r"\1\2.zip", template)
    (target / TEMPLATE).write_text(named, encoding="utf-8")
    return archives


def unzipped_bytes(folder: Path) -> int:
    """Sum up the sizes of a folder's files."""
    return sum((folder / name).stat().st_size for name in _files(folder))


def _code_folders(template: str) -> Iterator[str]:
    return (match[2] for match in _CODE.finditer(template))


def _files(folder: Path) -> Iterator[str]:
    return (one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())


def function_bytes(built: Path) -> dict[str, tuple[int, int]]:
    """Give what each function of a build weighs with its layers, unzipped, and what it may."""
    resources = yaml.safe_load((built / TEMPLATE).read_text(encoding="utf-8"))["Resources"]
    found = {}
    for name, one in resources.items():
        if one["Type"] == "AWS::Serverless::Function":
            parts = [name, *(layer["Ref"] for layer in one["Properties"].get("Layers", []))]
            allowed = MAX_WITH_ENGINE_BYTES if _ENGINES.intersection(parts) else MAX_UNZIPPED_BYTES
            found[name] = (sum(unzipped_bytes(built / part) for part in parts), allowed)
    return found


def _main(built: Path, target: Path) -> None:
    print(f"{'archive':<24}{'unzipped':>12}{'bytes':>12}  SHA-256")
    for one in package(built, target):
        digest = hashlib.sha256(one.read_bytes()).hexdigest()
        unzipped = unzipped_bytes(built / one.stem)
        print(f"{one.name:<24}{unzipped:>12,}{one.stat().st_size:>12,}  {digest}")
    for function, (size_bytes, allowed_bytes) in function_bytes(built).items():
        print(f"{function} with its layers: {size_bytes:,} of {allowed_bytes:,} bytes")
        if size_bytes > allowed_bytes:
            sys.exit(f"{function} weighs more than it may")


if __name__ == "__main__":
    _main(Path(sys.argv[1]), Path(sys.argv[2]))
