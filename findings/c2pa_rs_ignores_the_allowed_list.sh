#!/usr/bin/env bash
# c2pa-rs ignores its setting `trust.allowed_list`, which names signers to be trusted themselves (C2PA 2.2
# §14.4.3): a signer on it stays untrusted, whether it is listed by certificate or by digest. The same list
# works in an entry of `trust.anchors`, even if that entry has no anchors.
#
# Version: c2pa-python 0.38.1 (c2pa-rs 0.91.3). Seen on 2026-11-28:
#
#     trust.allowed_list, certificate             Valid
#     trust.allowed_list, digest                  Valid
#     trust.anchors[].allowed_list, certificate   Trusted
#     trust.anchors[].allowed_list, digest        Trusted
#
# Needs Python 3.11 or later. Exits with 1 when the engine does otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check c2pa-python==0.38.1 cryptography==46.0.3

cat >allowed.py <<'PY'
import base64, datetime, io, json, sys
import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

def titled(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text),
                      x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example")])

root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
now = datetime.datetime.now(datetime.UTC)
unused = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
leaf = (x509.CertificateBuilder().subject_name(titled("Leaf")).issuer_name(titled("Root"))
    .public_key(key.public_key()).serial_number(x509.random_serial_number())
    .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
    .add_extension(x509.BasicConstraints(False, None), True)
    .add_extension(x509.KeyUsage(digital_signature=True, **unused), True)
    .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
    .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), False)
    .sign(root, hashes.SHA256()))
pem = leaf.public_bytes(serialization.Encoding.PEM).decode()
private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, pem.encode(), private, None))
created = {"action": "c2pa.created",
           "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"}
claim = {"claim_generator_info": [{"name": "example", "version": "1"}],
         "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}]}
picture = b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>'
signed = io.BytesIO()
c2pa.Builder(json.dumps(claim)).sign(signer, "image/svg+xml", io.BytesIO(picture), signed)

def state(trust):
    context = c2pa.Context(c2pa.Settings.from_dict({"trust": trust}))
    with c2pa.Reader("image/svg+xml", io.BytesIO(signed.getvalue()), context=context) as reader:
        return json.loads(reader.json())["validation_state"]

usages = "1.3.6.1.5.5.7.3.4"
digest = base64.b64encode(leaf.fingerprint(hashes.SHA256())).decode() + "\n"
seen = []
for form, listed in (("certificate", pem), ("digest", digest)):
    seen.append(state({"trust_config": usages, "allowed_list": listed}))
    print(f"{f'trust.allowed_list, {form}':<43} {seen[-1]}")
for form, listed in (("certificate", pem), ("digest", digest)):
    entry = {"trust_anchors": "", "trust_kind": "manifest", "trust_uri": "https://example.com/list",
             "trust_config": usages, "allowed_list": listed}
    seen.append(state({"anchors": [entry]}))
    print(f"{f'trust.anchors[].allowed_list, {form}':<43} {seen[-1]}")
sys.exit(seen != ["Valid", "Valid", "Trusted", "Trusted"])
PY
venv/bin/python allowed.py
