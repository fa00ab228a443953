// c2pa-rs 0.82, as c2pa-node carries it.
import { Reader } from "@contentauth/c2pa-node";
import { c2paRsVerdict, c2paRsVersion, judgeAll } from "./verdicts.mjs";

const library = new URL("index.node", import.meta.resolve("@contentauth/c2pa-node"));
await judgeAll(c2paRsVersion(library), async ({ asset, format, store, trust }) => {
  const source = { buffer: asset, mimeType: format };
  const settings = { trust, verify: { verify_trust: true } };
  const reader = store.length
    ? await Reader.fromManifestDataAndAsset(store, source, settings)
    : await Reader.fromAsset(source, settings);
  return c2paRsVerdict(reader.json());
});
