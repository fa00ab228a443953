#!/usr/bin/env bash
# The first entry of a PDF's cross-reference table is the head of the free list, and its generation is
# 65,535, the largest that there is (ISO 32000-1 §7.5.4). Pillow writes 65536 into every PDF. pypdf and
# qpdf (pikepdf) do not mind; a reader that keeps generations in 16 bits may refuse the file.
#
# Versions: Pillow 13.0.0, pypdf 7.1.1, pikepdf 10.18.0. Seen on 2026-11-28:
#
#     Pillow 13.0.0 writes '0000000000 65536 f'
#     pypdf 7.1.1, strict: 1 page
#     pikepdf 10.18.0: 1 page
#
# Needs Python 3.11 or later. Exits with 1 when a program answers otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pillow==13.0.0 pypdf==7.1.1 pikepdf==10.18.0

cat >document.py <<'PY'
import io, re, sys
import PIL, pikepdf, pypdf
from PIL import Image
written = io.BytesIO()
Image.new("RGB", (16, 16)).save(written, "PDF")
free = re.search(rb"\nxref\s+0 \d+\s+(\d{10} \d{5} f)", written.getvalue())[1].decode()
print(f"Pillow {PIL.__version__} writes {free!r}")
pages = len(pypdf.PdfReader(written, strict=True).pages)
print(f"pypdf {pypdf.__version__}, strict: {pages} page")
others = len(pikepdf.open(written).pages)
print(f"pikepdf {pikepdf.__version__}: {others} page")
sys.exit((free, pages, others) != ("0000000000 65536 f", 1, 1))
PY
venv/bin/python document.py
