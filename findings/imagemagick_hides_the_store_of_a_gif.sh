#!/usr/bin/env bash
# A GIF carries its C2PA manifest store in an application extension whose identifier is C2PA_GIF.
# ImageMagick copies application extensions that it does not know, but writes their identifiers in lower
# case: c2pa_gif. All bytes of the store stay in the file, and no reader of C2PA finds them.
#
# Versions: c2pa-python 0.38.1 (c2pa-rs 0.91.3), @imagemagick/magick-wasm 0.0.43 (ImageMagick 7.1.2-30).
# ImageMagick 6.9.11-60, of Debian 12, does the same. Seen on 2026-11-28:
#
#     signed by c2pa-rs 0.91.3: C2PA_GIF, Trusted
#     ImageMagick 7.1.2-30: c2pa_gif, ManifestNotFound: no JUMBF data found; store still there: True
#
# Needs Python 3.11 or later, node and npm. Exits with 1 when a program answers otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check c2pa-python==0.38.1 cryptography==46.0.3
npm install --silent --no-audit --no-fund --ignore-scripts @imagemagick/magick-wasm@0.0.43

cat >again.mjs <<'JS'
import { readFileSync, writeFileSync } from "node:fs";
import { initializeImageMagick, ImageMagick, Magick, MagickFormat } from "@imagemagick/magick-wasm";
const wasm = import.meta.resolve("@imagemagick/magick-wasm/magick.wasm");
await initializeImageMagick(readFileSync(new URL(wasm)));
ImageMagick.read(readFileSync("signed.gif"), (image) => {
  image.write(MagickFormat.Gif, (content) => writeFileSync("again.gif", content));
});
console.log(Magick.imageMagickVersion.split(" ")[1]);
JS

cat >saved.py <<'PY'
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

# One white pixel.
plain = (b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\xff\xff\xff\0\0\0"
         + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0" + b"\x3b")
context = c2pa.Context(c2pa.Settings.from_dict({
    "trust": {"trust_anchors": root, "trust_config": "1.3.6.1.5.5.7.3.4"},
    "builder": {"thumbnail": {"enabled": False}}}))
definition = {"claim_version": 2, "claim_generator_info": [{"name": "example"}], "assertions": [
    {"label": "c2pa.actions", "created": True, "data": {"actions": [{"action": "c2pa.created",
     "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"}]}}]}
signed = io.BytesIO()
with c2pa.Builder(json.dumps(definition), context=context) as builder, \
     c2pa.Signer.from_callback(sign, c2pa.C2paSigningAlg.ES256, leaf) as signer:
    builder.sign(signer, "image/gif", io.BytesIO(plain), signed)
open("signed.gif", "wb").write(signed.getvalue())

def verdict(path):
    try:
        with c2pa.Reader("image/gif", open(path, "rb"), context=context) as reader:
            return json.loads(reader.json())["validation_state"]
    except c2pa.C2paError as error:
        return str(error)

def identifier(path):
    content = open(path, "rb").read()
    at = content.lower().index(b"\x21\xff\x0bc2pa_gif")
    return content[at + 3:at + 11].decode(), b"c2pa.claim" in content

version = subprocess.run(["node", "again.mjs"], check=True, capture_output=True, text=True).stdout.strip()
before, after = identifier("signed.gif"), identifier("again.gif")
print(f"signed by c2pa-rs {c2pa.sdk_version()}: {before[0]}, {verdict('signed.gif')}")
print(f"ImageMagick {version}: {after[0]}, {verdict('again.gif')}; store still there: {after[1]}")
expected = after == ("c2pa_gif", True) and verdict("again.gif").startswith("ManifestNotFound")
sys.exit(not (expected and verdict("signed.gif") == "Trusted"))
PY
venv/bin/python saved.py
