#!/usr/bin/env bash
# c2pa-rs does not trust a certificate that an authority signed with a key on P-521 over SHA-256, although
# the standard allows both the curve and ecdsa-with-SHA256 (C2PA 2.2 and 2.4, section 14.5.1.1). Over
# SHA-384 or SHA-512 it trusts the same certificate, and other curves it trusts over SHA-256.
#
# Versions: c2pa-python 0.38.1 (c2pa-rs 0.91.3). Seen on 2026-11-28:
#
#     P-256 over SHA-256   Trusted
#     P-384 over SHA-256   Trusted
#     P-521 over SHA-256   Valid    signingCredential.untrusted
#     P-521 over SHA-384   Trusted
#     P-521 over SHA-512   Trusted
#
# Needs Python 3.11 or later. Exits with 1 when the engine does otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check c2pa-python==0.38.1 cryptography==46.0.3

cat >curves.py <<'PY'
import datetime, io, json, struct, sys, zlib
import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

def titled(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text),
                      x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")])

def issue(subject, key, issuer_key, digest, is_ca):
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
    return made.sign(issuer_key, digest).public_bytes(serialization.Encoding.PEM).decode()

def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
plain = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0\0\0")) + chunk(b"IEND", b"")
created = {"action": "c2pa.created",
           "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"}
claim = {"claim_generator_info": [{"name": "example", "version": "1"}],
         "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}]}
key = ec.generate_private_key(ec.SECP256R1())
private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())

def judged(curve, digest):
    root_key = ec.generate_private_key(curve)
    root = issue("Root", root_key, root_key, digest, True)
    leaf = issue("Leaf", key, root_key, digest, False)
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, leaf.encode(), private, None))
    signed = io.BytesIO()
    c2pa.Builder(json.dumps(claim)).sign(signer, "image/png", io.BytesIO(plain), signed)
    settings = c2pa.Settings.from_dict({"trust": {"trust_anchors": root}})
    with c2pa.Context(settings) as context, c2pa.Reader("image/png", signed, context=context) as reader:
        report = json.loads(reader.json())
    failures = report["validation_results"]["activeManifest"]["failure"]
    return report["validation_state"], [one["code"] for one in failures]

seen = []
for curve, digest in ((ec.SECP256R1(), hashes.SHA256()), (ec.SECP384R1(), hashes.SHA256()),
                      (ec.SECP521R1(), hashes.SHA256()), (ec.SECP521R1(), hashes.SHA384()),
                      (ec.SECP521R1(), hashes.SHA512())):
    state, failures = judged(curve, digest)
    seen.append(state)
    print(f"P-{curve.key_size} over SHA-{digest.digest_size * 8}   {state:<8} {' '.join(failures)}".rstrip())
sys.exit(seen != ["Trusted", "Trusted", "Valid", "Trusted", "Trusted"])
PY
venv/bin/python curves.py
