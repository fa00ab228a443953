// What a file's credentials are judged by, so that the file need not be sent.

import type { Asset } from "./asset.js";
import type { EmbedModule } from "./module.js";

/** What POST /verify needs of a file that stays where it is. */
export interface Inspectable {
  /** What the file is, judged by its content. */
  mediaType: string;
  /** Its credentials; null if it carries none. */
  manifestStore: Uint8Array<ArrayBuffer> | null;
  /** SHA-256 of what its hard binding covers; absent where no digest can stand for the file. */
  assetSha256?: string;
}

/** Takes the credentials and the digest out of a file. */
export async function inspectable(
  embedding: EmbedModule,
  asset: Asset,
  _options: { signal?: AbortSignal | undefined },
): Promise<Inspectable> {
  return embedding.storeOf(asset);
}
