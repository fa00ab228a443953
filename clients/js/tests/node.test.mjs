// How files on a disk are signed. `node --test` runs this.

import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { EdgeSigner, RefusedError } from "../lib/index.js";
import { embedFile, openFile } from "../lib/node.js";
import { answering, refuses, signs } from "./server.mjs";
import { sound } from "./sound.mjs";

const folder = mkdtempSync(join(tmpdir(), "edge-signer-"));
after(() => rmSync(folder, { recursive: true }));

async function soundOnDisk(name, megabytes) {
  const path = join(folder, name);
  const { asset } = sound(megabytes * 1024 * 1024);
  writeFileSync(path, new Uint8Array(await asset.slice(0, asset.size).arrayBuffer()));
  return path;
}

test("a file on a disk is signed as a Blob is", async () => {
  const { url } = await answering(signs);
  const signer = new EdgeSigner(url, "t");
  const source = await soundOnDisk("a.wav", 3);
  const target = join(folder, "signed.wav");
  const told = await embedFile(signer, source, target, "p", {});
  const { signed } = await signer.embed(new Blob([readFileSync(source)]), "p", {});
  assert.deepEqual(readFileSync(target), Buffer.from(await signed.arrayBuffer()));
  assert.deepEqual([told.signedBytes, told.mediaType], [signed.size, "audio/wav"]);
  assert(told.timings.writeMs > 0);
  await embedFile(signer, source, source, "p", {});
  assert.deepEqual(readFileSync(source), readFileSync(target));
});

test("the stages tell how far they have come", async () => {
  const { url } = await answering(signs);
  const source = await soundOnDisk("b.wav", 3);
  const seen = [];
  const onProgress = (one) => seen.push(one);
  await embedFile(new EdgeSigner(url, "t"), source, join(folder, "c.wav"), "p", {}, { onProgress });
  assert.deepEqual([...new Set(seen.map(({ stage }) => stage))], ["layOut", "hash", "sign", "write"]);
  for (const stage of ["layOut", "hash", "sign", "write"]) {
    const told = seen.filter((one) => one.stage === stage);
    assert(told.every(({ doneBytes }, at) => at === 0 || doneBytes >= told[at - 1].doneBytes), stage);
    assert.equal(told.at(-1).doneBytes, told[0].totalBytes, stage);
  }
  assert(seen.filter(({ stage }) => stage === "hash").length > 3);
});

test("a file that is not signed leaves nothing behind", async () => {
  const { url } = await answering(refuses(422, "POLICY_VIOLATION"));
  const source = await soundOnDisk("d.wav", 1);
  const before = readdirSync(folder);
  const signer = new EdgeSigner(url, "t");
  await assert.rejects(embedFile(signer, source, join(folder, "e.wav"), "p", {}), RefusedError);
  await assert.rejects(embedFile(signer, join(folder, "none"), join(folder, "e.wav"), "p", {}), { code: "ENOENT" });
  const { url: good } = await answering(signs);
  const reason = new Error("enough");
  const stopped = new AbortController();
  const onProgress = ({ stage }) => stage === "write" && stopped.abort(reason);
  const options = { onProgress, signal: stopped.signal };
  const call = embedFile(new EdgeSigner(good, "t"), source, join(folder, "e.wav"), "p", {}, options);
  await assert.rejects(call, (failure) => failure === reason);
  const changing = ({ stage }) => stage === "sign" && appendFileSync(source, "more");
  const changed = embedFile(new EdgeSigner(good, "t"), source, join(folder, "e.wav"), "p", {}, { onProgress: changing });
  await assert.rejects(changed, { name: "Changed" });
  assert.deepEqual(readdirSync(folder), before);
});

test("parts of an open file are those of the file, and end where it ends", async () => {
  const path = join(folder, "f");
  writeFileSync(path, "0123456789");
  const file = await openFile(path);
  const text = async (...range) => Buffer.from(await file.slice(...range).arrayBuffer()).toString();
  assert.deepEqual([file.size, await text(2, 5), await text(8, 20), await text(20, 30)], [10, "234", "89", ""]);
  await file.close();
  await assert.rejects(text(0, 1));
});
