// Lays out the files of a folder as another client did, and compares what comes out.
//
// Usage: node layouts.mjs folder
// The folder's expected.json has a member for each case: the asset's file, and either the refusal's
// name and message, or the layout's members, the digest, and the SHA-256 of the signed file.
// With `replaceStore`, an earlier store is left out; `storeSha256` is of that store, or of nothing, and
// `inspectable` is where that store stands and the digest of the rest, or null where there is none.
// The manifest store of a case has `storeBytes` bytes, 0, 1, 2 and so on.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { AssetLayoutError, EmbedModule } from "../lib/index.js";

const folder = process.argv[2];
const embedding = await EmbedModule.load();

for (const [name, expected] of Object.entries(JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")))) {
  test(name, async () => {
    const asset = new Blob([readFileSync(join(folder, expected.file))]);
    const { refusal, storeBytes, replaceStore, storeSha256 } = expected;
    if (storeSha256 !== undefined) {
      const { manifestStore } = await embedding.storeOf(asset);
      assert.equal(sha256(manifestStore ?? new Uint8Array(0)), storeSha256);
      const { assetSha256, storeRange } = await embedding.inspectable(asset);
      assert.deepEqual(assetSha256 === undefined ? null : { assetSha256, storeRange }, expected.inspectable);
    }
    if (refusal !== undefined) {
      await assert.rejects(embedding.layOut(asset, storeBytes, { replaceStore }), (failure) => {
        assert(failure instanceof AssetLayoutError);
        assert.deepEqual({ name: failure.name, message: failure.message }, refusal);
        return true;
      });
      return;
    }
    const layout = await embedding.layOut(asset, storeBytes, { replaceStore });
    const { mediaType, embed, holeOffset, holeBytes, signedBytes } = layout;
    assert.deepEqual({ mediaType, embed, holeOffset, holeBytes, signedBytes }, expected.layout);
    const store = Uint8Array.from({ length: storeBytes }, (_, at) => at % 256);
    // At the same time, as a page may: neither disturbs the other.
    const [digest, again, signed] = await Promise.all([layout.digest(), layout.digest(), layout.signedBlob(store)]);
    assert.deepEqual([digest, again], [expected.digest, expected.digest]);
    assert.deepEqual([signed.size, signed.type], [expected.layout.signedBytes, expected.layout.mediaType]);
    const bytes = new Uint8Array(await signed.arrayBuffer());
    assert.equal(sha256(bytes), expected.signedSha256);
  });
}

function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}
