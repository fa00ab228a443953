#!/usr/bin/env bash
# The JSON that c2pa-rs's reader gives of a manifest is not what was signed where an assertion holds a
# list of numbers: a list of nothing but numbers is taken for bytes and shown as base64 text. Each number
# is cut to its lowest eight bits; floats and negative numbers are left out. So [300, 1] and [44, 1] look
# the same, and coordinates, a histogram or a bounding box cannot be read at all. The signed CBOR is right:
# only its JSON is not. Lists of lists, and lists with a text or a boolean among the numbers, are as signed.
#
# Version: c2pa-python 0.38.1 (c2pa-rs 0.91.3). Seen on 2026-11-27:
#
#     [1, 2, 3]   is shown as 'AQID'
#     [300, 1]    is shown as 'LAE='
#     [44, 1]     is shown as 'LAE='
#     [47.5, 8.5] is shown as ''
#     [-1, 2]     is shown as 'Ag=='
#     [1, 'a']    is shown as [1, 'a']
#     [[1, 2]]    is shown as [[1, 2]]
#
# Needs Python 3.11 or later. Exits with 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check c2pa-python==0.38.1 cryptography==46.0.3

cat >lists.py <<'PY'
import datetime, io, json, struct, sys, zlib
import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text),
                      x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")])

root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
now = datetime.datetime.now(datetime.UTC)
unused = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
leaf = (x509.CertificateBuilder().subject_name(name("Leaf")).issuer_name(name("Root"))
    .public_key(key.public_key()).serial_number(x509.random_serial_number())
    .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
    .add_extension(x509.BasicConstraints(False, None), True)
    .add_extension(x509.KeyUsage(digital_signature=True, **unused), True)
    .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False)
    .sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode())

def sign(tbs):
    r, s = decode_dss_signature(key.sign(tbs, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)

def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
plain = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0\0\0")) + chunk(b"IEND", b"")
context = c2pa.Context(c2pa.Settings.from_dict({"builder": {"thumbnail": {"enabled": False}}}))

def shown(value):
    """Sign an assertion that holds the value, and give what the reader's JSON says."""
    actions = {"actions": [{"action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"}]}
    definition = {"claim_version": 2, "claim_generator_info": [{"name": "example"}], "assertions": [
        {"label": "c2pa.actions", "created": True, "data": actions},
        {"label": "com.example.list", "created": True, "data": {"value": value}}]}
    made = io.BytesIO()
    with c2pa.Builder(json.dumps(definition), context=context) as builder, \
         c2pa.Signer.from_callback(sign, c2pa.C2paSigningAlg.ES256, leaf) as signer:
        builder.sign(signer, "image/png", io.BytesIO(plain), made)
    with c2pa.Reader("image/png", made, context=context) as reader:
        store = json.loads(reader.json())
    said = store["manifests"][store["active_manifest"]]["assertions"]
    return next(one["data"]["value"] for one in said if one["label"] == "com.example.list")

changed = False
for value, expected in (
    ([1, 2, 3], "AQID"), ([300, 1], "LAE="), ([44, 1], "LAE="), ([47.5, 8.5], ""), ([-1, 2], "Ag=="),
    ([1, "a"], [1, "a"]), ([[1, 2]], [[1, 2]]),
):
    found = shown(value)
    print(f"{value!s:11} is shown as {found!r}")
    changed = changed or found != expected
sys.exit(changed)
PY
venv/bin/python lists.py
