#!/usr/bin/env bash
# c2pa-rs reads the numbers of a manifest definition with a JSON parser that rounds: of floats between
# 10^-12 and 10^12 that are written as Python, JavaScript and Rust print them, one in seven enters the
# signed CBOR with its last bit changed; of those with no more than 15 digits, one in twenty. What is signed
# differs from what the caller said, and no error tells. Between 1 and 1,000 it is one in ten.
# Integers from 2^63 on, which CBOR can hold, are refused.
#
# Version: c2pa-python 0.38.1 (c2pa-rs 0.91.3). Seen on 2026-11-27:
#
#     0.0036239222750672484 signed as 0.003623922275067248
#     20,000 floats from 1e-12 to 1e12: 2864 changed
#     20,000 of them with 15 digits: 1070 changed
#     20,000 floats from 1 to 1000: 2106 changed
#     9223372036854775807 signed as 9223372036854775807
#     9223372036854775808 refused
#
# Needs Python 3.11 or later. Exits with 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check c2pa-python==0.38.1 cryptography==46.0.3

cat >exact.py <<'PY'
import datetime, io, json, random, struct, sys, zlib
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

def signed_as(numbers):
    """Sign an assertion that holds the numbers, and give what the manifest then says."""
    actions = {"actions": [{"action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"}]}
    definition = {"claim_version": 2, "claim_generator_info": [{"name": "example"}], "assertions": [
        {"label": "c2pa.actions", "created": True, "data": actions},
        {"label": "com.example.numbers", "created": True, "data": {f"n{at}": one for at, one in enumerate(numbers)}}]}
    made = io.BytesIO()
    with c2pa.Builder(json.dumps(definition), context=context) as builder, \
         c2pa.Signer.from_callback(sign, c2pa.C2paSigningAlg.ES256, leaf) as signer:
        builder.sign(signer, "image/png", io.BytesIO(plain), made)
    with c2pa.Reader("image/png", made, context=context) as reader:
        store = json.loads(reader.json())
    said = store["manifests"][store["active_manifest"]]["assertions"]
    data = next(one["data"] for one in said if one["label"] == "com.example.numbers")
    return [data[f"n{at}"] for at in range(len(numbers))]

one = 0.0036239222750672484
(became,) = signed_as([one])
print(f"{one!r} signed as {became!r}")
dice = random.Random(7)
floats = [dice.uniform(-1, 1) * 10 ** dice.randint(-12, 12) for _ in range(20_000)]
counts = []
for what, given in (
    ("20,000 floats from 1e-12 to 1e12", floats),
    ("20,000 of them with 15 digits", [float(f"{number:.15g}") for number in floats]),
    ("20,000 floats from 1 to 1000", [dice.uniform(1, 1000) for _ in floats]),
):
    counts.append(sum(a != b for a, b in zip(given, signed_as(given))))
    print(f"{what}: {counts[-1]} changed")
(most,) = signed_as([2**63 - 1])
print(f"{2**63 - 1} signed as {most}")
try:
    refused = signed_as([2**63]) and False
except c2pa.C2paError:
    refused = True
print(f"{2**63} {'refused' if refused else 'signed'}")
sys.exit(not (became != one and counts == [2864, 1070, 2106] and most == 2**63 - 1 and refused))
PY
venv/bin/python exact.py
