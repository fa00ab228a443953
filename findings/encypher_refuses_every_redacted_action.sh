#!/usr/bin/env bash
# encypher-c2pa finds assertion.action.redactionMismatch in every manifest that tells of a redaction. The
# standard wants the action c2pa.redacted to hold the URI of the redacted assertion, which is in an
# ingredient's manifest (C2PA 2.2, sections 6.8 and 18.14.4.7). encypher-c2pa looks for it in the manifest
# of the action. It trusts the same redaction without the action, which the standard only recommends.
# c2pa-rs trusts both.
#
# Versions: c2pa-python 0.38.1 (c2pa-rs 0.91.3), encypher-c2pa 1.7.1. Seen on 2026-11-28:
#
#     redaction without its action   c2pa-rs Trusted   encypher-c2pa Trusted
#     redaction with its action      c2pa-rs Trusted   encypher-c2pa Invalid
#
# Needs Python 3.11 or later. Exits with 1 when an engine does otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
    c2pa-python==0.38.1 encypher-c2pa==1.7.1 cryptography==46.0.3

cat >redacted.py <<'PY'
import datetime, io, json, struct, sys, zlib
import c2pa, encypher_c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

def titled(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text),
                      x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")])

def issue(subject, key, issuer_key, is_ca):
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
    return made.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
plain = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0\0\0")) + chunk(b"IEND", b"")
root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
root = issue("Root", root_key, root_key, True)
private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(
    c2pa.C2paSigningAlg.ES256, issue("Leaf", key, root_key, False).encode(), private, None))
settings = c2pa.Settings.from_dict({
    "trust": {"trust_anchors": root}, "builder": {"thumbnail": {"enabled": False}},
    "verify": {"verify_after_sign": False}})
terms = "http://cv.iptc.org/newscodes/digitalsourcetype/"
created = {"action": "c2pa.created", "digitalSourceType": terms + "digitalCreation"}
opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["0"]}}
note = {"label": "org.example.note", "data": {"note": "secret"}}

def signed(actions, *more, parent=None, redactions=()):
    claim = {"claim_generator_info": [{"name": "example", "version": "1"}], "redactions": redactions,
             "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}, *more]}
    builder = c2pa.Builder(json.dumps(claim), c2pa.Context(settings))
    if parent:
        builder.add_ingredient({"title": "x", "relationship": "parentOf", "label": "0"},
                               "image/png", io.BytesIO(parent))
    written = io.BytesIO()
    builder.sign(signer, "image/png", io.BytesIO(plain), written)
    return written.getvalue()

def judged(asset):
    with c2pa.Reader("image/png", io.BytesIO(asset), context=c2pa.Context(settings)) as reader:
        first = json.loads(reader.json())["validation_state"]
    second = encypher_c2pa.verify(asset, "image/png", trust_pem=root, no_default_trust=True,
                                  telemetry=False, online=False)
    return first, second["validation_state"]

before = signed([created], note)
with c2pa.Reader("image/png", io.BytesIO(before)) as reader:
    label = json.loads(reader.json())["active_manifest"]
uri = f"self#jumbf=/c2pa/{label}/c2pa.assertions/org.example.note"
told = {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": uri}}
without, with_it = (signed(actions, parent=before, redactions=[uri])
                    for actions in ([opened], [opened, told]))
assert b"secret" in before and b"secret" not in without + with_it
seen = [judged(without), judged(with_it)]
for name, (first, second) in zip(("redaction without its action", "redaction with its action"), seen):
    print(f"{name:<29}  c2pa-rs {first}   encypher-c2pa {second}")
sys.exit(seen != [("Trusted", "Trusted"), ("Trusted", "Invalid")])
PY
venv/bin/python redacted.py
