// The signed root of a batch, and the proof that a statement is under it: c2sp.org/tlog-proof around a
// c2sp.org/tlog-checkpoint, each only as the signer writes it.

import { fromBase64, toHex } from "../base64.js";
import { sha256 } from "../web_crypto.js";
import { signatureFault } from "./ed25519.js";
import { leafHash, rootByPath } from "./merkle.js";
import { Refusing } from "./receipt.js";

/** What the signer says of a batch: the root of its tree. */
export interface Checkpoint {
  /** The deployment that ran it, as a URL without its scheme. */
  service: string;
  batchId: string;
  /** How many jobs are in the tree. */
  size: number;
  /** The root hash, 64 hexadecimal digits. */
  root: string;
}

const ED25519 = 1;
const KEY_ID_BYTES = 4;
// Base64 in its only form: the bits that belong to no byte are zero.
const HASH = "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=";
const SIGNATURE = "[A-Za-z0-9+/]{90}[AEIMQUYcgkosw048]=";
// A key's name has neither spaces nor plus signs.
const NAME = "[!-*,-~]";
const ORIGIN = `(?<service>${NAME}{1,300})/batches/(?<batchId>[A-Za-z0-9._-]{1,128})/(?<rootHex>[0-9a-f]{64})`;
const PROOF = new RegExp(
  `^c2sp\\.org/tlog-proof@v1\\nindex (?<index>0|[1-9][0-9]{0,8})\\n(?<path>(?:${HASH}\\n){0,30})\\n(?<checkpoint>[^]*)$`,
);
const CHECKPOINT = new RegExp(
  `^(?<origin>${ORIGIN})\\n(?<size>[1-9][0-9]{0,8})\\n(?<root>${HASH})\\n\\n` +
    `\u2014 (?<name>${NAME}{1,600}) (?<signature>${SIGNATURE})\\n$`,
);

/**
 * Checks that a key signed the root of a tree that has an entry; throws `Refusing`.
 *
 * @param proof As it came.
 * @param entry The content of the leaf; null for what has no bytes.
 * @param publicKey The pinned key, 32 bytes, a usable point.
 */
export async function provedCheckpoint(
  proof: string,
  entry: Uint8Array | null,
  publicKey: Uint8Array<ArrayBuffer>,
): Promise<Checkpoint> {
  const { index = "", path = "", checkpoint = null } = PROOF.exec(proof)?.groups ?? {};
  if (checkpoint === null) throw new Refusing("proof_malformed");
  const signed = await signedCheckpoint(checkpoint, publicKey);
  const hashes = path.split("\n").slice(0, -1).map(fromBase64);
  const root = entry && (await rootByPath(await leafHash(entry), Number(index), signed.size, hashes));
  if (root === null || toHex(root) !== signed.root) throw new Refusing("inclusion_mismatch");
  return signed;
}

async function signedCheckpoint(note: string, publicKey: Uint8Array<ArrayBuffer>): Promise<Checkpoint> {
  const read = CHECKPOINT.exec(note)?.groups ?? {};
  const { origin = "", service = "", batchId = "", rootHex = "", size = "", root = "", name, signature = "" } = read;
  if (name === undefined || toHex(fromBase64(root)) !== rootHex) throw new Refusing("checkpoint_malformed");
  const signed = fromBase64(signature);
  const named = toHex(signed.subarray(0, KEY_ID_BYTES));
  if (name !== origin || named !== (await noteKeyId(name, publicKey))) throw new Refusing("checkpoint_key_not_pinned");
  const text = new TextEncoder().encode(`${origin}\n${size}\n${root}\n`);
  const fault = await signatureFault(publicKey, text, signed.slice(KEY_ID_BYTES));
  if (fault !== null) throw new Refusing(`checkpoint_signature_${fault}`);
  return { service, batchId, size: Number(size), root: rootHex };
}

/** Gives the four bytes by which a signature line names its key, in hexadecimal. */
async function noteKeyId(name: string, publicKey: Uint8Array): Promise<string> {
  const named = [...new TextEncoder().encode(`${name}\n`), ED25519, ...publicKey];
  return toHex(await sha256(Uint8Array.from(named))).slice(0, 2 * KEY_ID_BYTES);
}
