#!/usr/bin/env bash
# encypher-c2pa takes the first >> in a PDF's catalog for its end, even one in a string, and so does not
# see an /AF behind it: it says that the document has no manifest. c2pa-rs finds the store in both; that it
# holds no manifest is another error.
#
# Versions: encypher-c2pa 1.7.1, c2pa-python 0.38.1 (c2pa-rs 0.91.3). Seen on 2026-11-28:
#
#     /AF before the string   encypher: a manifest   c2pa-rs: a manifest
#     /AF behind the string   encypher: none         c2pa-rs: a manifest
#
# Needs Python 3.11 or later. Exits with 1 when an engine answers otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check c2pa-python==0.38.1 encypher-c2pa==1.7.1

cat >catalog.py <<'PY'
import io, struct, sys
import c2pa, encypher_c2pa

UUID = bytes.fromhex("6332706100110010800000aa00389b71")
described = struct.pack(">I4s", 30, b"jumd") + UUID + b"\3c2pa\0"
STORE = struct.pack(">I4s", 8 + len(described), b"jumb") + described

def document(entries):
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R " + entries + b" >>",
        b"<< /Type /Pages /Kids [] /Count 0 >>",
        b"<< /Type /Filespec /F (a) /AFRelationship /C2PA_Manifest /EF << /F 4 0 R >> >>",
        b"<< /Type /EmbeddedFile /Length %d >>\nstream\n%s\nendstream" % (len(STORE), STORE),
    )
    made, lines = b"%PDF-1.7\n", b"0000000000 65535 f \n"
    for number, content in enumerate(objects, 1):
        lines += b"%010d 00000 n \n" % len(made)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 5\n" + lines + b"trailer\n<< /Size 5 /Root 1 0 R >>\n"
    return made + table + b"startxref\n%d\n%%%%EOF\n" % len(made)

def by_encypher(pdf):
    try:
        report = dict(encypher_c2pa.verify(pdf, "application/pdf", telemetry=False, online=False))
    except (ValueError, RuntimeError):
        return True
    return report["present"]

def by_c2pa_rs(pdf):
    try:
        c2pa.Reader("application/pdf", io.BytesIO(pdf))
    except c2pa.C2paError as error:
        return "ManifestNotFound" not in str(error)
    return True

seen = []
for title, entries in (("before", b"/AF [3 0 R] /Note (>>)"), ("behind", b"/Note (>>) /AF [3 0 R]")):
    pdf = document(entries)
    found = by_encypher(pdf), by_c2pa_rs(pdf)
    says = ["a manifest" if one else "none      " for one in found]
    print(f"/AF {title} the string   encypher: {says[0]}   c2pa-rs: {says[1]}")
    seen.append(found)
sys.exit(seen != [(True, True), (False, True)])
PY
venv/bin/python catalog.py
