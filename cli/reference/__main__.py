"""`python -m cli.reference`: write the pages of docs/reference/ that follow from the code."""

from __future__ import annotations

from cli.reference.pages import PAGES
from emulator.local_state import checkout

for name, written in PAGES.items():
    (checkout() / "docs/reference" / name).write_text(written(), encoding="utf-8")
