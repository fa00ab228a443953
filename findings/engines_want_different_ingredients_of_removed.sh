#!/usr/bin/env bash
# No two engines agree on c2pa.removed. The standard wants it to name a componentOf ingredient of another
# manifest, the one that the component is missing from now (C2PA 2.2, sections 15.10.3.2.2 and 18.14.4.7).
# encypher-c2pa checks that. c2pa-rs compares the label of that ingredient with those of the manifest's own
# ingredients, and looks for componentOf there.
#
# Versions: c2pa-python 0.38.1 (c2pa-rs 0.91.3), encypher-c2pa 1.7.1. Seen on 2026-11-28:
#
#     ingredient of another manifest   c2pa-rs Invalid   encypher-c2pa Trusted
#     own ingredient                   c2pa-rs Trusted   encypher-c2pa Invalid
#
# Needs Python 3.11 or later. Exits with 1 when an engine does otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
    c2pa-python==0.38.1 encypher-c2pa==1.7.1 cryptography==46.0.3

cat >removed.py <<'PY'
import base64, datetime, io, json, struct, sys, zlib
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

def action(name, *ids, **parameters):
    parameters |= {"ingredientIds": ids} if ids else {}
    source = {} if name == "opened" else {"digitalSourceType": terms + "composite"}
    return {"action": f"c2pa.{name}", "parameters": parameters, **source}

def signed(actions, *ingredients):
    claim = {"claim_generator_info": [{"name": "example", "version": "1"}],
             "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}]}
    builder = c2pa.Builder(json.dumps(claim), c2pa.Context(settings))
    for number, (relationship, asset) in enumerate(ingredients):
        builder.add_ingredient({"title": "x", "relationship": relationship, "label": str(number)},
                               "image/png", io.BytesIO(asset))
    written = io.BytesIO()
    builder.sign(signer, "image/png", io.BytesIO(plain), written)
    return written.getvalue()

def judged(asset):
    with c2pa.Reader("image/png", io.BytesIO(asset), context=c2pa.Context(settings)) as reader:
        first = json.loads(reader.json())["validation_state"]
    second = encypher_c2pa.verify(asset, "image/png", trust_pem=root, no_default_trust=True,
                                  telemetry=False, online=False)
    return first, second["validation_state"]

before = signed([action("created"), action("placed", "0")], ("componentOf", plain))
with c2pa.Reader("image/png", io.BytesIO(before)) as reader:
    report = json.loads(reader.detailed_json())
label = report["active_manifest"]
claim = report["manifests"][label]["claim"]
stated = [*claim.get("created_assertions", []), *claim.get("gathered_assertions", [])]
digest = next(one["hash"] for one in stated if "ingredient" in one["url"])
component = {"url": f"self#jumbf=/c2pa/{label}/c2pa.assertions/c2pa.ingredient.v3", "alg": "sha256",
             "hash": list(base64.b64decode(digest))}
seen = [judged(signed([action("opened", "0"), action("removed", ingredients=[component])],
                      ("parentOf", before))),
        judged(signed([action("opened", "0"), action("removed", "1")],
                      ("parentOf", before), ("componentOf", plain)))]
for name, (first, second) in zip(("ingredient of another manifest", "own ingredient"), seen):
    print(f"{name:<31}  c2pa-rs {first}   encypher-c2pa {second}")
sys.exit(seen != [("Invalid", "Trusted"), ("Trusted", "Invalid")])
PY
venv/bin/python removed.py
