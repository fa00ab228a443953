// What every engine here speaks: each line on standard input is a sample (asset and store in base64,
// media type, trust settings); each line on standard output a verdict. The first one is a version.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

function say(content) {
  process.stdout.write(JSON.stringify(content) + "\n");
}

/** Give the version of c2pa-rs that a compiled library carries in the names of its sources. */
export function c2paRsVersion(library) {
  const names = readFileSync(fileURLToPath(library), "latin1");
  return /\/c2pa-(\d+\.\d+\.\d+)\/src\//.exec(names)?.[1] ?? "unknown";
}

/** Give the verdict in a report of c2pa-rs. */
export function c2paRsVerdict(report) {
  const { success, failure } = report.validation_results.activeManifest;
  const codes = (entries) => entries.map((one) => one.code);
  return { state: report.validation_state, failures: codes(failure), successes: codes(success) };
}

/** Judge every sample; an engine that throws calls it unreadable. */
export async function judgeAll(version, judge) {
  say({ version });
  for await (const line of createInterface({ input: process.stdin })) {
    const sample = JSON.parse(line);
    sample.asset = Buffer.from(sample.asset, "base64");
    sample.store = Buffer.from(sample.store, "base64");
    try {
      say(await judge(sample));
    } catch (unreadable) {
      const failures = [String(unreadable?.message ?? unreadable)];
      say({ state: "Unreadable", failures, successes: [] });
    }
  }
}
