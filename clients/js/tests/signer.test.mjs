// What the signer sends and what it makes of answers. `node --test` runs this.

import assert from "node:assert/strict";
import { File } from "node:buffer";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { AssetLayoutError, EdgeSigner, EmbedModule, RefusedError, UnreachableError } from "../lib/index.js";
import { answering, listening, refuses, signs } from "./server.mjs";
import { storeOf } from "./stores.mjs";

const PHOTO = new Blob([readFileSync(new URL("../../../examples/rocket-small.jpg", import.meta.url))]);
// It has one pixel.
const GIF = new Blob([Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64")]);
const RESIZED = "c2pa.resized.proportional";
const refusedWith = (status, code) => (failure) =>
  failure instanceof RefusedError && failure.status === status && failure.code === code;

test("a file is signed with one request, which does not hold the file", async () => {
  const { url, sent } = await answering(signs);
  const signer = new EdgeSigner(`${url}/`, "the token", { tenantId: "acme" });
  const beganMs = performance.now();
  const { signed, ...all } = await signer.embed(PHOTO, "a-policy-v1", { label: {} }, { title: "photo.jpg" });
  const { timings, serverSteps, sentBytes, ...told } = all;
  assert.deepEqual(told, {
    manifestUrl: "https://manifests.example.com/1.c2pa",
    signingMode: "edge",
    kmsKeyId: "a key",
    tsaTokenUrl: null,
    mediaType: "image/jpeg",
    requestId: "4c4cbc2b-6a4d-4d4f-8f3b-1f9a3d8a7f10",
  });
  assert(signed.size > PHOTO.size + 2560);
  const [{ path, headers, body }, ...others] = sent;
  assert.deepEqual([path, others], ["/edge-sign", []]);
  assert.equal(headers.authorization, "Bearer the token");
  assert.equal(headers["x-tenant-id"], "acme");
  assert.match(headers["idempotency-key"], /^[0-9a-f-]{36}$/);
  assert.match(body.asset_sha256, /^[0-9a-f]{64}$/);
  assert.equal(sentBytes, Number(headers["content-length"]));
  assert.deepEqual(serverSteps, { kms: 12.5, total: 20 });
  assert.deepEqual(Object.keys(timings), ["layOutMs", "hashMs", "signMs", "writeMs"]);
  assert(Object.values(timings).every((ms) => ms > 0));
  // Nothing is counted twice.
  assert(Object.values(timings).reduce((sum, ms) => sum + ms) <= performance.now() - beganMs);
  const embed = { format: "image/jpeg", store_bytes: 2560, offset: body.embed.offset };
  const { asset_sha256: _, ...rest } = body;
  assert.deepEqual(rest, { policy_id: "a-policy-v1", assertions: { label: {} }, title: "photo.jpg", embed });
});

test("a proxy's page sends no token", async () => {
  const { url, sent } = await answering(signs);
  await new EdgeSigner(url, null).embed(PHOTO, "p", {});
  assert.equal(sent[0].headers.authorization, undefined);
});

test("a busy server is tried again after Retry-After, with the same key and body", async () => {
  const busy = refuses(429, "RATE_LIMITED", {}, { "Retry-After": "1" });
  const { url, sent } = await answering(busy, refuses(503, "KMS_UNAVAILABLE"), signs);
  const beganMs = Date.now();
  await new EdgeSigner(url, "t").embed(PHOTO, "p", {});
  assert(Date.now() - beganMs >= 990);
  assert.equal(sent.length, 3);
  assert.equal(new Set(sent.map((one) => one.headers["idempotency-key"])).size, 1);
  assert.equal(new Set(sent.map((one) => JSON.stringify(one.body))).size, 1);
});

test("patience ends before a wait that is longer", async () => {
  const { url, sent } = await answering(refuses(429, "RATE_LIMITED", {}, { "Retry-After": "60" }));
  const call = new EdgeSigner(url, "t", { patienceMs: 5000 }).embed(PHOTO, "p", {});
  await assert.rejects(call, (failure) => refusedWith(429, "RATE_LIMITED")(failure) && failure.retryAfterS === 60);
  assert.equal(sent.length, 1);
});

test("what does not pass is not tried again", async () => {
  for (const [status, code] of [
    [401, "UNAUTHENTICATED"],
    [422, "POLICY_VIOLATION"],
    [503, "SIGNER_DISABLED"],
  ]) {
    const { url, sent } = await answering(refuses(status, code));
    await assert.rejects(new EdgeSigner(url, "t").embed(PHOTO, "p", {}), refusedWith(status, code));
    assert.equal(sent.length, 1);
  }
});

test("the size that a store needs is learned, for each policy and time-stamp", async () => {
  const needs = ({ tsa, embed }) => (tsa ? 9000 : 3000) <= embed.store_bytes;
  const { url, sent } = await answering((body) =>
    needs(body) ? signs(body) : refuses(422, "STORE_TOO_LARGE", { store_bytes: body.tsa ? 9000 : 3000 })(),
  );
  const signer = new EdgeSigner(url, "t");
  for (const tsa of [undefined, undefined, true, true]) await signer.embed(PHOTO, "p", {}, { tsa });
  assert.deepEqual(
    sent.map(({ body }) => body.embed.store_bytes),
    [2560, 3000, 3000, 2560, 9000, 9000],
  );
  assert.equal(new Set(sent.map((one) => one.headers["idempotency-key"])).size, 6);
});

test("a large file is hashed once, because the size is asked for first", async () => {
  const large = new Blob([PHOTO, new Uint8Array(9 * 1024 * 1024)]);
  const { url, sent } = await answering(refuses(422, "STORE_TOO_LARGE", { store_bytes: 3000 }), signs);
  await new EdgeSigner(url, "t").embed(large, "p", {});
  assert.deepEqual(
    sent.map(({ body }) => [body.embed.store_bytes, /^0+$/.test(body.asset_sha256)]),
    [
      [64, true],
      [3000, false],
    ],
  );
});

test("a server that never has room enough does not keep the page busy", async () => {
  const { url, sent } = await answering(refuses(422, "STORE_TOO_LARGE", { store_bytes: 2560 }));
  await assert.rejects(new EdgeSigner(url, "t").embed(PHOTO, "p", {}), refusedWith(422, "STORE_TOO_LARGE"));
  assert.equal(sent.length, 1);
});

test("a server that asks for more each time is followed three times", async () => {
  const { url, sent } = await answering(({ embed }) =>
    embed.store_bytes > 20_000
      ? refuses(400, "INVALID_REQUEST")()
      : refuses(422, "STORE_TOO_LARGE", { store_bytes: embed.store_bytes + 1000 })(),
  );
  await assert.rejects(new EdgeSigner(url, "t").embed(PHOTO, "p", {}), refusedWith(422, "STORE_TOO_LARGE"));
  assert.equal(sent.length, 3);
});

test("a size that no request can announce is the server's refusal, and is not remembered", async () => {
  const { url, sent } = await answering(refuses(422, "STORE_TOO_LARGE", { store_bytes: 4 * 1024 * 1024 + 1 }), signs);
  const signer = new EdgeSigner(url, "t");
  await assert.rejects(signer.embed(PHOTO, "p", {}), refusedWith(422, "STORE_TOO_LARGE"));
  await signer.embed(PHOTO, "p", {});
  assert.deepEqual(
    sent.map(({ body }) => body.embed.store_bytes),
    [2560, 2560],
  );
});

test("a large manifest does not make small ones large", async () => {
  const { url, sent } = await answering((body) => {
    const needed = JSON.stringify(body.assertions).length > 10_000 ? 30_000 : 1000;
    return body.embed.store_bytes < needed ? refuses(422, "STORE_TOO_LARGE", { store_bytes: needed })() : signs(body);
  });
  const signer = new EdgeSigner(url, "t");
  await signer.embed(PHOTO, "p", { "com.example.note": "x".repeat(20_000) });
  await signer.embed(PHOTO, "p", {});
  assert.deepEqual(
    sent.map(({ body }) => body.embed.store_bytes),
    [2560, 30_000, 2560],
  );
});

test("a server that says to come again at once is not asked without a pause", async () => {
  const { url, sent } = await answering(refuses(429, "RATE_LIMITED", {}, { "Retry-After": "0" }));
  const call = new EdgeSigner(url, "t", { patienceMs: 1000 }).embed(PHOTO, "p", {});
  await assert.rejects(call, refusedWith(429, "RATE_LIMITED"));
  assert(sent.length < 30, `${sent.length} requests`);
});

test("a file of no known format is refused before anything is sent", async () => {
  const { url, sent } = await answering(signs);
  const call = new EdgeSigner(url, "t").embed(new Blob(["plain text"]), "p", {});
  await assert.rejects(call, (failure) => failure instanceof AssetLayoutError && failure.name === "UnknownFormat");
  assert.equal(sent.length, 0);
});

test("an answer that is not the API's is told as such", async () => {
  for (const document of ["<h1>Log in</h1>", "null", { manifest: "AAAA" }, { manifest_url: "https://x.example" }]) {
    const { url } = await answering(() => [200, document, {}]);
    await assert.rejects(
      new EdgeSigner(url, "t").embed(PHOTO, "p", {}),
      (failure) => refusedWith(200, "")(failure) && failure.message.includes("is not an Edge Signer API"),
    );
  }
});

test("no answer is told as such", async () => {
  const { url } = await answering(signs);
  const signer = new EdgeSigner(url.replace(/\d+$/, "1"), "t", { patienceMs: 0 });
  await assert.rejects(signer.embed(PHOTO, "p", {}), UnreachableError);
});

test("an address that is none and a token that no header holds are refused at once", () => {
  assert.throws(() => new EdgeSigner("no address", "t"), TypeError);
  assert.throws(() => new EdgeSigner("https://api.example.com", "\u2603"), TypeError);
});

test("waiting stops when the page no longer wants it", async () => {
  const { url } = await answering(refuses(429, "RATE_LIMITED", {}, { "Retry-After": "20" }));
  const page = new AbortController();
  const call = new EdgeSigner(url, "t").embed(PHOTO, "p", {}, { signal: page.signal });
  setTimeout(() => page.abort(), 300);
  await assert.rejects(call, { name: "AbortError" });
});

/** A photograph that carries a store. */
async function carrying(store) {
  const layout = await (await EmbedModule.load()).layOut(PHOTO, store.length);
  return layout.signedBlob(store);
}

test("a derivative holds the credentials of its original, and says what was done", async () => {
  const store = storeOf(1000);
  const original = new File([await carrying(store)], "photo.jpg");
  const { url, sent } = await answering(signs);
  const { signed } = await new EdgeSigner(url, "t").derive(GIF, original, "p", [RESIZED], { title: "small" });
  assert(signed.size > GIF.size + 1000);
  const [{ body }] = sent;
  const manifest = Buffer.from(store).toString("base64");
  assert.deepEqual(body.ingredients, [
    { relationship: "parentOf", manifest, title: "photo.jpg", format: "image/jpeg" },
  ]);
  const actions = [{ action: "c2pa.opened" }, { action: RESIZED }, { action: "c2pa.converted" }];
  assert.deepEqual(body.assertions, { "c2pa.actions.v2": { actions } });
  assert.equal(body.title, "small");
});

test("a store that was copied into the derivative is left out of it", async () => {
  const { url, sent } = await answering(signs);
  const signer = new EdgeSigner(url, "t");
  const [plain, copied] = [PHOTO, await carrying(storeOf(500))];
  for (const blob of [plain, copied]) await signer.derive(blob, copied, "p", []);
  const [first, second] = sent.map(({ body }) => body);
  assert.equal(first.asset_sha256, second.asset_sha256);
  assert.deepEqual(first.assertions["c2pa.actions.v2"].actions.at(-1), { action: "c2pa.transcoded" });
  await assert.rejects(signer.embed(copied, "p", {}), { name: "AlreadySigned" });
});

test("an original's credentials may be given, and what a caller says about its encoding stands", async () => {
  const { url, sent } = await answering(signs);
  const manifestUrl = "https://manifests.example.com/1.c2pa";
  const logo = { relationship: "componentOf", id: "logo" };
  const placed = { action: "c2pa.placed", parameters: { ingredientIds: ["logo"] } };
  const parent = { manifestUrl, id: "original", assetChecked: true, instanceId: "xmp.iid:1" };
  const signer = new EdgeSigner(url, "t");
  await signer.derive(GIF, parent, "p", [placed, "c2pa.repackaged"], { ingredients: [logo] });
  const [{ body }] = sent;
  assert.deepEqual(body.ingredients, [
    { id: "original", relationship: "parentOf", manifest_url: manifestUrl, instance_id: "xmp.iid:1", asset_checked: true },
    { id: "logo", relationship: "componentOf" },
  ]);
  const actions = [{ action: "c2pa.opened" }, placed, { action: "c2pa.repackaged" }];
  assert.deepEqual(body.assertions["c2pa.actions.v2"].actions, actions);
});

test("ingredients are wrong before anything is sent", async () => {
  const { url, sent } = await answering(signs);
  const signer = new EdgeSigner(url, "t");
  const both = { relationship: "parentOf", manifestStore: storeOf(100), manifestUrl: "https://x.example" };
  for (const ingredient of [{ relationship: "parent" }, both]) {
    await assert.rejects(signer.embed(GIF, "p", {}, { ingredients: [ingredient] }), TypeError);
  }
  await assert.rejects(signer.derive(GIF, new Blob(["plain text"]), "p", []), { name: "UnknownFormat" });
  assert.equal(sent.length, 0);
});

test("stores that are too large for a request are uploaded, the largest first", async () => {
  const uploaded = [];
  const bucket = await listening(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    uploaded.push({ headers: request.headers, content: Buffer.concat(chunks).toString("latin1") });
    response.writeHead(uploaded.length === 4 ? 403 : 204).end();
  });
  const form = { upload_id: "the upload", url: `${bucket}/`, fields: { key: "name" } };
  const { url, sent } = await answering((body) => (body.embed ? signs(body) : [200, form]));
  const signer = new EdgeSigner(url, "t");
  const small = { relationship: "componentOf", manifestStore: storeOf(2000) };
  const large = { manifestStore: storeOf(60_000) };
  await signer.derive(GIF, large, "p", [], { ingredients: [small] });
  assert.deepEqual(sent.map(({ path }) => path), ["/verify/uploads", "/edge-sign"]);
  const [parent, component] = sent[1].body.ingredients;
  assert.deepEqual(parent, { relationship: "parentOf", upload_id: "the upload" });
  assert(component.manifest);
  const [{ headers, content }] = uploaded;
  assert.equal(headers.authorization, undefined);
  assert(content.indexOf('name="key"') < content.indexOf('name="file"'));
  assert(content.includes(Buffer.from(large.manifestStore).toString("latin1")));

  await signer.derive(GIF, large, "p", [], { ingredients: [{ ...large, relationship: "inputTo" }] });
  assert(sent.at(-1).body.ingredients.every((one) => one.upload_id === "the upload"));
  await assert.rejects(signer.derive(GIF, large, "p", []), refusedWith(403, ""));
});

test("a deployment that takes no uploads says itself that the request is too long", async () => {
  const { url, sent } = await answering((body) =>
    body.embed ? refuses(413, "PAYLOAD_TOO_LARGE")() : refuses(503, "VERIFICATION_DISABLED")(),
  );
  const call = new EdgeSigner(url, "t").derive(GIF, { manifestStore: storeOf(60_000) }, "p", []);
  await assert.rejects(call, refusedWith(413, "PAYLOAD_TOO_LARGE"));
  assert.equal(sent.length, 2);
});
