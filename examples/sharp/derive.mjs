// Makes a smaller image of another one with sharp, and signs it as an edit of its original.
//
// Usage: node derive.mjs original.jpg 800 small.webp
// EDGE_SIGNER_URL and EDGE_SIGNER_TOKEN say who signs; EDGE_SIGNER_POLICY is newsroom-default-v3 if absent.

import { readFile, rename, writeFile } from "node:fs/promises";
import { basename, extname } from "node:path";

import sharp from "sharp";

import { EdgeSigner, EmbedModule } from "../../clients/js/lib/index.js";

const POLICY = process.env.EDGE_SIGNER_POLICY ?? "newsroom-default-v3";

/** Makes an image no wider than `width`, upright, in its colours, without other metadata. */
async function resized(original, format, width) {
  const image = sharp(original);
  const metadata = await image.metadata();
  if ((metadata.pages ?? 1) > 1) throw new Error("it is animated, and only its first picture would be left");
  const { data, info } = await image
    .autoOrient()
    .resize({ width, withoutEnlargement: true })
    .keepIccProfile()
    .toFormat(format)
    .toBuffer({ resolveWithObject: true });
  const actions = [];
  if (info.width !== metadata.autoOrient.width) actions.push("c2pa.resized.proportional");
  if (metadata.exif ?? metadata.xmp ?? metadata.iptc) actions.push("c2pa.edited.metadata");
  return { content: new Blob([data]), actions };
}

/** Finds the credentials of a file: beside it, or inside. */
async function ingredient(path, content) {
  const { mediaType, manifestStore } = await (await EmbedModule.load()).storeOf(new Blob([content]));
  const sidecar = await readFile(`${path}.c2pa`).catch((failure) => {
    if (failure.code !== "ENOENT") throw failure;
    return undefined;
  });
  return { manifestStore: sidecar ?? manifestStore ?? undefined, format: mediaType, title: basename(path) };
}

const [path, width, target] = process.argv.slice(2);
if (target === undefined || !(Number(width) >= 1)) {
  console.error("usage: node derive.mjs original.jpg 800 small.webp");
  process.exit(2);
}
const signer = new EdgeSigner(process.env.EDGE_SIGNER_URL, process.env.EDGE_SIGNER_TOKEN);
const original = await readFile(path);
const { content, actions } = await resized(original, extname(target).slice(1), Number(width));
const { signed, manifestUrl } = await signer.derive(content, await ingredient(path, original), POLICY, actions);
await writeFile(`${target}.part`, new Uint8Array(await signed.arrayBuffer()));
await rename(`${target}.part`, target);
console.log(`${target} (${manifestUrl})`);
