"""The console at `/`: a page that signs and inspects files, runs jobs and operates the system.

On AWS, a bucket and a distribution serve the same files at the same paths; `edge-signer console
publish` copies them there (`site_files` lists them for both).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from emulator.http.message import Request, Response

#: Where the page is, and what it loads.
PATH = "/"
FOLDER = "/console/"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
# What the page offers to newcomers who have no file at hand.
_EXAMPLES = ("hello.wasm", "rocket-small.jpg")


def content_security_policy(upload_origins: str) -> str:
    """Return what the page may load and where it may connect.

    Without scripts, styles and texts from elsewhere, and with DOM sinks refused (Trusted Types), a
    manifest that tries to become markup can do nothing. `blob:` is for previews of files that are
    on the reader's machine.

    Args:
        upload_origins: Where forms of `POST /verify/uploads` go, beside the page's own origin.
    """
    return "; ".join(
        (
            "default-src 'none'",
            # To compile embed.wasm, and nothing else.
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            "img-src 'self' blob:",
            "media-src blob:",
            f"connect-src 'self' {upload_origins}".strip(),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def site_files(checkout: Path) -> dict[str, Path]:
    """Return the page's files by their paths, `/` apart.

    Args:
        checkout: The directory that holds template.yaml.
    """
    page, client = checkout / "console", checkout / "clients/js/lib"
    found = {
        "/index.html": page / "index.html",
        "/favicon.svg": page / "favicon.svg",
        f"{FOLDER}style.css": page / "style.css",
    }
    found |= {f"{FOLDER}{file.name}": file for file in sorted((page / "lib").glob("*.js"))}
    modules = [file for file in sorted(client.rglob("*")) if file.suffix in (".js", ".wasm")]
    found |= {f"{FOLDER}client/{file.relative_to(client).as_posix()}": file for file in modules}
    return found | {f"{FOLDER}examples/{one}": checkout / "examples" / one for one in _EXAMPLES}


def content_type(path: str) -> str:
    """Return the media type of one of the page's files."""
    return _TYPES[Path(path).suffix]


class ConsoleSite:
    """Serves the page, as the distribution on AWS does.

    A token never comes from here. If the site gave one to every caller on this machine, its other
    users and programs would get it too, and so would a page elsewhere whose name was pointed at
    127.0.0.1 (DNS rebinding), because it would be of the same origin. Instead, `edge-signer run`
    prints a token behind the `#` of the page's address, which browsers do not send.

    Args:
        checkout: The directory that holds template.yaml.
        upload_origin: Where forms of `POST /verify/uploads` go.
    """

    def __init__(self, checkout: Path, upload_origin: str) -> None:
        files = site_files(checkout)
        self._files: Mapping[str, Path] = {PATH: files["/index.html"], **files}
        self._policy = content_security_policy(upload_origin)

    def find(self, request: Request) -> Response | None:
        """Answer a request for one of the files; None if it is for the API.

        Raises:
            OSError: A file is missing.
        """
        file = self._files.get(request.path)
        if file is None or request.method not in ("GET", "HEAD"):
            return None
        headers = (
            ("content-type", content_type(file.name)),
            ("content-security-policy", self._policy),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-cache"),
        )
        return Response(200, headers, file.read_bytes())
