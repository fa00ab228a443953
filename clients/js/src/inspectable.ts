// What a file's credentials are judged by, so that the file need not be sent.

import type { Asset } from "./asset.js";
import { AssetLayoutError } from "./errors.js";
import type { DigestOptions } from "./layout.js";
import type { EmbedModule } from "./module.js";

/**
 * What POST /verify needs of a file that stays where it is: send `manifestStore` as `manifest`,
 * `assetSha256` as `asset_sha256` and `storeRange` as `store_range`.
 *
 * A digest is given only where it stands for this very file: the file must be byte by byte what this
 * client makes of the file without its store, and the store. It is not given for a PDF, for files whose
 * writer put other bytes around the store or left room behind it, and without a store. Then only the
 * file itself tells whether the credentials belong to it.
 */
export interface Inspectable {
  /** What the file is, judged by its content. */
  mediaType: string;
  /** The credentials in the file, not validated; null if there are none. */
  manifestStore: Uint8Array<ArrayBuffer> | null;
  /** SHA-256 of the file without what `storeRange` covers (in BMFF, of what §18.6 of the standard says). */
  assetSha256?: string;
  /** Where the store stands, with what the format puts around it. */
  storeRange?: { offset: number; length: number };
}

/** Takes the credentials and, where it can stand for the file, the digest out of a file. */
export async function inspectable(embedding: EmbedModule, asset: Asset, options: DigestOptions): Promise<Inspectable> {
  const carried = await embedding.storeOf(asset);
  if (carried.manifestStore === null) return carried;
  try {
    const layout = await embedding.layOut(asset, carried.manifestStore.length, { replaceStore: true });
    if (!(await layout.isSigned(carried.manifestStore))) return carried;
    const storeRange = { offset: layout.holeOffset, length: layout.holeBytes };
    return { ...carried, assetSha256: await layout.digest(options), storeRange };
  } catch (failure) {
    if (failure instanceof AssetLayoutError && failure.name !== "Truncated") return carried;
    throw failure;
  }
}
