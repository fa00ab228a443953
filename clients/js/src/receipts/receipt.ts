// Whether a pinned key signed an execution receipt v0.1. It reads less than JSON, as
// docs/receipts.md says: one flat object, texts of printable ASCII without escapes, whole numbers in
// their shortest form.

import { sha256 } from "../web_crypto.js";
import { bytesOfHex, isUsablePoint, signatureFault } from "./ed25519.js";
import type { Refusal } from "./refusals.js";

const MAX_BYTES = 4096;
const BEGIN = /[ \t\n\r]*\{/y;
const MEMBER =
  /[ \t\n\r]*"([ !#-[\]-~]*)"[ \t\n\r]*:[ \t\n\r]*("[ !#-[\]-~]*"|0|[1-9][0-9]*)[ \t\n\r]*([,}])/y;
const END = /[ \t\n\r]*$/y;

/** Keys that did not come with what they verify: each 64 lower-case hexadecimal digits. */
export type PinnedKeys = string | readonly string[];

/** What a receipt says. It names neither the job nor its output; the attestation does. */
export interface Receipt {
  /** `sha256:` and 64 lower-case hexadecimal digits. */
  moduleHash: string;
  /** 0 to 255. */
  exitCode: number;
  /** How long the module ran, in milliseconds. */
  wallTimeMs: number;
  /** When it ended, in seconds since 1970. */
  timestamp: number;
}

/** Either why a receipt is refused, or what a pinned key signed. */
export type ReceiptVerdict = { refusal: Refusal; receipt: null } | { refusal: null; receipt: Receipt };

type Test = (value: string) => boolean;
const matches = (pattern: RegExp): Test => (value) => pattern.test(value);
const isAtMost = (greatest: number): Test => (value) => !value.startsWith('"') && Number(value) <= greatest;
// In the order in which they are looked at.
const MEMBERS = new Map<string, [Test, Refusal]>([
  ["version", [matches(/^"0\.1"$/), "version_invalid"]],
  ["module_hash", [matches(/^"sha256:[0-9a-f]{64}"$/), "module_hash_invalid"]],
  ["exit_code", [isAtMost(255), "exit_code_invalid"]],
  ["wall_time_ms", [isAtMost(Number.MAX_SAFE_INTEGER), "wall_time_ms_invalid"]],
  ["timestamp", [isAtMost(Number.MAX_SAFE_INTEGER), "timestamp_invalid"]],
  ["node_pubkey", [matches(/^"[0-9a-f]{64}"$/), "node_pubkey_invalid"]],
  ["signature", [matches(/^"[0-9a-f]{128}"$/), "signature_invalid"]],
]);

const SIGNED_TEXT = /^0\.1\|(sha256:[0-9a-f]{64})\|(0|[1-9][0-9]{0,15})\|(0|[1-9][0-9]{0,15})\|(0|[1-9][0-9]{0,15})$/;
const OF_ANOTHER_KEY = new Set<Refusal>(["pinned_key_invalid", "key_not_pinned", "checkpoint_key_not_pinned"]);

/** Ends a verification; the public functions make a verdict of it. */
export class Refusing extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal);
    this.refusal = refusal;
  }
}

/**
 * Judges a receipt. Any input gets a verdict.
 *
 * @param receiptJson The receipt as it came, such as `receiptJson` of a job's result.
 * @param keys The signer's key, which did not come with the receipt; of several, each may have signed.
 * @returns The refusal is a reason of docs/receipts.md; the receipt is what a pinned key signed.
 */
export async function verifyReceipt(receiptJson: Uint8Array | string, keys: PinnedKeys): Promise<ReceiptVerdict> {
  return firstGood(keys, async (key) => {
    try {
      return { refusal: null, receipt: await provedReceipt(receiptJson, key) };
    } catch (failure) {
      if (failure instanceof Refusing) return { refusal: failure.refusal, receipt: null };
      throw failure;
    }
  });
}

/** Gives the first verdict without a refusal; otherwise the one of the key that was named, or the first. */
export async function firstGood<Verdict extends { refusal: Refusal | null }>(
  keys: PinnedKeys,
  judge: (key: string) => Promise<Verdict>,
): Promise<Verdict> {
  const pinned = Array.isArray(keys) && keys.length > 0 ? keys : [keys];
  const verdicts = await Promise.all(pinned.map(judge));
  const isNamed = ({ refusal }: Verdict) => refusal !== null && !OF_ANOTHER_KEY.has(refusal);
  return verdicts.find(({ refusal }) => refusal === null) ?? verdicts.find(isNamed) ?? (verdicts[0] as Verdict);
}

/** Reads a receipt that a key signed; throws `Refusing`. */
export async function provedReceipt(receiptJson: Uint8Array | string, pinnedKey: unknown): Promise<Receipt> {
  const publicKey = usableKey(pinnedKey);
  if (publicKey === null) throw new Refusing("pinned_key_invalid");
  const bytes = bytesGiven(receiptJson);
  if (bytes === null) throw new Refusing("malformed");
  if (bytes.length > MAX_BYTES) throw new Refusing("too_large");
  const members = scanned(String.fromCharCode(...bytes));
  const value = (name: string) => (members.get(name) ?? "").replaceAll('"', "");
  if (value("node_pubkey") !== pinnedKey) throw new Refusing("key_not_pinned");
  const receipt = {
    moduleHash: value("module_hash"),
    exitCode: Number(value("exit_code")),
    wallTimeMs: Number(value("wall_time_ms")),
    timestamp: Number(value("timestamp")),
  };
  const digest = await sha256(signedText(receipt));
  const fault = await signatureFault(publicKey, digest, bytesOfHex(value("signature")));
  if (fault !== null) throw new Refusing(`signature_${fault}`);
  return receipt;
}

/** Gives the text of which a receipt's signature signs the SHA-256. */
export function signedText({ moduleHash, exitCode, wallTimeMs, timestamp }: Receipt): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`0.1|${moduleHash}|${exitCode}|${wallTimeMs}|${timestamp}`);
}

/** Reads what `signedText` gives; null for anything else. */
export function receiptOfText(text: Uint8Array): Receipt | null {
  const [, moduleHash = "", ...numbers] = SIGNED_TEXT.exec(String.fromCharCode(...text)) ?? [];
  const [exitCode = 256, wallTimeMs = 0, timestamp = 0] = numbers.map(Number);
  if (exitCode > 255 || wallTimeMs > Number.MAX_SAFE_INTEGER || timestamp > Number.MAX_SAFE_INTEGER) return null;
  return { moduleHash, exitCode, wallTimeMs, timestamp };
}

/** Decodes a pinned key to its 32 bytes; null if it is not a usable key. */
export function usableKey(hex: unknown): Uint8Array<ArrayBuffer> | null {
  if (typeof hex !== "string" || !/^[0-9a-f]{64}$/.test(hex)) return null;
  const publicKey = bytesOfHex(hex);
  return isUsablePoint(publicKey) ? publicKey : null;
}

/** Gives what came, as bytes; null for what is neither text nor bytes. */
export function bytesGiven(content: unknown): Uint8Array<ArrayBuffer> | null {
  if (typeof content === "string") return new TextEncoder().encode(content);
  return content instanceof Uint8Array ? Uint8Array.from(content) : null;
}

/** Reads names and values, texts with their quotation marks. */
function scanned(text: string): Map<string, string> {
  const members = scan(text);
  if (members === null) throw new Refusing("malformed");
  if (members.some(([name]) => !MEMBERS.has(name))) throw new Refusing("unknown_member");
  const values = new Map(members);
  if (values.size < members.length) throw new Refusing("duplicate_member");
  if (values.size < MEMBERS.size) throw new Refusing("missing_member");
  for (const [name, [holds, refusal]] of MEMBERS) {
    if (!holds(values.get(name) ?? "")) throw new Refusing(refusal);
  }
  return values;
}

/** Gives names and values; null where the grammar ends. */
function scan(text: string): [string, string][] | null {
  const members: [string, string][] = [];
  let position = 0;
  const next = (pattern: RegExp) => {
    pattern.lastIndex = position;
    const found = pattern.exec(text);
    position = pattern.lastIndex;
    return found;
  };
  if (next(BEGIN) === null) return null;
  for (let found = next(MEMBER); found !== null; found = next(MEMBER)) {
    const [, name = "", value = "", end] = found;
    members.push([name, value]);
    if (end === "}") return next(END) === null ? null : members;
  }
  return null;
}
