// Lays out the files of a folder as another client did, and compares what comes out.
//
// Usage: node layouts.mjs folder
// The folder's expected.json has a member for each case: the asset's file, and either the refusal's
// name and message, or the layout's members, the digest, and the SHA-256 of the signed file.
// The manifest store of a case has `storeBytes` bytes, 0, 1, 2 and so on.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { AssetLayoutError, EmbedModule } from "../embed.mjs";

const folder = process.argv[2];
const embedding = await EmbedModule.load();

for (const [name, expected] of Object.entries(JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")))) {
  test(name, async () => {
    const asset = new Blob([readFileSync(join(folder, expected.file))]);
    const { refusal, storeBytes } = expected;
    if (refusal !== undefined) {
      await assert.rejects(embedding.layOut(asset, storeBytes), (failure) => {
        assert(failure instanceof AssetLayoutError);
        assert.deepEqual({ name: failure.name, message: failure.message }, refusal);
        return true;
      });
      return;
    }
    const layout = await embedding.layOut(asset, storeBytes);
    const { mediaType, embed, holeOffset, holeBytes, signedBytes } = layout;
    assert.deepEqual({ mediaType, embed, holeOffset, holeBytes, signedBytes }, expected.layout);
    const store = Uint8Array.from({ length: storeBytes }, (_, at) => at % 256);
    // At the same time, as a page may: neither disturbs the other.
    const [digest, again, signed] = await Promise.all([layout.digest(), layout.digest(), layout.signedBlob(store)]);
    assert.deepEqual([digest, again], [expected.digest, expected.digest]);
    assert.deepEqual([signed.size, signed.type], [expected.layout.signedBytes, expected.layout.mediaType]);
    const bytes = new Uint8Array(await signed.arrayBuffer());
    assert.equal(createHash("sha256").update(bytes).digest("hex"), expected.signedSha256);
  });
}
