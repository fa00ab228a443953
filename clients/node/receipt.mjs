// Whether a pinned key signed an execution receipt v0.1. It reads less than JSON, as
// docs/receipts.md says: one flat object, texts of printable ASCII without escapes, whole numbers
// in their shortest form.

import { createHash, createPublicKey, verify } from "node:crypto";

import { isCanonical, isUsablePoint } from "./ed25519.mjs";

const MAX_BYTES = 4096;
const BEGIN = /[ \t\n\r]*\{/y;
const MEMBER =
  /[ \t\n\r]*"([ !#-[\]-~]*)"[ \t\n\r]*:[ \t\n\r]*("[ !#-[\]-~]*"|0|[1-9][0-9]*)[ \t\n\r]*([,}])/y;
const END = /[ \t\n\r]*$/y;
// SubjectPublicKeyInfo of an Ed25519 key is these bytes and the key (RFC 8410, section 4).
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

const matches = (pattern) => (value) => pattern.test(value);
const isAtMost = (greatest) => (value) => !value.startsWith('"') && Number(value) <= greatest;
// In the order in which they are looked at.
const MEMBERS = new Map([
  ["version", matches(/^"0\.1"$/)],
  ["module_hash", matches(/^"sha256:[0-9a-f]{64}"$/)],
  ["exit_code", isAtMost(255)],
  ["wall_time_ms", isAtMost(Number.MAX_SAFE_INTEGER)],
  ["timestamp", isAtMost(Number.MAX_SAFE_INTEGER)],
  ["node_pubkey", matches(/^"[0-9a-f]{64}"$/)],
  ["signature", matches(/^"[0-9a-f]{128}"$/)],
]);

/**
 * Judges a receipt. Any input gets a verdict; nothing is thrown.
 *
 * @param {Uint8Array | string} receiptJson The receipt as it came.
 * @param {string} pinnedPubkeyHex The signer's key, which did not come with the receipt: 64
 *   lower-case hexadecimal digits.
 * @returns {{refusal: string, receipt: null} | {refusal: null, receipt: {moduleHash: string,
 *   exitCode: number, wallTimeMs: number, timestamp: number}}} The refusal is a reason of
 *   docs/receipts.md; the receipt is what the pinned key signed.
 */
export function verifyReceipt(receiptJson, pinnedPubkeyHex) {
  const refused = (refusal) => ({ refusal, receipt: null });
  if (!isUsableKey(pinnedPubkeyHex)) return refused("pinned_key_invalid");
  if (typeof receiptJson !== "string" && !(receiptJson instanceof Uint8Array)) {
    return refused("malformed");
  }
  const bytes = Buffer.from(receiptJson);
  if (bytes.length > MAX_BYTES) return refused("too_large");
  const members = scan(bytes.toString("latin1"));
  const refusal = members === null ? "malformed" : fault(members);
  if (refusal !== null) return refused(refusal);
  const values = new Map(members.map(([name, value]) => [name, value.replaceAll('"', "")]));
  const signatureRefusal = signatureFault(values, pinnedPubkeyHex);
  if (signatureRefusal !== null) return refused(signatureRefusal);
  const receipt = {
    moduleHash: values.get("module_hash"),
    exitCode: Number(values.get("exit_code")),
    wallTimeMs: Number(values.get("wall_time_ms")),
    timestamp: Number(values.get("timestamp")),
  };
  return { refusal: null, receipt };
}

function isUsableKey(hex) {
  return typeof hex === "string" && /^[0-9a-f]{64}$/.test(hex) && isUsablePoint(Buffer.from(hex, "hex"));
}

/** Gives names and values, texts with their quotation marks; null where the grammar ends. */
function scan(text) {
  const members = [];
  let position = 0;
  const next = (pattern) => {
    pattern.lastIndex = position;
    const found = pattern.exec(text);
    position = pattern.lastIndex;
    return found;
  };
  if (next(BEGIN) === null) return null;
  for (let found = next(MEMBER); found !== null; found = next(MEMBER)) {
    const [, name, value, end] = found;
    members.push([name, value]);
    if (end === "}") return next(END) === null ? null : members;
  }
  return null;
}

function fault(members) {
  if (members.some(([name]) => !MEMBERS.has(name))) return "unknown_member";
  const values = new Map(members);
  if (values.size < members.length) return "duplicate_member";
  if (values.size < MEMBERS.size) return "missing_member";
  for (const [name, holds] of MEMBERS) {
    if (!holds(values.get(name))) return `${name}_invalid`;
  }
  return null;
}

function signatureFault(values, pinnedPubkeyHex) {
  if (values.get("node_pubkey") !== pinnedPubkeyHex) return "key_not_pinned";
  const signature = Buffer.from(values.get("signature"), "hex");
  if (!isCanonical(signature)) return "signature_not_canonical";
  const signed = ["version", "module_hash", "exit_code", "wall_time_ms", "timestamp"];
  const message = signed.map((name) => values.get(name)).join("|");
  const digest = createHash("sha256").update(message).digest();
  return isSigned(digest, signature, pinnedPubkeyHex) ? null : "signature_mismatch";
}

function isSigned(digest, signature, pinnedPubkeyHex) {
  const key = Buffer.concat([SPKI_PREFIX, Buffer.from(pinnedPubkeyHex, "hex")]);
  return verify(null, digest, createPublicKey({ key, format: "der", type: "spki" }), signature);
}
