#!/usr/bin/env bash
# c2pa-ts, an independent engine in TypeScript, calls every ES512 signature wrong, whoever made it:
# c2pa-rs signs the same picture with P-256, P-384 and P-521, and c2pa-ts takes the first two. c2pa-rs
# verifies all three.
#
# Versions: c2pa-python 0.38.1 (c2pa-rs 0.91.3), @trustnxt/c2pa-ts 0.9.4. Seen on 2026-11-27:
#
#     ES256  c2pa-rs 0.91.3 Trusted  c2pa-ts 0.9.4 ['Valid', []]
#     ES384  c2pa-rs 0.91.3 Trusted  c2pa-ts 0.9.4 ['Valid', []]
#     ES512  c2pa-rs 0.91.3 Trusted  c2pa-ts 0.9.4 ['Invalid', ['claimSignature.mismatch']]
#
# Needs Python 3.11 or later, node and npm. Exits with 1 when an engine answers otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check c2pa-python==0.38.1 cryptography==46.0.3
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional @trustnxt/c2pa-ts@0.9.4

cat >engine.mjs <<'JS'
import { readFileSync } from "node:fs";
import { PNG } from "@trustnxt/c2pa-ts/asset";
import { SuperBox } from "@trustnxt/c2pa-ts/jumbf";
import { ManifestStore } from "@trustnxt/c2pa-ts/manifest";
const asset = new PNG(new Uint8Array(readFileSync("signed.png")));
const result = await ManifestStore.read(SuperBox.fromBuffer(asset.getManifestJUMBF())).validate(asset);
const failures = result.statusEntries.filter((one) => !one.success).map((one) => one.code);
console.log(JSON.stringify([result.isValid ? "Valid" : "Invalid", failures]));
JS

cat >curves.py <<'PY'
import datetime, io, json, struct, subprocess, sys, zlib
import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text),
                      x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")])

def certificate(subject, key, issuer, issuer_key, use=None):
    now = datetime.datetime.now(datetime.UTC)
    usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment",
                           "key_agreement", "crl_sign", "encipher_only", "decipher_only"), False)
    is_ca = use is None
    built = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(is_ca, None), True)
        .add_extension(x509.KeyUsage(digital_signature=not is_ca, key_cert_sign=is_ca, **usage), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False))
    if use is not None:
        built = built.add_extension(x509.ExtendedKeyUsage([use]), use == ExtendedKeyUsageOID.TIME_STAMPING)
    return built.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
plain = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0\0\0")) + chunk(b"IEND", b"")
definition = {"claim_version": 2, "claim_generator_info": [{"name": "example"}], "assertions": [
    {"label": "c2pa.actions", "created": True, "data": {"actions": [{"action": "c2pa.created",
     "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"}]}}]}
changed = False
for name_, curve, digest in (("ES256", ec.SECP256R1(), hashes.SHA256()),
                             ("ES384", ec.SECP384R1(), hashes.SHA384()),
                             ("ES512", ec.SECP521R1(), hashes.SHA512())):
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(curve)
    root = certificate("Root", root_key, "Root", root_key)
    leaf = certificate("Leaf", key, "Root", root_key, ExtendedKeyUsageOID.EMAIL_PROTECTION)
    width = (curve.key_size + 7) // 8

    def sign(tbs):
        r, s = decode_dss_signature(key.sign(tbs, ec.ECDSA(digest)))
        return r.to_bytes(width) + s.to_bytes(width)

    settings = {"trust": {"trust_anchors": root, "trust_config": "1.3.6.1.5.5.7.3.4"},
                "builder": {"thumbnail": {"enabled": False}}}
    context = c2pa.Context(c2pa.Settings.from_dict(settings))
    signed = io.BytesIO()
    with c2pa.Builder(json.dumps(definition), context=context) as builder, \
         c2pa.Signer.from_callback(sign, getattr(c2pa.C2paSigningAlg, name_), leaf) as signer:
        builder.sign(signer, "image/png", io.BytesIO(plain), signed)
    open("signed.png", "wb").write(signed.getvalue())
    with c2pa.Reader("image/png", signed, context=context) as reader:
        rust = json.loads(reader.json())["validation_state"]
    node = subprocess.run(["node", "engine.mjs"], check=True, capture_output=True)
    typescript = json.loads(node.stdout)
    print(f"{name_}  c2pa-rs {c2pa.sdk_version()} {rust}  c2pa-ts 0.9.4 {typescript}")
    expected = ["Invalid", ["claimSignature.mismatch"]] if name_ == "ES512" else ["Valid", []]
    changed = changed or (rust, typescript) != ("Trusted", expected)
sys.exit(changed)
PY
venv/bin/python curves.py
