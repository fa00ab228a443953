#!/usr/bin/env bash
# A claim may point at its signature by a URI relative to its manifest (`self#jumbf=c2pa.signature`).
# c2pa-rs 0.91 reads both forms. c2pa-rs 0.92 reads the relative form only while the claim declares no
# `specVersion`: with `specVersion` 2.4.0 in `claim_generator_info` it finds no signature at all,
# although it finds the hashed URIs of the assertions, which are relative too.
#
# Versions: c2pa-python 0.38.1 (c2pa-rs 0.91.3), @contentauth/c2pa-wasm 0.15.0 (c2pa-rs 0.92.0),
# encypher-c2pa 1.7.1. Seen on 2026-11-27:
#
#     absolute  none   c2pa-rs 0.91.3  Trusted  []
#     absolute  none   c2pa-rs 0.92.0  Trusted  []
#     absolute  none   encypher 1.7.1  Trusted  []
#     absolute  2.4.0  c2pa-rs 0.91.3  Trusted  []
#     absolute  2.4.0  c2pa-rs 0.92.0  Trusted  []
#     absolute  2.4.0  encypher 1.7.1  Trusted  []
#     relative  none   c2pa-rs 0.91.3  Trusted  []
#     relative  none   c2pa-rs 0.92.0  Trusted  []
#     relative  none   encypher 1.7.1  Trusted  []
#     relative  2.4.0  c2pa-rs 0.91.3  Trusted  []
#     relative  2.4.0  c2pa-rs 0.92.0  Invalid  ['claimSignature.missing']
#     relative  2.4.0  encypher 1.7.1  Trusted  []
#
# Needs Python 3.11 or later, node and npm. Exits with 1 when an engine answers otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  c2pa-python==0.38.1 encypher-c2pa==1.7.1 cryptography==46.0.3 cbor2==5.7.1
npm install --silent --no-audit --no-fund --ignore-scripts @contentauth/c2pa-wasm@0.15.0

cat >engine.mjs <<'JS'
import { readFileSync } from "node:fs";
import { initSync, WasmReader } from "@contentauth/c2pa-wasm";
initSync({ module: readFileSync(new URL(import.meta.resolve("@contentauth/c2pa-wasm/c2pa.wasm"))) });
const trust = JSON.parse(readFileSync("trust.json"));
const reader = await WasmReader.fromBytes("image/png", readFileSync(process.argv[2]), JSON.stringify({ trust }));
const report = JSON.parse(reader.json());
const failures = report.validation_results.activeManifest.failure.map((one) => one.code);
console.log(JSON.stringify([report.validation_state, failures]));
JS

cat >relative.py <<'PY'
import datetime, io, itertools, json, struct, subprocess, sys, zlib
import c2pa, cbor2, encypher_c2pa
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

def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

def boxes(content):
    at = 0
    while at < len(content):
        length = int.from_bytes(content[at:at + 4])
        yield content[at + 4:at + 8], content[at + 8:at + length]
        at += length

def box(kind, content):
    return struct.pack(">I", 8 + len(content)) + kind + content

def rebuilt(content, change):
    """Rewrite the CBOR of claim and signature, wherever they stand."""
    parts = list(boxes(content))
    label = parts[0][1][17:].partition(b"\0")[0] if parts and parts[0][0] == b"jumd" else b""
    out = b""
    for kind, inner in parts:
        if kind == b"jumb":
            inner = rebuilt(inner, change)
        elif kind == b"cbor" and label in (b"c2pa.claim.v2", b"c2pa.signature"):
            inner = change(label, inner)
        out += box(kind, inner)
    return out

header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
plain = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0\0\0")) + chunk(b"IEND", b"")
trust = {"trust_anchors": root, "trust_config": "1.3.6.1.5.5.7.3.4"}
json.dump(trust, open("trust.json", "w"))
context = c2pa.Context(c2pa.Settings.from_dict(
    {"trust": trust, "builder": {"thumbnail": {"enabled": False}}}))
definition = {"claim_version": 2, "claim_generator_info": [{"name": "example"}], "assertions": [
    {"label": "c2pa.actions", "created": True, "data": {"actions": [{"action": "c2pa.created",
     "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"}]}}]}
signed = io.BytesIO()
with c2pa.Builder(json.dumps(definition), context=context) as builder, \
     c2pa.Signer.from_callback(sign, c2pa.C2paSigningAlg.ES256, leaf) as signer:
    builder.sign(signer, "image/png", io.BytesIO(plain), signed)
signed = signed.getvalue()

def with_claim(uri, spec_version):
    start = signed.index(b"caBX")
    length = int.from_bytes(signed[start - 4:start])
    store = signed[start + 4:start + 4 + length]
    seen = {}
    def change(label, content):
        value = cbor2.loads(content)
        if label == b"c2pa.claim.v2":
            if uri == "relative":
                value["signature"] = "self#jumbf=c2pa.signature"
            if spec_version:
                value["claim_generator_info"]["specVersion"] = spec_version
            seen["claim"] = cbor2.dumps(value)
            return seen["claim"]
        protected = value.value[0]
        tbs = cbor2.dumps(["Signature1", protected, b"", seen["claim"]])
        return cbor2.dumps(cbor2.CBORTag(18, [protected, {"pad": b"\0" * pad_bytes}, None, sign(tbs)]))
    # The exclusion was hashed with the store's length, so padding makes up for what the claim lost.
    pad_bytes = 4096
    pad_bytes += len(store) - len(rebuilt(store, change))
    content = rebuilt(store, change)
    assert len(content) == len(store), (len(content), len(store))
    return signed[:start - 4] + chunk(b"caBX", content) + signed[start + 8 + length:]

EXPECTED = {("relative", "2.4.0", "c2pa-rs 0.92.0"): ["Invalid", ["claimSignature.missing"]]}
changed = False
for uri, spec_version in itertools.product(("absolute", "relative"), ("", "2.4.0")):
    asset = with_claim(uri, spec_version)
    open("asset.png", "wb").write(asset)
    with c2pa.Reader("image/png", io.BytesIO(asset), context=context) as reader:
        report = json.loads(reader.json())
    said = {f"c2pa-rs {c2pa.sdk_version()}": [report["validation_state"],
        [one["code"] for one in report["validation_results"]["activeManifest"]["failure"]]]}
    node = subprocess.run(["node", "engine.mjs", "asset.png"], check=True, capture_output=True)
    said["c2pa-rs 0.92.0"] = json.loads(node.stdout)
    report = dict(encypher_c2pa.verify(asset, "image/png", trust_pem=root, no_default_trust=True,
                                       telemetry=False, online=False))
    said["encypher 1.7.1"] = [report["validation_state"],
        [one["code"] for one in report["validation_results"]["failure"]]]
    for engine, verdict in said.items():
        print(f"{uri}  {spec_version or 'none':6} {engine}  {verdict[0]:8} {verdict[1]}")
        changed = changed or verdict != EXPECTED.get((uri, spec_version, engine), ["Trusted", []])
sys.exit(changed)
PY
venv/bin/python relative.py
