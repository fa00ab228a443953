// Files on a disk, for Node: they are read in parts, and the signed file is written as it is read.

import type { Asset } from "./asset.js";
import { AssetLayoutError } from "./errors.js";
import type { EmbeddingOptions, Signature } from "./signed.js";
import type { EdgeSigner } from "./signer.js";
import { webCrypto } from "./web_crypto.js";

/** A file on a disk. */
export interface OpenFile extends Asset {
  /** Closes it; parts that are asked for later fail. */
  close(): Promise<void>;
}

/** A signature whose file is on the disk. */
export interface SignedFile extends Signature {
  /** Length of the signed file. */
  signedBytes: number;
  /** Of the file, judged by its content. */
  mediaType: string;
}

// What is used of node:fs/promises; its types would have to be installed by everyone.
interface Handle {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  writeFile(content: AsyncIterable<Uint8Array>): Promise<void>;
  stat(): Promise<Stat>;
  sync(): Promise<void>;
  close(): Promise<void>;
}
interface Stat {
  size: number;
  mode: number;
  mtimeMs: number;
}
interface Files {
  open(path: string | URL, flags: string, mode?: number): Promise<Handle>;
  stat(path: string | URL): Promise<Stat>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: boolean }): Promise<void>;
}

/**
 * Opens a file for `embedStream`, `inspectable` and the like.
 *
 * @throws The error of node:fs/promises if it cannot be opened.
 */
export async function openFile(path: string | URL): Promise<OpenFile> {
  const handle = await (await files()).open(path, "r");
  const { size } = await handle.stat();
  const bytes = async (start: number, end: number) => {
    const content = new Uint8Array(Math.max(Math.min(end, size) - start, 0));
    let length = 0;
    while (length < content.length) {
      const { bytesRead } = await handle.read(content, length, content.length - length, start + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return length === content.length ? content.buffer : content.buffer.slice(0, length);
  };
  return {
    size,
    slice: (start, end) => ({ arrayBuffer: () => bytes(start, end) }),
    close: () => handle.close(),
  };
}

/**
 * Signs a file on a disk and writes it with its manifest inside; the file itself is not sent. Memory
 * does not depend on its size.
 *
 * @param signer Who signs.
 * @param source The file; it stays as it is unless it is `target` too.
 * @param target Where the signed file goes, with the permissions of the source. It appears, or is
 *   replaced, only once it is complete.
 * @param policyId The policy to sign under.
 * @param assertions Content of each assertion by its label.
 * @throws As `EdgeSigner.embed`, and the errors of node:fs/promises. An AssetLayoutError of the name
 *   Changed if the source was changed meanwhile; then nothing was written.
 */
export async function embedFile(
  signer: EdgeSigner,
  source: string | URL,
  target: string,
  policyId: string,
  assertions: Record<string, unknown>,
  options: EmbeddingOptions = {},
): Promise<SignedFile> {
  const { open, rename, rm, stat } = await files();
  const before = await stat(source);
  const asset = await openFile(source);
  const part = `${target}.${(await webCrypto()).randomUUID()}.part`;
  try {
    const { signed, ...told } = await signer.embedStream(asset, policyId, assertions, options);
    const beganMs = performance.now();
    const written = await open(part, "wx", before.mode & 0o777);
    try {
      await written.writeFile(watched(signed, told.signedBytes, options));
      await written.sync();
    } finally {
      await written.close();
    }
    const after = await stat(source);
    if (after.mtimeMs !== before.mtimeMs || after.size !== before.size) {
      throw new AssetLayoutError("Changed", "the file was changed while it was signed");
    }
    await rename(part, target);
    return { ...told, timings: { ...told.timings, writeMs: performance.now() - beganMs } };
  } catch (failure) {
    await rm(part, { force: true });
    throw failure;
  } finally {
    await asset.close();
  }
}

async function* watched(
  signed: ReadableStream<Uint8Array>,
  totalBytes: number,
  { onProgress, signal }: EmbeddingOptions,
): AsyncGenerator<Uint8Array, void> {
  let doneBytes = 0;
  onProgress?.({ stage: "write", doneBytes, totalBytes });
  for await (const bytes of signed) {
    signal?.throwIfAborted();
    yield bytes;
    doneBytes += bytes.length;
    onProgress?.({ stage: "write", doneBytes, totalBytes });
  }
}

async function files(): Promise<Files> {
  // By a variable, so that what bundles a page does not look for Node's modules.
  const name = "node:fs/promises";
  return import(/* webpackIgnore: true */ /* @vite-ignore */ name);
}
