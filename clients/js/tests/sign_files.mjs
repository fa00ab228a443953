// Signs files where they are, with a time-stamp.
//
// Usage: node sign_files.mjs url token file...

import { readFileSync, writeFileSync } from "node:fs";

import { EdgeSigner } from "../lib/index.js";

const [url, token, ...files] = process.argv.slice(2);
const signer = new EdgeSigner(url, token);
const digitalSourceType = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture";
const assertions = { "c2pa.actions.v2": { actions: [{ action: "c2pa.created", digitalSourceType }] } };
for (const file of files) {
  const asset = new Blob([readFileSync(file)]);
  const { signed } = await signer.embed(asset, "newsroom-default-v3", assertions, { tsa: true });
  writeFileSync(file, new Uint8Array(await signed.arrayBuffer()));
}
