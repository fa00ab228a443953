// The report of POST /verify, and what follows from it in plain words: the wording of `edge-signer verify`.

import type { components } from "./client.js";
import { moment } from "./format.js";

type Schemas = components["schemas"];
/** Reports have every member, also those that the API's description leaves optional. */
type Whole<T> = T extends readonly (infer One)[]
  ? Whole<One>[]
  : T extends object
    ? { [Name in keyof T]-?: Whole<Exclude<T[Name], undefined>> }
    : T;

export type Report = Whole<Schemas["VerificationReport"]>;
export type Finding = Whole<Schemas["ReportedFinding"]>;
export type Action = Whole<Schemas["ReportedAction"]>;
export type Manifest = Whole<Schemas["ManifestSays"]>;
export type Ingredient = Whole<Schemas["ReportedIngredient"]>;
export type Signer = Whole<Schemas["Signer"]>;
export type TimeStamp = Whole<Schemas["TimeStamped"]>;
export type Verdict = Report["verdict"];
/** How a result is to be taken: as good, with care, as bad, or as nothing at all. */
export type Tone = "good" | "careful" | "bad" | "none";

export const CHECKS: Record<string, string> = {
  structure: "Structure of the credentials",
  claim_signature: "Signature",
  assertion_hashes: "Statements unchanged",
  hard_binding: "File unchanged",
  certificate: "Signer’s certificate",
  trust: "Signer on a trust list",
  time_stamp: "Time-stamp",
  revocation: "Certificate not revoked",
  ingredients: "Ingredients",
};
export const RESULTS: Record<string, readonly [Tone, string]> = {
  passed: ["good", "holds"],
  failed: ["bad", "does not hold"],
  not_checked: ["careful", "not checked"],
  absent: ["none", "none there"],
};
export const VERDICTS: Record<Verdict, readonly [Tone, string]> = {
  Trusted: ["good", "trusted"],
  Valid: ["bad", "signer unknown"],
  Invalid: ["bad", "invalid"],
  Unreadable: ["bad", "unreadable"],
  NoCredentials: ["none", "no credentials"],
};
/** What a trusted report proves, and what it does not. */
export const PROVES =
  "Trusted means: the named signer signed these credentials, and the file has not changed since. " +
  "Whether what the signer states is true, the signer alone knows.";

/** A verdict for someone who reads nothing else. */
export interface Headline {
  tone: Tone;
  verdict: string;
  sentence: string;
}

/** The verdict of a report in plain words. */
export function headline(report: Report): Headline {
  const who = signedBy(report.signer);
  switch (report.verdict) {
    case "Trusted":
      return ofTrusted(report, who);
    case "Valid":
      if (resultOf(report, "trust") === "passed" && isUnbound(report)) {
        return { tone: "careful", verdict: "Not checked", sentence: `Signed by ${who}, but whether it belongs to this file was not checked.` };
      }
      return { tone: "bad", verdict: "Signer unknown", sentence: `No trust list has the signer, who goes by the name of ${who}.` };
    case "Invalid":
      return { tone: "bad", verdict: "Invalid", sentence: faults(report)[0] ?? "The credentials do not hold." };
    case "Unreadable":
      return { tone: "bad", verdict: "Unreadable", sentence: "There are credentials, but they cannot be read." };
    case "NoCredentials":
      return absence(report.judged.source);
  }
}

/** The verdict on a file without credentials. */
export function absence(source = ""): Headline {
  const sentence = source
    ? `The file refers to credentials at ${source}, which were not fetched.`
    : "The file carries no credentials. That says nothing about it: most files have none, and many programs drop them.";
  return { tone: "none", verdict: "No Content Credentials", sentence };
}

/** Whether nobody checked that the credentials belong to the file. */
export function isUnbound(report: Report): boolean {
  return resultOf(report, "hard_binding") === "not_checked";
}

/** All that does not hold, in sentences. */
export function faults(report: Report): string[] {
  const found = report.failures.map(said);
  if (report.time_stamp.state === "Invalid") {
    found.push(["The time-stamp does not hold", ...report.time_stamp.findings.map(said)].join(": "));
  }
  found.push(...ofIngredients(report.ingredients));
  if (found.length > 0) return [...new Set(found)];
  return report.checks
    .filter((check) => check.result === "failed")
    .map((check) => `${CHECKS[check.name] ?? check.name}: ${check.explanation || "does not hold"}`);
}

/** A finding in plain English, or else by its code. */
export function said(finding: Finding): string {
  return finding.meaning || (finding.explanation ? `${finding.code}: ${finding.explanation}` : finding.code);
}

/** Who signed: the name, and the organisation if it is another. */
export function signedBy(signer: Pick<Signer, "name" | "organisation"> | null): string {
  const { name = "", organisation = "" } = signer ?? {};
  if (name && organisation && name !== organisation) return `${name} (${organisation})`;
  return name || organisation || "somebody without a name";
}

/** When an asset was signed, and who says so. */
export function timeStamp(stamp: TimeStamp): readonly [Tone, string] {
  const time = stamp.time ? moment(stamp.time) : "no time";
  const authority = stamp.authority ? ` (${stamp.authority})` : "";
  switch (stamp.state) {
    case "Trusted":
      return ["good", `${time}, from a trusted authority${authority}`];
    case "Untrusted":
      return ["careful", `${time}, from an unknown authority${authority}`];
    case "Invalid":
      return ["bad", "does not hold"];
    case "Absent":
      return ["none", "none"];
  }
}

/** Whether an ingredient and those below it are trusted, or carry no credentials. */
export function isSound(one: Ingredient): boolean {
  if (one.failures.length > 0 || !["Trusted", "NoCredentials"].includes(one.verdict)) return false;
  return one.ingredients.every(isSound);
}

function ofTrusted(report: Report, who: string): Headline {
  if (!report.trusted) return { tone: "bad", verdict: "Not trusted", sentence: `${who} signed it, but not everything in it holds.` };
  const { state, time } = report.time_stamp;
  const when = state === "Trusted" && time ? ` on ${moment(time)}` : "; no trusted time-stamp says when";
  const sentence = `Signed by ${who}${when}.`;
  if (!isForDevelopment(report)) return { tone: "good", verdict: "Trusted", sentence };
  const aside = "The trust list is this machine’s own, for development: it proves nothing to others.";
  return { tone: "careful", verdict: "Trusted, for development", sentence: `${sentence} ${aside}` };
}

/** Whether a list for development is the reason to trust the signer. */
function isForDevelopment(report: Report): boolean {
  const lists = report.trust_lists.filter((one) => one.purposes.includes("signers"));
  const named = lists.filter((one) => one.name === report.signer?.trusted_by);
  const counting = named.length > 0 ? named : lists;
  return counting.length > 0 && counting.every((one) => one.is_development);
}

function resultOf(report: Report, name: string): string {
  return report.checks.find((check) => check.name === name)?.result ?? "";
}

function ofIngredients(ingredients: readonly Ingredient[]): string[] {
  return ingredients.flatMap((one) => {
    const named = `Ingredient ${one.title || "without a title"}`;
    const own = one.failures.map((failure) => `${named}: ${said(failure)}`);
    if (own.length === 0 && !["Trusted", "NoCredentials"].includes(one.verdict)) {
      own.push(`${named}: ${VERDICTS[one.verdict][1]}`);
    }
    return [...own, ...ofIngredients(one.ingredients)];
  });
}
