#!/usr/bin/env bash
# c2pa-ts finds no manifest store in an MP3 file that c2pa-rs signed. It looks for an ID3 object of the
# media type application/x-c2pa-manifest-store; c2pa-rs 0.91 writes application/c2pa, and reads both. In a
# PNG file by the same signer, c2pa-ts finds the store. With the older media type put into the MP3 (the
# text has another length, so sizes move), c2pa-ts finds it too.
#
# Versions: c2pa-python 0.38.1 (c2pa-rs 0.91.3), @trustnxt/c2pa-ts 0.9.4. Seen on 2026-11-28:
#
#     PNG                                             store found
#     MP3, application/c2pa                           no store
#     MP3, application/x-c2pa-manifest-store          store found
#
# Needs Python 3.11 or later, node and npm. Exits with 1 when an engine answers otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check c2pa-python==0.38.1 cryptography==46.0.3
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional @trustnxt/c2pa-ts@0.9.4

cat >finds.mjs <<'JS'
import { readFileSync } from "node:fs";
import { MP3, PNG } from "@trustnxt/c2pa-ts/asset";
const [, , format, file] = process.argv;
const asset = new { PNG, MP3 }[format](new Uint8Array(readFileSync(file)));
console.log(asset.getManifestJUMBF() ? "store found" : "no store");
JS

cat >formats.py <<'PY'
import datetime, io, json, struct, subprocess, sys, zlib
import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

def named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text),
                      x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")])

def certify(subject, key, issuer_key, is_ca):
    now = datetime.datetime.now(datetime.UTC)
    no = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment",
                        "key_agreement", "crl_sign", "encipher_only", "decipher_only"), False)
    made = (x509.CertificateBuilder().subject_name(named(subject)).issuer_name(named("Root"))
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(is_ca, None), True)
        .add_extension(x509.KeyUsage(digital_signature=not is_ca, key_cert_sign=is_ca, **no), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False))
    if not is_ca:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    return made.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
chain = certify("Leaf", key, root, False) + certify("Root", root, root, True)
private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, chain.encode(), private, None))
created = {"action": "c2pa.created",
           "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}
claim = {"claim_generator_info": [{"name": "example", "version": "1"}],
         "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}]}

def sign(media_type, asset):
    signed = io.BytesIO()
    c2pa.Builder(json.dumps(claim)).sign(signer, media_type, io.BytesIO(asset), signed)
    return signed.getvalue()

def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) \
    + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
mp3 = (b"\xff\xfb\x10\xc4" + bytes(100)) * 10

def sync_safe(number):
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))

def number(safe):
    return sum(byte << shift for byte, shift in zip(safe, (21, 14, 7, 0)))

def renamed(signed):
    """The same object under the older media type; the tag and its only frame grow."""
    old, new = b"application/c2pa\0", b"application/x-c2pa-manifest-store\0"
    assert signed[:4] == b"ID3\4" and signed[10:14] == b"GEOB" and old in signed[:64]
    more = len(new) - len(old)
    return signed[:6] + sync_safe(number(signed[6:10]) + more) + signed[10:14] \
        + sync_safe(number(signed[14:18]) + more) + signed[18:].replace(old, new, 1)

signed_mp3 = sign("audio/mpeg", mp3)
seen = []
for label, format, content in (("PNG", "PNG", sign("image/png", png)),
                               ("MP3, application/c2pa", "MP3", signed_mp3),
                               ("MP3, application/x-c2pa-manifest-store", "MP3", renamed(signed_mp3))):
    open("signed", "wb").write(content)
    told = subprocess.run(["node", "finds.mjs", format, "signed"], capture_output=True, text=True, check=True)
    seen.append(told.stdout.strip())
    print(f"{label:<46}  {seen[-1]}")
sys.exit(seen != ["store found", "no store", "store found"])
PY
venv/bin/python formats.py
