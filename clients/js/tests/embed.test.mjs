// How files are read and refused. `node --test` runs this.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { AssetLayoutError, EmbedModule } from "../lib/index.js";
import { sound } from "./sound.mjs";
import { storeOf } from "./stores.mjs";

const STORE = new Uint8Array(4096);
const embedding = await EmbedModule.load();

const named = (name) => (failure) => failure instanceof AssetLayoutError && failure.name === name;

test("a large file is hashed a block at a time and is not copied", async () => {
  const { asset, read } = sound(20 * 1024 * 1024);
  const layout = await embedding.layOut(asset, STORE.length);
  assert(read.largest <= 64 * 1024);
  const digest = await layout.digest();
  assert(read.largest <= 1024 * 1024);
  const before = read.slices;
  const signed = await layout.signedBlob(STORE);
  assert.equal(signed.size, layout.signedBytes);
  assert(read.slices - before < 10, "the samples are one slice");
  const covered = new Uint8Array(await signed.slice(0, layout.holeOffset).arrayBuffer());
  assert.equal(digest, createHash("sha256").update(covered).digest("hex"));
});

test("a store of another size is refused by name", async () => {
  const layout = await embedding.layOut(sound(1024 * 1024).asset, STORE.length);
  await assert.rejects(layout.signedBlob(STORE.subarray(1)), named("StoreLength"));
  assert.equal((await layout.signedBlob(STORE)).size, layout.signedBytes);
});

test("a signed file is refused by name", async () => {
  const layout = await embedding.layOut(sound(1024 * 1024).asset, STORE.length);
  const signed = await layout.signedBlob(STORE);
  await assert.rejects(embedding.layOut(signed, STORE.length), named("AlreadySigned"));
});

test("what is no size of a store is refused before the module could take it for another", async () => {
  const { asset } = sound(1024 * 1024);
  for (const size of [2 ** 32 + 4096, -1, 1.5, "4096"]) await assert.rejects(embedding.layOut(asset, size), RangeError);
  await assert.rejects(embedding.layOut(asset, 2 ** 32 - 1), named("StoreTooLarge"));
});

test("hashing stops when it is told to", async () => {
  const layout = await embedding.layOut(sound(1024 * 1024).asset, STORE.length);
  const reason = new Error("the reader left the page");
  await assert.rejects(layout.digest({ signal: AbortSignal.abort(reason) }), (failure) => failure === reason);
});

test("a file that became shorter is refused by name", async () => {
  const { asset } = sound(1024 * 1024);
  const layout = await embedding.layOut(asset, STORE.length);
  asset.slice = () => new Blob([]);
  await assert.rejects(layout.digest(), named("Truncated"));
});

test("the module is taken as bytes, or from where it is", async () => {
  const place = new URL("../lib/embed.wasm", import.meta.url);
  for (const source of [readFileSync(place), place, place.href]) {
    await (await EmbedModule.load(source)).layOut(sound(1024 * 1024).asset, STORE.length);
  }
  await assert.rejects(EmbedModule.load("data:application/wasm,nothing"), WebAssembly.CompileError);
});

/** A photograph that carries a store, and where its segment begins and ends. */
async function photograph(store) {
  const photo = new Blob([readFileSync(new URL("../../../examples/rocket-small.jpg", import.meta.url))]);
  const layout = await embedding.layOut(photo, store.length);
  const bytes = new Uint8Array(await (await layout.signedBlob(store)).arrayBuffer());
  return { bytes, digest: await layout.digest(), begin: layout.holeOffset, length: layout.holeBytes };
}

test("a signed file is told by its store and by the digest of the rest", async () => {
  const store = storeOf(1000);
  const { bytes, digest, begin, length } = await photograph(store);
  const told = await embedding.inspectable(new Blob([bytes]));
  const range = { offset: begin, length };
  assert.deepEqual(told, { mediaType: "image/jpeg", manifestStore: store, assetSha256: digest, storeRange: range });
  bytes[bytes.length - 10] ^= 1;
  assert.notEqual((await embedding.inspectable(new Blob([bytes]))).assetSha256, digest);
  const aborted = { signal: AbortSignal.abort(new Error("enough")) };
  await assert.rejects(embedding.inspectable(new Blob([bytes]), aborted), { message: "enough" });
});

test("no digest stands for a file whose store is elsewhere, or was written by other rules", async () => {
  const store = storeOf(1000);
  const { bytes, begin, length } = await photograph(store);
  const [head, segment, rest] = [bytes.slice(0, begin), bytes.slice(begin, begin + length), bytes.slice(begin + length)];
  const behind = begin + 2 + new DataView(rest.buffer).getUint16(2);
  const moved = [head, rest.slice(0, behind - begin), segment, rest.slice(behind - begin)];
  const numbered = segment.slice();
  numbered[7] += 1;
  for (const parts of [moved, [head, numbered, rest]]) {
    const told = await embedding.inspectable(new Blob(parts));
    assert.deepEqual(told, { mediaType: "image/jpeg", manifestStore: store });
  }
  const plain = await embedding.inspectable(new Blob([head, rest]));
  assert.deepEqual(plain, { mediaType: "image/jpeg", manifestStore: null });
  await assert.rejects(embedding.inspectable(new Blob(["plain text"])), named("UnknownFormat"));
});
