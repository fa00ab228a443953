"""A hook of MkDocs: links beyond docs/, and drawings that follow the palette.

`mkdocs.yml` names this file. It runs in `.venv-docs`, so it imports nothing else of the project.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: Pages that stand outside docs/, and their place in the manual.
GUESTS = {
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
    "clients/js/README.md": "clients/js.md",
    "clients/php/README.md": "clients/php.md",
}
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_FENCED = re.compile(r"(^ *```.*?^ *```)", re.MULTILINE | re.DOTALL)
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
#: What would be fetched from elsewhere when somebody reads a page.
_FETCHED = re.compile(
    r"<(?:script|img|iframe|source)[^>]*\ssrc=\"?(?:https?:)?//|<link[^>]*rel=\"?(?:stylesheet|preconnect|icon)\"?[^>]*href=\"?(?:https?:)?//"
)


def on_config(config: Any) -> Any:
    """Add all decisions to the navigation, in their order."""
    decisions = sorted((Path(config.docs_dir) / "decisions").glob("[0-9]*.md"))
    for part in config.nav:
        part.get("Decisions", []).extend(f"decisions/{page.name}" for page in decisions)
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that stand outside docs/."""
    from mkdocs.structure.files import File  # type: ignore[import-not-found, unused-ignore]

    root = Path(config.config_file_path).parent
    for origin, place in GUESTS.items():
        if (root / origin).exists():
            files.append(File.generated(config, place, content=(root / origin).read_text()))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Turn links to files outside docs/ into links that work, and place drawings in the page."""
    origins = {place: origin for origin, place in GUESTS.items()}
    place = page.file.src_uri
    origin = origins.get(place, f"docs/{place}")
    known = {one.src_uri for one in files}
    docs = Path(config.docs_dir)

    def rewritten(match: re.Match[str]) -> str:
        image, text, target = match.groups()
        if re.match(r"[a-z]+:|#", target):
            return match[0]
        path, hash_mark, anchor = target.partition("#")
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(origin), path))
        if image and wanted.endswith(".svg"):
            drawing = docs.parent / wanted
            if drawing.exists() and 'class="drawing"' in (svg := drawing.read_text()):
                return figure(svg, text)
        inside = GUESTS.get(wanted, wanted.removeprefix("docs/"))
        if inside in known:
            relative = os.path.relpath(inside, posixpath.dirname(place) or ".")
            return f"{image}[{text}]({relative}{hash_mark}{anchor})"
        if wanted.startswith("docs/") and not (docs.parent / wanted).is_dir():
            return match[0]
        return elsewhere(text, wanted, config.repo_url)

    return outside_of_code(markdown, lambda prose: _LINK.sub(rewritten, prose))


def on_post_build(config: Any) -> None:
    """Fail if a page would fetch anything from another site."""
    for file in Path(config.site_dir).rglob("*.html"):
        if found := _FETCHED.search(file.read_text()):
            raise SystemExit(f"{file} fetches from another site: {found[0]}")


def outside_of_code(markdown: str, change: Callable[[str], str]) -> str:
    """Change a page's prose, and leave its code as it is."""
    parts = _FENCED.split(markdown)
    return "".join(part if number % 2 else change(part) for number, part in enumerate(parts))


def elsewhere(text: str, path: str, repository: str | None) -> str:
    """Link to a file of the repository, if its address is known; otherwise only name it."""
    return f"[{text}]({repository.rstrip('/')}/blob/main/{path})" if repository else text


def figure(svg: str, text: str) -> str:
    """Put a drawing into the page, so that it follows the page's palette and not the system's."""
    drawing = " ".join(_STYLE.sub("", svg).split())
    label = text.replace("&", "&amp;").replace('"', "&quot;")
    return f'\n<figure class="drawing" role="img" aria-label="{label}">{drawing}</figure>\n'
