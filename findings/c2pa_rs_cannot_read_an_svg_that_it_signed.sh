#!/usr/bin/env bash
# c2pa-rs signs an SVG picture that has two metadata elements, which SVG allows, and cannot read the
# result: it writes the manifest into both, and its reader then finds several. With one metadata element,
# or none, it reads what it signed.
#
# Versions: c2pa-python 0.38.1 (c2pa-rs 0.91.3). Seen on 2026-11-28:
#
#     no metadata           1 manifest   read
#     one metadata          1 manifest   read
#     two metadata          2 manifests  not read
#
# Needs Python 3.11 or later. Exits with 1 when the engine does otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check c2pa-python==0.38.1 cryptography==46.0.3

cat >pictures.py <<'PY'
import datetime, io, json, sys
import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

def titled(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text),
                      x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")])

def issue(subject, key, issuer_key, is_ca):
    now = datetime.datetime.now(datetime.UTC)
    never = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment",
                           "key_agreement", "crl_sign", "encipher_only", "decipher_only"), False)
    made = (x509.CertificateBuilder().subject_name(titled(subject)).issuer_name(titled("Root"))
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(is_ca, None), True)
        .add_extension(x509.KeyUsage(digital_signature=not is_ca, key_cert_sign=is_ca, **never), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False))
    if not is_ca:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    return made.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
chain = issue("Leaf", key, root, False) + issue("Root", root, root, True)
private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, chain.encode(), private, None))
created = {"action": "c2pa.created",
           "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"}
claim = {"claim_generator_info": [{"name": "example", "version": "1"}],
         "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}]}

def outcome(metadata):
    picture = b'<svg xmlns="http://www.w3.org/2000/svg">' + metadata + b'<rect width="1" height="1"/></svg>'
    signed = io.BytesIO()
    c2pa.Builder(json.dumps(claim)).sign(signer, "image/svg+xml", io.BytesIO(picture), signed)
    count = signed.getvalue().count(b"<c2pa:manifest")
    try:
        c2pa.Reader("image/svg+xml", io.BytesIO(signed.getvalue())).json()
    except c2pa.C2paError:
        return count, "not read"
    return count, "read"

seen = []
for name, metadata in (("no metadata", b""), ("one metadata", b"<metadata>a</metadata>"),
                       ("two metadata", b"<metadata>a</metadata><metadata>b</metadata>")):
    seen.append(outcome(metadata))
    count, read = seen[-1]
    print(f"{name:<20}  {count} manifest{'s' if count > 1 else ' '}  {read}")
sys.exit(seen != [(1, "read"), (1, "read"), (2, "not read")])
PY
venv/bin/python pictures.py
