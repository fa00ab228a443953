// Whether a pinned key signed the whole answer to a job: its receipt, its attestation and its output.

import { toBase64, toHex } from "../base64.js";
import { sha256 } from "../web_crypto.js";
import { keyId, signatureFault } from "./ed25519.js";
import { canonicalBase64, type Ended, isBroken, type Request, requestOf, resultOf } from "./job_files.js";
import { bytesGiven, firstGood, type PinnedKeys, provedReceipt, type Receipt, Refusing, signedText, usableKey } from "./receipt.js";
import type { Refusal } from "./refusals.js";
import { type Statement, statementOf } from "./statement.js";
import type { Json, Members } from "./strict_json.js";

const PAYLOAD_TYPE = "application/vnd.in-toto+json";

/** Either why an answer is refused, or everything that was proved. */
export type JobVerdict =
  | { refusal: Refusal; receipt: null; statement: null }
  | { refusal: null; receipt: Receipt; statement: Statement };

/**
 * Judges the whole answer to a job, and that it answers a request. Any input gets a verdict.
 *
 * @param answer The answer as it came: `answer` of a job's result.
 * @param keys The signer's key, which did not come with the answer; of several, each may have signed.
 * @param request The request as it was sent: `request` of a job's result. Without it, nothing shows that
 *   the job, its module, its arguments and its input are those that were requested.
 * @returns The refusal is a reason of docs/receipts.md.
 */
export async function verifyJob(
  answer: Uint8Array | string,
  keys: PinnedKeys,
  request?: Uint8Array | string | null,
): Promise<JobVerdict> {
  return firstGood(keys, async (key) => {
    try {
      return { refusal: null, ...(await proved(answer, key, request ?? null)) };
    } catch (failure) {
      if (failure instanceof Refusing) return { refusal: failure.refusal, receipt: null, statement: null };
      throw failure;
    }
  });
}

/**
 * Judges the whole answer to a job by itself: `verifyJob` without the request.
 *
 * @param answer The answer as it came: `answer` of a job's result.
 * @param keys The signer's key, which did not come with the answer; of several, each may have signed.
 */
export async function verifyAttestation(answer: Uint8Array | string, keys: PinnedKeys): Promise<JobVerdict> {
  return verifyJob(answer, keys);
}

async function proved(
  answer: unknown,
  key: unknown,
  asked: unknown,
): Promise<{ receipt: Receipt; statement: Statement }> {
  const result = resultOf(bytesGiven(answer) ?? new Uint8Array(0));
  if (result === null) throw new Refusing("result_malformed");
  const request = asked === null ? null : requestOf(bytesGiven(asked) ?? new Uint8Array(0));
  if (asked !== null && (request === null || (await namesTwoModules(request)))) throw new Refusing("request_malformed");
  const receipt = await provedReceipt(result.receiptJson, key);
  if (request !== null && ![null, result.jobId].includes(request.jobId)) throw new Refusing("job_id_mismatch");
  const statement = await signedStatement(result.attestation, usableKey(key) as Uint8Array<ArrayBuffer>);
  const mismatch = await firstMismatch(statement, receipt, result, request);
  if (mismatch !== null) throw new Refusing(mismatch);
  return { receipt, statement };
}

/** Whether a request names a module other than the one that it holds. */
export async function namesTwoModules({ moduleHash, module }: Request): Promise<boolean> {
  return moduleHash !== null && module !== null && moduleHash !== `sha256:${await hexSha256(module)}`;
}

/** Reads the statement of an attestation that a key signed. */
async function signedStatement(attestation: Members, publicKey: Uint8Array<ArrayBuffer>): Promise<Statement> {
  const envelope = envelopeOf(attestation);
  if (envelope === null) throw new Refusing("envelope_malformed");
  if (envelope.keyId !== (await keyId(publicKey))) throw new Refusing("envelope_key_not_pinned");
  // The pre-authentication encoding of DSSE v1.
  const head = `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${envelope.payload.length} `;
  const message = Uint8Array.from([...new TextEncoder().encode(head), ...envelope.payload]);
  const fault = await signatureFault(publicKey, message, envelope.signature);
  if (fault !== null) throw new Refusing(`envelope_signature_${fault}`);
  const statement = statementOf(envelope.payload);
  if (statement === null) throw new Refusing("statement_malformed");
  return statement;
}

interface Envelope {
  payload: Uint8Array<ArrayBuffer>;
  keyId: string;
  signature: Uint8Array<ArrayBuffer>;
}

/** Reads an envelope with one signature; null for anything that has another form. */
function envelopeOf(attestation: Members): Envelope | null {
  const signatures = attestation.get("signatures");
  const [one] = Array.isArray(signatures) && signatures.length === 1 ? signatures : [];
  const hasForm = attestation.size === 3 && attestation.get("payloadType") === PAYLOAD_TYPE;
  if (!hasForm || !(one instanceof Map) || one.size !== 2) return null;
  const named = one.get("keyid");
  const [payload, signature] = [bytesIn(attestation.get("payload")), bytesIn(one.get("sig"))];
  if (typeof named !== "string" || payload === null || signature?.length !== 64) return null;
  return { payload, keyId: named, signature };
}

function bytesIn(value: Json | undefined): Uint8Array<ArrayBuffer> | null {
  return typeof value === "string" ? canonicalBase64(value) : null;
}

/** Compares the statement with the receipt, the answer and, if present, the request. */
export async function firstMismatch(
  statement: Statement,
  receipt: Receipt,
  result: Ended,
  request: Request | null,
): Promise<Refusal | null> {
  if (statement.jobId !== result.jobId) return "job_id_mismatch";
  const { moduleHash } = request === null ? receipt : { moduleHash: await requestedModule(request) };
  if (`sha256:${statement.moduleSha256}` !== moduleHash) return "module_hash_mismatch";
  if (request !== null) {
    if (statement.argsSha256 !== (await argsSha256(request.args))) return "args_mismatch";
    if (statement.stdinSha256 !== (await hexSha256(request.stdin))) return "stdin_mismatch";
    if ((statement.envSha256 ?? null) !== (await envSha256(request.env))) return "env_mismatch";
  }
  if (statement.stdoutSha256 !== (await hexSha256(result.stdout))) return "stdout_mismatch";
  if (statement.stderrSha256 !== (await hexSha256(result.stderr))) return "stderr_mismatch";
  if (result.limits !== null && !isSame(result.limits, statement.limits)) return "limits_mismatch";
  if (statement.status !== result.status) return "status_mismatch";
  if (statement.exitCode !== result.exitCode) return "exit_code_mismatch";
  if ((statement.guestExitCode ?? null) !== result.guestExitCode) return "guest_exit_code_mismatch";
  // A release that did not name itself did not sign these either.
  if (statement.signerVersion !== undefined) {
    if (![null, statement.fuelUsed].includes(result.fuelUsed)) return "fuel_used_mismatch";
    if (![null, statement.compileTimeMs].includes(result.compileTimeMs)) return "compile_time_ms_mismatch";
  }
  return (await isOf(statement, receipt)) ? null : "receipt_mismatch";
}

async function requestedModule({ module, moduleHash }: Request): Promise<string | null> {
  return module === null ? moduleHash : `sha256:${await hexSha256(module)}`;
}

/** The arguments as canonical JSON (RFC 8785); null if one has no form in UTF-8. */
async function argsSha256(args: readonly string[]): Promise<string | null> {
  return args.some(isBroken) ? null : hexSha256(new TextEncoder().encode(JSON.stringify(args)));
}

/** The variables as canonical JSON; null if there are none, empty if one has no form in UTF-8. */
async function envSha256(env: ReadonlyMap<string, string>): Promise<string | null> {
  if (env.size === 0) return null;
  if ([...env.values()].some(isBroken)) return "";
  const members = [...env.keys()].sort().map((name) => `"${name}":${JSON.stringify(env.get(name))}`);
  return hexSha256(new TextEncoder().encode(`{${members.join()}}`));
}

function isSame(limits: Members, attested: Statement["limits"]): boolean {
  return limits.size === attested.size && [...limits].every(([name, value]) => attested.get(name) === value);
}

async function isOf(statement: Statement, receipt: Receipt): Promise<boolean> {
  const text = signedText(receipt);
  return (
    statement.receiptText === toBase64(text) &&
    statement.receiptSha256 === (await hexSha256(text)) &&
    statement.exitCode === receipt.exitCode
  );
}

async function hexSha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(await sha256(bytes));
}
