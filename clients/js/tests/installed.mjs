// Uses the package where it is installed: signs a file, runs a job, and verifies the job's proofs.
//
// Usage: node installed.mjs url token photograph module

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { EdgeSigner, verifyJob, verifyReceipt } from "edge-signer-client";
import { embedFile, openFile } from "edge-signer-client/node";

const [url, token, photograph, module] = process.argv.slice(2);
const signer = new EdgeSigner(url, token);
const digitalSourceType = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture";
const assertions = { "c2pa.actions.v2": { actions: [{ action: "c2pa.created", digitalSourceType }] } };

const told = await embedFile(signer, photograph, "signed.jpg", "newsroom-default-v3", assertions);
assert.equal(told.mediaType, "image/jpeg");
assert(told.sentBytes < 4096 && told.serverSteps.total > 0);
const signed = await openFile("signed.jpg");
const { manifestStore } = await signer.inspectable(signed);
await signed.close();
assert(manifestStore.length > 1000);

const job = { args: ["Hello"], jobId: "job-of-an-installed-package" };
const kept = await signer.keepModule(await readFile(module));
const result = await signer.runJob(kept.moduleHash, job);
assert.equal(new TextDecoder().decode(result.stdout), "olleH\n");
const keys = (await signer.jobKeys()).map(({ publicKey }) => publicKey);
assert.equal((await verifyReceipt(result.receiptJson, keys)).refusal, null);
const verdict = await verifyJob(result.answer, keys, result.request);
assert.deepEqual([verdict.refusal, verdict.statement.jobId], [null, job.jobId]);
assert.equal((await verifyJob(result.answer.replace("olleH", "Hello"), keys)).refusal, "stdout_mismatch");
const again = await signer.jobResult(job.jobId);
assert.deepEqual([again.answer, again.isReplayed], [result.answer, true]);
console.log("all of it works");
