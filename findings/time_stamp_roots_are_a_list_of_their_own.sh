#!/usr/bin/env bash
# Until 0.91, c2pa-rs trusts a time-stamp authority whose root is in `trust.trust_anchors`. c2pa-rs 0.92
# takes those roots for claim signers alone: the same file with the same settings loses
# `timeStamp.trusted` and gets the informational `timeStamp.untrusted`, while its state stays Trusted, so
# nothing fails aloud. 0.92 wants the root in `trust.anchors`, in an entry of `trust_kind` "tsa".
#
# Versions: c2pa-python 0.38.1 (c2pa-rs 0.91.3), @contentauth/c2pa-wasm 0.15.0 (c2pa-rs 0.92.0),
# OpenSSL 3. Seen on 2026-11-27:
#
#     c2pa-rs 0.91.3  trust_anchors          Trusted  ['timeStamp.trusted', 'timeStamp.validated']
#     c2pa-rs 0.92.0  trust_anchors          Trusted  ['timeStamp.untrusted', 'timeStamp.validated']
#     c2pa-rs 0.92.0  anchors, kind tsa too  Trusted  ['timeStamp.trusted', 'timeStamp.validated']
#
# Needs Python 3.11 or later, node, npm and openssl. Exits with 1 when an engine answers otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check c2pa-python==0.38.1 cryptography==46.0.3
npm install --silent --no-audit --no-fund --ignore-scripts @contentauth/c2pa-wasm@0.15.0

cat >engine.mjs <<'JS'
import { readFileSync } from "node:fs";
import { initSync, WasmReader } from "@contentauth/c2pa-wasm";
initSync({ module: readFileSync(new URL(import.meta.resolve("@contentauth/c2pa-wasm/c2pa.wasm"))) });
const settings = readFileSync(0, "utf8");
console.log((await WasmReader.fromBytes("image/png", readFileSync("signed.png"), settings)).json());
JS

cat >tsa.cnf <<'CNF'
[tsa]
default_tsa = one
[one]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_chain = no
ess_cert_id_alg = sha256
CNF
echo 01 >serial

cat >stamped.py <<'PY'
import datetime, http.server, io, json, struct, subprocess, sys, threading, zlib
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

keys = {one: ec.generate_private_key(ec.SECP256R1()) for one in ("Root", "Leaf", "TSA Root", "TSA")}
root = certificate("Root", keys["Root"], "Root", keys["Root"])
leaf = certificate("Leaf", keys["Leaf"], "Root", keys["Root"], ExtendedKeyUsageOID.EMAIL_PROTECTION)
tsa_root = certificate("TSA Root", keys["TSA Root"], "TSA Root", keys["TSA Root"])
tsa = certificate("TSA", keys["TSA"], "TSA Root", keys["TSA Root"], ExtendedKeyUsageOID.TIME_STAMPING)
open("tsa.pem", "w").write(tsa)
open("tsa.key", "wb").write(keys["TSA"].private_bytes(serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))

class Authority(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        open("query.tsq", "wb").write(self.rfile.read(int(self.headers["Content-Length"])))
        subprocess.run(["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq",
            "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "reply.tsr"], check=True, capture_output=True)
        reply = open("reply.tsr", "rb").read()
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass

authority = http.server.HTTPServer(("127.0.0.1", 0), Authority)
threading.Thread(target=authority.serve_forever, daemon=True).start()

def sign(tbs):
    r, s = decode_dss_signature(keys["Leaf"].sign(tbs, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)

def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
plain = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0\0\0")) + chunk(b"IEND", b"")
trust = {"trust_anchors": root + tsa_root, "trust_config": "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.8"}
settings = {"trust": trust, "builder": {"thumbnail": {"enabled": False}}}
context = c2pa.Context(c2pa.Settings.from_dict(settings))
definition = {"claim_version": 2, "claim_generator_info": [{"name": "example"}], "assertions": [
    {"label": "c2pa.actions", "created": True, "data": {"actions": [{"action": "c2pa.created",
     "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"}]}}]}
signed = io.BytesIO()
url = f"http://127.0.0.1:{authority.server_address[1]}"
with c2pa.Builder(json.dumps(definition), context=context) as builder, \
     c2pa.Signer.from_callback(sign, c2pa.C2paSigningAlg.ES256, leaf, url) as signer:
    builder.sign(signer, "image/png", io.BytesIO(plain), signed)
open("signed.png", "wb").write(signed.getvalue())

def newer(trust):
    done = subprocess.run(["node", "engine.mjs"], input=json.dumps({"trust": trust}), text=True,
                          check=True, capture_output=True)
    return json.loads(done.stdout)

with c2pa.Reader("image/png", signed, context=context) as reader:
    older = json.loads(reader.json())
anchors = [{**trust, "trust_kind": kind, "trust_uri": "urn:example"} for kind in ("manifest", "tsa")]
TRUSTED = ["timeStamp.trusted", "timeStamp.validated"]
changed = False
for engine, given, report, expected in (
    (f"c2pa-rs {c2pa.sdk_version()}", "trust_anchors", older, TRUSTED),
    ("c2pa-rs 0.92.0", "trust_anchors", newer(trust), ["timeStamp.untrusted", "timeStamp.validated"]),
    ("c2pa-rs 0.92.0", "anchors, kind tsa too", newer({"anchors": anchors}), TRUSTED),
):
    entries = report["validation_results"]["activeManifest"].values()
    codes = sorted({one["code"] for part in entries for one in part if "timeStamp" in one["code"]})
    print(f"{engine}  {given:21}  {report['validation_state']}  {codes}")
    changed = changed or (report["validation_state"], codes) != ("Trusted", expected)
sys.exit(changed)
PY
venv/bin/python stamped.py
