// An independent engine in TypeScript. It checks structure, hashes and signature, but no chain.
import { readFileSync } from "node:fs";
import { JPEG, MP3, PNG } from "@trustnxt/c2pa-ts/asset";
import { SuperBox } from "@trustnxt/c2pa-ts/jumbf";
import { ManifestStore } from "@trustnxt/c2pa-ts/manifest";
import { judgeAll } from "./verdicts.mjs";

const FORMATS = { "image/jpeg": JPEG, "image/png": PNG, "audio/mpeg": MP3 };
const described = new URL("../package.json", import.meta.resolve("@trustnxt/c2pa-ts"));
const { version } = JSON.parse(readFileSync(described));
await judgeAll(version, async ({ asset, format, store }) => {
  const read = new FORMATS[format](new Uint8Array(asset));
  const bytes = store.length ? new Uint8Array(store) : read.getManifestJUMBF();
  const result = await ManifestStore.read(SuperBox.fromBuffer(bytes)).validate(read);
  const codes = (isSuccess) =>
    result.statusEntries.filter((one) => Boolean(one.success) === isSuccess).map((one) => one.code);
  const state = result.isValid ? "Valid" : "Invalid";
  return { state, failures: codes(false), successes: codes(true) };
});
