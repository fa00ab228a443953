// A newer c2pa-rs, as c2pa-wasm carries it. It reads no sidecars: each asset has its store inside.
import { readFileSync } from "node:fs";
import { initSync, WasmReader } from "@contentauth/c2pa-wasm";
import { c2paRsVerdict, c2paRsVersion, judgeAll } from "./verdicts.mjs";

const module = new URL(import.meta.resolve("@contentauth/c2pa-wasm/c2pa.wasm"));
initSync({ module: readFileSync(module) });
await judgeAll(c2paRsVersion(module), async ({ asset, format, trust }) => {
  // From 0.92 on, roots of time-stamp authorities are a list of their own.
  const anchors = ["manifest", "tsa"].map((trust_kind) => ({ ...trust, trust_kind, trust_uri: "urn:test" }));
  const settings = JSON.stringify({ trust: { anchors }, verify: { verify_trust: true } });
  const reader = await WasmReader.fromBytes(format, asset, settings);
  try {
    return c2paRsVerdict(JSON.parse(reader.json()));
  } finally {
    reader.free();
  }
});
