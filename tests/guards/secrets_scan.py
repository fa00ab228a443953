"""Key material and secrets in files; exit 1 if there are any.

`python -m tests.guards.secrets_scan PATH…`

Without a path it reads the files of this checkout. A folder is read whole, archives in it too. What
is found is named by its class and place; the secret itself is never printed.
"""

from __future__ import annotations

import base64
import binascii
import io
import math
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_private_key

from tests.conftest import ROOT

# An archive in an archive is read, and a key in base64 in base64; then it ends.
_DEPTH = 2
# What AWS documents with made-up keys and tokens.
_PUBLISHED = re.compile(r"/botocore/data/.*/examples-1\.json$|/boto3/examples/.*\.rst$")

_LENGTH = rb"(?:\x82..|\x81.|[\x00-\x7f])"
_KEY_OIDS = (
    rb"\x07\x2a\x86\x48\xce\x3d\x02\x01",  # ecPublicKey
    rb"\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01[\x01\x0a]",  # rsaEncryption, RSASSA-PSS
    rb"\x03\x2b\x65[\x6e-\x71]",  # X25519, X448, Ed25519, Ed448
)
# PKCS #8, SEC 1 and PKCS #1, as far as they all begin alike; the rest is parsed.
_DER_KEY = re.compile(
    rb"\x30" + _LENGTH + rb"\x02\x01(?:[\x00\x01]\x30" + _LENGTH + rb"\x06"
    rb"(?:" + rb"|".join(_KEY_OIDS) + rb")|\x01\x04[\x20\x30\x42]|\x00\x02\x82)",
    re.DOTALL,
)
_BYTES = {
    "private key in PEM": re.compile(
        rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[rn])*"
        rb"(?:[A-Za-z0-9-]+: [^\n]*\s+)*[A-Za-z0-9+/]{20}"
    ),
    "AWS access key": re.compile(
        # AWS's own documents have keys that end so.
        rb"(?<![A-Z0-9])A(?:KIA|SIA)(?![A-Z2-7]{9}EXAMPLE)[A-Z2-7]{16}(?![A-Z0-9])"
    ),
    "private JSON Web Key": re.compile(
        rb"\"kty\"[^{}]{0,2000}\"d\"\s*:\s*\"[A-Za-z0-9_-]{42,}\""
        rb"|\"d\"\s*:\s*\"[A-Za-z0-9_-]{42,}\"[^{}]{0,2000}\"kty\""
    ),
}
_ASSIGNED = re.compile(
    rb"(?:secret|token|passw(?:or)?d|(?:private|secret|api|hmac|signing|access)_?key)"
    rb"[\"']?\s*(?::[ \t]*[A-Za-z\[\]| ]{1,20}=|[:=])[ \t]*[\"']?"
    rb"(?P<value>[0-9a-fA-F]{64,}(?![\w-])|[A-Za-z0-9+/_-]{40,100}={0,2}(?![\w-]))",
    re.IGNORECASE,
)
# Bits a character: 64 random digits have 3.6 or more, 43 random letters of base64 4.4.
_RANDOM_HEX, _RANDOM_TEXT = 3.2, 4.1
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-](?:[A-Za-z0-9+/_-]|(?:\\[rn]|\r?\n[ \t]*)(?=\S)){60,}={0,2}")
_HEX = re.compile(rb"[0-9a-fA-F]{64,}")
_BREAKS = re.compile(rb"\\[rn]|\s")


def secrets_in(content: bytes, depth: int = _DEPTH) -> set[str]:
    """Name the classes of secrets in a file's content, as it is and as what it encodes."""
    found = {name for name, pattern in _BYTES.items() if pattern.search(content)}
    if any(_is_private_key(content[match.start() :]) for match in _DER_KEY.finditer(content)):
        found.add("private key in DER")
    if any(_is_random(match["value"]) for match in _ASSIGNED.finditer(content)):
        found.add("secret assigned to a name")
    if depth:
        for decoded in _decoded(content):
            found |= {f"{name}, encoded" for name in _keys_in(decoded, depth - 1)}
    return found


def _is_private_key(der: bytes) -> bool:
    """Tell whether a key begins here: libraries of cryptography have beginnings alone."""
    length = der[1] + 2
    if der[1] & 0x80:
        octets = der[1] & 0x7F
        length = int.from_bytes(der[2 : 2 + octets]) + 2 + octets
    try:
        load_der_private_key(der[:length], None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _keys_in(decoded: bytes, depth: int) -> set[str]:
    # Bytes that were only taken for base64 say nothing, save what only a key looks like.
    found = secrets_in(decoded, depth)
    return {name for name in found if name.startswith("private")}


def _decoded(content: bytes) -> Iterator[bytes]:
    for run in _HEX.finditer(content):
        digits = run[0]
        yield from (binascii.unhexlify(one[: len(one) // 2 * 2]) for one in (digits, digits[1:]))
    for run in _BASE64.finditer(content):
        text = _BREAKS.sub(b"", run[0]).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        # Where the value begins is not known: a path before it may look like base64 too.
        for start in range(4):
            part = text[start:]
            yield base64.b64decode(part + b"A" * (-len(part) % 4))


def _is_random(value: bytes) -> bool:
    text = value.rstrip(b"=")
    counts = Counter(text)
    bits = -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
    is_hex = not text.strip(b"0123456789abcdefABCDEF")
    if is_hex:
        return bits >= _RANDOM_HEX
    # Words of a program have no digits, or no capitals.
    kinds = [re.search(kind, text) for kind in (rb"[0-9]", rb"[A-Z]", rb"[a-z]")]
    return bits >= _RANDOM_TEXT and all(kinds)


def files_below(path: Path) -> Iterator[Path]:
    """Give a file, or all files of a folder; links are not followed."""
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from (one for one in path.rglob("*") if one.is_file() and not one.is_symlink())
    else:
        raise FileNotFoundError(path)


def committed_files(root: Path = ROOT) -> list[Path]:
    """List the files of a checkout, and those that would be added to it."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return [root / name for name in listed.stdout.split("\0") if name and (root / name).is_file()]


def scan(files: Iterable[Path]) -> list[str]:
    """Say what is where, in words that hold no secret."""
    return sorted(
        f"{place}: {name}"
        for file in files
        if not _PUBLISHED.search(file.as_posix())
        for place, content in _contents(str(file), file.read_bytes(), _DEPTH)
        for name in secrets_in(content)
    )


def _contents(place: str, content: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    is_archive = content.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(content))
    if not depth or not is_archive:
        yield place, content
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield from _contents(f"{place}!{name}", archive.read(name), depth - 1)


def main(arguments: list[str]) -> int:
    """Scan, tell, give the exit code."""
    try:
        files = [
            file for argument in arguments for file in files_below(Path(argument))
        ] or committed_files()
    except FileNotFoundError as missing:
        print(f"{missing}: no such file", file=sys.stderr)
        return 2
    found = scan(files)
    for line in found:
        print(line)
    print(f"{len(files)} files read, {len(found)} secrets found", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
