"""What a release consists of besides the packages: the stack as one archive, and all checksums.

`python -m deployment.release PACKAGE DIST` reads what `make package` wrote, and writes both into
DIST, beside the packages that are there.
"""

from __future__ import annotations

import hashlib
import re
import sys
import tomllib
import zipfile
from pathlib import Path

from deployment.archives import TEMPLATE, archive_of

ROOT = Path(__file__).resolve().parent.parent
CHECKSUMS = "SHA256SUMS"
#: What the template's metadata names, beside it.
DOCUMENTS = ("LICENSE", "README.md")
_ARCHIVE = re.compile(r"^\s+(?:CodeUri|ContentUri): (\w+\.zip)$", re.MULTILINE)
# `sam build` makes the paths of these documents relative to its own folder.
_DOCUMENT = re.compile(r"^(\s+(?:LicenseUrl|ReadmeUrl): )\S*?([\w.]+)$", re.MULTILINE)


def version() -> str:
    """Return the project's version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def write_application(package: Path, dist: Path) -> Path:
    """Write the stack as one archive: the template, what it names, licence and README.

    Args:
        package: What `make package` wrote.
        dist: Folder for the archive.

    Raises:
        FileNotFoundError: The template names an archive that is not there.
    """
    template = (package / TEMPLATE).read_text(encoding="utf-8")
    content = {TEMPLATE: _DOCUMENT.sub(r"\1\2", template).encode()}
    for name in dict.fromkeys(_ARCHIVE.findall(template)):
        content[name] = (package / name).read_bytes()
    for name in DOCUMENTS:
        content[name] = (ROOT / name).read_bytes()
    target = dist / f"edge-signer-sam-{version()}.zip"
    archive_of(content, target)
    return target


def write_checksums(dist: Path) -> Path:
    """Write the SHA-256 of every file of a release, as `sha256sum --check` takes them."""
    target = dist / CHECKSUMS
    files = sorted(one for one in dist.iterdir() if one.is_file() and one != target)
    lines = []
    for one in files:
        with one.open("rb") as content:
            lines.append(f"{hashlib.file_digest(content, 'sha256').hexdigest()}  {one.name}\n")
    target.write_text("".join(lines), encoding="utf-8")
    return target


if __name__ == "__main__":
    package_folder, dist_folder = map(Path, sys.argv[1:])
    for earlier in dist_folder.glob("edge-signer-sam-*"):
        earlier.unlink()
    with zipfile.ZipFile(write_application(package_folder, dist_folder)) as written:
        print(f"{written.filename}: {len(written.namelist())} files")
    write_checksums(dist_folder)
