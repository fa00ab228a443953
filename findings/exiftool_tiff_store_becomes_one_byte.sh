#!/usr/bin/env bash
# exiftool 13.59 knows that tag 0xCD41 of a TIFF is a C2PA manifest store. When it writes any other tag,
# it replaces the store by one byte, the digit 1, and says that it updated the file. What is left is a
# tag that no reader of C2PA can read: worse than a manifest that no longer verifies, and than none.
# exiftool 12.57, of Debian 12, keeps all bytes of the store.
#
# Versions: c2pa-python 0.38.1 (c2pa-rs 0.91.3), exiftool 13.59 (exiftool-vendored.pl 13.59.3). Seen on
# 2026-11-28:
#
#     signed by c2pa-rs 0.91.3: 11762 bytes in tag 0xCD41, Trusted
#     exiftool 13.59 says '1 image files created': 1 byte in tag 0xCD41, Verify: unexpected end of file
#
# Needs Python 3.11 or later, node, npm and perl. Exits with 1 when a program answers otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check c2pa-python==0.38.1 cryptography==46.0.3
npm install --silent --no-audit --no-fund --ignore-scripts exiftool-vendored.pl@13.59.3

cat >tagged.py <<'PY'
import datetime, io, json, struct, subprocess, sys
import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text),
                      x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")])

def certificate(subject, key, issuer, issuer_key, is_ca):
    now = datetime.datetime.now(datetime.UTC)
    usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment",
                           "key_agreement", "crl_sign", "encipher_only", "decipher_only"), False)
    built = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(is_ca, None), True)
        .add_extension(x509.KeyUsage(digital_signature=not is_ca, key_cert_sign=is_ca, **usage), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False))
    if not is_ca:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    return built.sign(issuer_key, hashes.SHA256())

root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
pem = lambda one: one.public_bytes(serialization.Encoding.PEM).decode()
root = pem(certificate("Root", root_key, "Root", root_key, True))
leaf = pem(certificate("Leaf", key, "Root", root_key, False))

def sign(tbs):
    r, s = decode_dss_signature(key.sign(tbs, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)

# Two by two grey pixels: width, height, bits, compression, black is zero, strip, samples, rows, bytes.
values = {256: 2, 257: 2, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 2, 279: 4}
entries = b"".join(struct.pack("<HHII", tag, 3, 1, value) for tag, value in values.items())
plain = (b"II*\0" + struct.pack("<I", 12) + bytes((0, 85, 170, 255))
         + struct.pack("<H", len(values)) + entries + struct.pack("<I", 0))
context = c2pa.Context(c2pa.Settings.from_dict({
    "trust": {"trust_anchors": root, "trust_config": "1.3.6.1.5.5.7.3.4"},
    "builder": {"thumbnail": {"enabled": False}}}))
definition = {"claim_version": 2, "claim_generator_info": [{"name": "example"}], "assertions": [
    {"label": "c2pa.actions", "created": True, "data": {"actions": [{"action": "c2pa.created",
     "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"}]}}]}
signed = io.BytesIO()
with c2pa.Builder(json.dumps(definition), context=context) as builder, \
     c2pa.Signer.from_callback(sign, c2pa.C2paSigningAlg.ES256, leaf) as signer:
    builder.sign(signer, "image/tiff", io.BytesIO(plain), signed)
open("signed.tif", "wb").write(signed.getvalue())

def store_bytes(path):
    content = open(path, "rb").read()
    at = struct.unpack_from("<I", content, 4)[0]
    for one in range(struct.unpack_from("<H", content, at)[0]):
        tag, kind, count, _ = struct.unpack_from("<HHII", content, at + 2 + 12 * one)
        if tag == 0xCD41:
            return count
    return 0

def verdict(path):
    try:
        with c2pa.Reader("image/tiff", open(path, "rb"), context=context) as reader:
            return json.loads(reader.json())["validation_state"]
    except c2pa.C2paError as error:
        return str(error)

exiftool = ["perl", "node_modules/exiftool-vendored.pl/bin/exiftool"]
said = subprocess.run([*exiftool, "-XMP-dc:Title=Pier", "-o", "titled.tif", "signed.tif"],
                      check=True, capture_output=True, text=True).stdout.strip()
before, after = store_bytes("signed.tif"), store_bytes("titled.tif")
print(f"signed by c2pa-rs {c2pa.sdk_version()}: {before} bytes in tag 0xCD41, {verdict('signed.tif')}")
version = subprocess.run([*exiftool, "-ver"], check=True, capture_output=True, text=True).stdout.strip()
print(f"exiftool {version} says {said!r}: {after} byte in tag 0xCD41, {verdict('titled.tif')}")
sys.exit(not (before > 1000 and after == 1 and verdict("signed.tif") == "Trusted"))
PY
venv/bin/python tagged.py
