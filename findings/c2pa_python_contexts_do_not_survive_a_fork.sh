#!/usr/bin/env bash
# A `c2pa.Context` that was made before a fork is refused in the child: `Reader` and `Builder` raise
# `Context is not valid`. Servers that load their settings once and then fork their workers (gunicorn with
# --preload, multiprocessing on Linux) meet this on the first file of each worker, and the error does not say
# that the process is the reason. A context that is made in the child works, and so does a Reader without one.
#
# Version: c2pa-python 0.38.1 (c2pa-rs 0.91.3). Seen on 2026-11-28:
#
#     parent, context of the parent   read
#     child, context of the parent    C2paError: Context is not valid
#     child, context of the child     read
#     child, no context               read
#
# Needs Python 3.11 or later. Exits with 1 when the library does otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check c2pa-python==0.38.1 cryptography==46.0.3

cat >forked.py <<'PY'
import base64, datetime, io, json, multiprocessing, sys
import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# A picture of one pixel, signed by a certificate of one day.
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

def titled(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text),
                      x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")])

def issued(subject, key, issuer, issuer_key, is_ca):
    now = datetime.datetime.now(datetime.UTC)
    usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                           "crl_sign", "encipher_only", "decipher_only"), False)
    made = (x509.CertificateBuilder().subject_name(titled(subject)).issuer_name(titled(issuer))
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(is_ca, None), True)
        .add_extension(x509.KeyUsage(digital_signature=not is_ca, key_cert_sign=is_ca, **usage), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False))
    if not is_ca:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    return made.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
chain = issued("Leaf", key, "Root", root, False) + issued("Root", root, "Root", root, True)
private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
definition = {"claim_generator_info": [{"name": "finding", "version": "1"}], "assertions": [
    {"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.created", "digitalSourceType":
        "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}]}}]}
info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=private, ta_url=None)
signed = io.BytesIO()
with c2pa.Builder(json.dumps(definition)) as builder, c2pa.Signer.from_info(info) as signer:
    builder.sign(signer, "image/png", io.BytesIO(PNG), signed)

def told(context):
    try:
        with c2pa.Reader("image/png", io.BytesIO(signed.getvalue()), context=context) as reader:
            reader.json()
        return "read"
    except c2pa.C2paError as refused:
        return f"C2paError: {refused}"

def new():
    return c2pa.Context(c2pa.Settings.from_dict({"verify": {"verify_trust": False}}))

def in_a_child(make):
    fork = multiprocessing.get_context("fork")
    answers = fork.SimpleQueue()
    child = fork.Process(target=lambda: answers.put(told(make())))
    child.start()
    child.join()
    return answers.get()

mine = new()
seen = {
    "parent, context of the parent": told(mine),
    "child, context of the parent": in_a_child(lambda: mine),
    "child, context of the child": in_a_child(new),
    "child, no context": in_a_child(lambda: None),
}
for name, outcome in seen.items():
    print(f"{name:30}  {outcome}")
sys.exit([*seen.values()] != ["read", "C2paError: Context is not valid", "read", "read"])
PY
venv/bin/python forked.py
