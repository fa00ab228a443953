// c2pa-rs 0.82 through c2pa-node. Each line on standard input is a sidecar to be judged, with its
// asset, in base64; each on standard output a verdict. The first tells which c2pa-rs is at work.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Reader } from "@contentauth/c2pa-node";

// The package's version is its own; c2pa-rs's stands in the library, in the names of its sources.
function engineVersion() {
  const library = new URL("index.node", import.meta.resolve("@contentauth/c2pa-node"));
  const names = readFileSync(fileURLToPath(library), "latin1");
  return /\/c2pa-(\d+\.\d+\.\d+)\/src\//.exec(names)?.[1] ?? "of an unknown version";
}

async function verdict({ asset, format, store, trust }) {
  const source = { buffer: Buffer.from(asset, "base64"), mimeType: format };
  try {
    const settings = { trust, verify: { verify_trust: true } };
    const manifest = Buffer.from(store, "base64");
    const report = (await Reader.fromManifestDataAndAsset(manifest, source, settings)).json();
    const failures = report.validation_results.activeManifest.failure.map((one) => one.code);
    return { state: report.validation_state, failures };
  } catch (unreadable) {
    return { state: "Unreadable", failures: [String(unreadable.message)] };
  }
}

function say(content) {
  process.stdout.write(JSON.stringify(content) + "\n");
}

say({ version: engineVersion() });
for await (const line of createInterface({ input: process.stdin })) {
  say(await verdict(JSON.parse(line)));
}
