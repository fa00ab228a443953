// The statement of a job: in-toto Statement v1 with SLSA provenance v1 as its predicate, in the one
// form that a signer writes.

import { type Json, type Members, readJson } from "./strict_json.js";

/** What an attestation says of a job; digests are 64 hexadecimal digits. */
export interface Statement {
  jobId: string;
  /** ISO 8601, in UTC. */
  startedOn: string;
  /** ISO 8601, in UTC. */
  finishedOn: string;
  /** How it ended; `ok` if the module ended by itself. */
  status: string;
  exitCode: number;
  /** What the module exited with, if `exitCode` cannot say so: from 126 up. */
  guestExitCode?: number;
  /** wasmtime's count of operations, if it is known. */
  fuelUsed?: number;
  /** How long the module was compiled for this job; absent if it was compiled before. */
  compileTimeMs?: number;
  /** Address of the document that explains the attestation. */
  buildType: string;
  /** Release of the signer; without it, neither fuel nor compile time is signed. */
  signerVersion?: string;
  wasmtimeVersion?: string;
  moduleSha256: string;
  argsCount: number;
  /** Of the arguments as a list in canonical JSON (RFC 8785). */
  argsSha256: string;
  stdinSha256: string;
  /** How many environment variables the job had, if any. */
  envCount?: number;
  /** Of the variables as an object in canonical JSON. */
  envSha256?: string;
  stdoutSha256: string;
  stderrSha256: string;
  /** The limits that were in effect, units in their names. */
  limits: ReadonlyMap<string, number>;
  /** The signed text of the receipt, in base64. */
  receiptText: string;
  /** SHA-256 of that text. */
  receiptSha256: string;
}

type Check = (value: Json | undefined) => boolean;
const isText = (pattern: RegExp): Check => (value) => typeof value === "string" && pattern.test(value);
const isUpTo = (greatest: number): Check => (value) =>
  typeof value === "number" && value >= 0 && value <= greatest && !Object.is(value, -0);
const isBetween = (least: number, greatest: number): Check => (value) =>
  typeof value === "number" && value >= least && value <= greatest;
const isSha256 = isText(/^[0-9a-f]{64}$/);
const isVersion = isText(/^[0-9A-Za-z.+-]{1,40}$/);
const isBuildType = isText(
  /^(?:urn:edge-signer:wasi-preview1-job:v1|(?:https:\/\/[a-z0-9.-]{1,253}|http:\/\/(?:127\.0\.0\.1|localhost))(?::[0-9]{1,5})?(?:\/[A-Za-z0-9_-]{1,128})?\/build-types\/wasi-preview1-job\/v1)$/,
);
const isName = isText(/^[a-z0-9_]{1,40}$/);
const isCount = isUpTo(Number.MAX_SAFE_INTEGER);
const isMoment = isText(/^\p{Nd}{4}-\p{Nd}\p{Nd}-\p{Nd}\p{Nd}T\p{Nd}\p{Nd}:\p{Nd}\p{Nd}:\p{Nd}\p{Nd}\.\p{Nd}{3}Z$/u);
const isJobId: Check = (value) => typeof value === "string" && value !== "" && [...value].length <= 128;
const isReceiptText: Check = (value) => typeof value === "string" && [...value].length <= 256;
const isLimits: Check = (value) =>
  value instanceof Map && value.size <= 16 && [...value].every(([name, one]) => isName(name) && isCount(one));

/** Reads a statement; null if it is not byte by byte what a signer writes. */
export function statementOf(payload: Uint8Array): Statement | null {
  const document = readJson(payload);
  const taken = new Map<string, Json>();
  if (document === undefined || !isFormOf(document, FORM, taken)) return null;
  const text = new TextDecoder().decode(payload);
  if (written(document) !== text) return null;
  const limits = taken.get("limits") as ReadonlyMap<string, number>;
  return { ...(Object.fromEntries(taken) as unknown as Statement), limits };
}

/** What stands for itself; a check and the name of what is taken; or members or items of such. */
type Form = string | readonly [Check, keyof Statement] | { readonly [name: string]: Form } | { items: readonly Form[] };

const digest = (name: keyof Statement): Form => ({ sha256: [isSha256, name] });
// The members of each object in the order in which they are written; those that end in `?` may be absent.
const FORM: Form = {
  _type: "https://in-toto.io/Statement/v1",
  subject: {
    items: [
      { name: "stdout", digest: digest("stdoutSha256") },
      { name: "stderr", digest: digest("stderrSha256") },
    ],
  },
  predicateType: "https://slsa.dev/provenance/v1",
  predicate: {
    buildDefinition: {
      buildType: [isBuildType, "buildType"],
      externalParameters: {
        argsCount: [isCount, "argsCount"],
        argsSha256: [isSha256, "argsSha256"],
        stdinSha256: [isSha256, "stdinSha256"],
        "envCount?": [isBetween(1, Number.MAX_SAFE_INTEGER), "envCount"],
        "envSha256?": [isSha256, "envSha256"],
      },
      internalParameters: { limits: [isLimits, "limits"] },
      resolvedDependencies: { items: [{ name: "module", digest: digest("moduleSha256") }] },
    },
    runDetails: {
      builder: {
        id: "urn:edge-signer:job-runner:v1",
        "version?": { "edge-signer": [isVersion, "signerVersion"], wasmtime: [isVersion, "wasmtimeVersion"] },
      },
      metadata: {
        invocationId: [isJobId, "jobId"],
        startedOn: [isMoment, "startedOn"],
        finishedOn: [isMoment, "finishedOn"],
      },
      byproducts: {
        items: [
          {
            name: "receipt",
            mediaType: "text/plain",
            digest: digest("receiptSha256"),
            content: [isReceiptText, "receiptText"],
            annotations: {
              status: [isName, "status"],
              exitCode: [isUpTo(255), "exitCode"],
              "guestExitCode?": [isBetween(126, 2 ** 32 - 1), "guestExitCode"],
              "fuelUsed?": [isCount, "fuelUsed"],
              "compileTimeMs?": [isCount, "compileTimeMs"],
            },
          },
        ],
      },
    },
  },
};

function isFormOf(value: Json | undefined, form: Form, taken: Members): boolean {
  if (typeof form === "string") return value === form;
  if (isTaken(form)) {
    const [check, name] = form;
    if (value === undefined || !check(value)) return false;
    taken.set(name, value);
    return true;
  }
  if (isList(form)) {
    const { items } = form;
    return Array.isArray(value) && value.length === items.length && items.every((one, at) => isFormOf(value[at], one, taken));
  }
  if (!(value instanceof Map)) return false;
  const present = Object.entries(form)
    .map(([name, one]) => ({ name: name.replace("?", ""), isOptional: name.endsWith("?"), one }))
    .filter(({ name, isOptional }) => !isOptional || value.has(name));
  if ([...value.keys()].join() !== present.map(({ name }) => name).join()) return false;
  return present.every(({ name, one }) => isFormOf(value.get(name), one, taken));
}

function isTaken(form: Form): form is readonly [Check, keyof Statement] {
  return Array.isArray(form);
}

function isList(form: Form): form is { items: readonly Form[] } {
  return typeof form === "object" && "items" in form && Array.isArray(form.items);
}

/** Writes what was read as a signer does: without white space, and with the shortest escapes. */
function written(value: Json): string {
  if (value instanceof Map) {
    return `{${[...value].map(([name, one]) => `${JSON.stringify(name)}:${written(one)}`).join()}}`;
  }
  return Array.isArray(value) ? `[${value.map(written).join()}]` : JSON.stringify(value);
}
