// What is sent for digests and jobs, and what is made of the answers. `node --test` runs this.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { EdgeSigner, RefusedError } from "../lib/index.js";
import { answering, refuses } from "./server.mjs";

const MODULE = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const MODULE_HASH = `sha256:${createHash("sha256").update(MODULE).digest("hex")}`;
const RESULT = {
  job_id: "job-1",
  status: "ok",
  exit_code: 3,
  stdout: "Grüße",
  stderr_base64: "/wA=",
  limits: { timeout_ms: 1000 },
  receipt_json: "{}",
  attestation: {},
};

test("a digest is signed, and its manifest comes back", async () => {
  const answer = { manifest: "AAEC", manifest_url: "https://m.example/1.c2pa", signing_mode: "edge", kms_key_id: "k" };
  const { url, sent } = await answering(() => [200, { ...answer, tsa_token_url: "https://m.example/1.tsr" }]);
  const thumbnail = { format: "image/png", content: Uint8Array.of(1, 2, 3) };
  const digest = { assetSha256: "ab".repeat(32) };
  const told = await new EdgeSigner(url, "t").signDigest(digest, "p", { label: {} }, { tsa: true, thumbnail });
  assert.deepEqual(told.manifestStore, Uint8Array.of(0, 1, 2));
  assert.deepEqual([told.manifestUrl, told.tsaTokenUrl], ["https://m.example/1.c2pa", "https://m.example/1.tsr"]);
  assert.deepEqual([told.serverSteps, told.timings.hashMs], [{}, 0]);
  assert.deepEqual(sent[0].body, {
    policy_id: "p",
    assertions: { label: {} },
    tsa: true,
    thumbnail: { format: "image/png", content: "AQID" },
    asset_sha256: digest.assetSha256,
  });
});

test("a job is sent with its module, its arguments and its input", async () => {
  const { url, sent } = await answering(() => [200, RESULT, { "Server-Timing": "run;dur=5" }]);
  const signer = new EdgeSigner(url, "t");
  const result = await signer.runJob(MODULE, { args: ["a"], stdin: "in", env: { A: "1" }, jobId: "job-1", timeoutSeconds: 5 });
  assert.deepEqual(sent[0].body, {
    job_id: "job-1",
    module_hash: MODULE_HASH,
    wasm_bytes: "AGFzbQEAAAA=",
    args: ["a"],
    stdin: "in",
    env: { A: "1" },
    requirements: { timeout_seconds: 5 },
  });
  assert.equal(result.request, JSON.stringify(sent[0].body));
  assert.equal(result.answer, JSON.stringify(RESULT));
  assert.equal(result.sentBytes, result.request.length);
  const { jobId, status, exitCode, limits, isReplayed, serverSteps } = result;
  assert.deepEqual([jobId, status, exitCode, limits, isReplayed], ["job-1", "ok", 3, RESULT.limits, false]);
  assert.deepEqual(serverSteps, { run: 5 });
  assert.equal(new TextDecoder().decode(result.stdout), "Grüße");
  assert.deepEqual(result.stderr, Uint8Array.of(255, 0));
});

test("a module's own exit code is told where the job's cannot say it", async () => {
  const ended = { status: "reserved_exit_code", exit_code: 128, guest_exit_code: 256 };
  const answers = [{ ...RESULT, ...ended }, RESULT];
  const { url } = await answering(() => [200, answers.shift()]);
  const signer = new EdgeSigner(url, "t");
  const told = [await signer.runJob(MODULE_HASH), await signer.runJob(MODULE_HASH)];
  assert.deepEqual(told.map(({ guestExitCode }) => guestExitCode), [256, null]);
});

test("a stored module is only named, and each job gets a name of its own", async () => {
  const { url, sent } = await answering(() => [200, RESULT]);
  const signer = new EdgeSigner(url, "t");
  for (const stdin of [Uint8Array.of(255), undefined]) await signer.runJob(MODULE_HASH, { stdin });
  const [first, second] = sent.map(({ body }) => body);
  assert.deepEqual([first.stdin_base64, first.wasm_bytes, second.args], ["/w==", undefined, []]);
  assert.notEqual(first.job_id, second.job_id);
  await assert.rejects(signer.runJob("hello.wasm"), TypeError);
  assert.equal(sent.length, 2);
});

test("a job in flight is waited for under the same name", async () => {
  const { url, sent } = await answering(refuses(409, "JOB_IN_FLIGHT"), () => [200, RESULT]);
  await new EdgeSigner(url, "t").runJob(MODULE_HASH);
  assert.equal(new Set(sent.map(({ body }) => body.job_id)).size, 1);
  assert.equal(sent.length, 2);
});

test("a result is fetched again, a module is kept, and keys need no token", async () => {
  const key = { algorithm: "Ed25519", key_id: "k", public_key: "ab".repeat(32), use: "current", valid_from: "2026-01-02T03:04:05Z" };
  const { url, sent } = await answering(
    () => [200, RESULT, { "Idempotency-Replayed": "true" }],
    () => [200, { module_hash: MODULE_HASH, module_bytes: 8, compiled: false, status: "compile_error", detail: "no `_start`" }],
    () => [200, { keys: [key] }],
  );
  const signer = new EdgeSigner(url, "t");
  const result = await signer.jobResult("job/1");
  assert.deepEqual([result.request, result.isReplayed], [null, true]);
  assert.deepEqual(await signer.keepModule(MODULE), {
    moduleHash: MODULE_HASH,
    moduleBytes: 8,
    isCompiled: false,
    status: "compile_error",
    detail: "no `_start`",
  });
  const validFrom = new Date("2026-01-02T03:04:05Z");
  assert.deepEqual(await signer.jobKeys(), [{ publicKey: key.public_key, keyId: "k", use: "current", validFrom }]);
  const [fetched, kept, keys] = sent;
  assert.deepEqual([fetched.method, fetched.path, fetched.body.length], ["GET", "/jobs/job%2F1", 0]);
  assert.deepEqual([kept.method, kept.path], ["PUT", `/modules/${MODULE_HASH}`]);
  assert.equal(kept.headers["content-type"], "application/wasm");
  assert.deepEqual(kept.body, Buffer.from(MODULE));
  assert.deepEqual([keys.path, keys.headers.authorization], ["/keys", undefined]);
});

test("an answer to a job that is not the API's is told as such", async () => {
  for (const document of [{ ...RESULT, stdout: undefined }, {}, "<h1>Log in</h1>"]) {
    const { url } = await answering(() => [200, document]);
    const signer = new EdgeSigner(url, "t");
    const isTold = (failure) => failure instanceof RefusedError && failure.message.includes("is not an Edge Signer API");
    const calls = [() => signer.runJob(MODULE), () => signer.jobResult("1"), () => signer.jobKeys()];
    for (const call of [...calls, () => signer.keepModule(MODULE)]) await assert.rejects(call, isTold);
  }
});
