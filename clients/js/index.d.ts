/** No manifest store can be embedded in this file. */
export class AssetLayoutError extends Error {
  constructor(name: string, message: string);
  /** What is wrong, as one word such as AlreadySigned, Truncated or UnknownFormat. */
  name: string;
}

/** The server answered with an error. */
export class RefusedError extends Error {
  constructor(
    message: string,
    answer: {
      status: number;
      code?: string;
      retryAfterS?: number;
      storeBytes?: number;
      requestId?: string | null;
    },
  );
  /** The HTTP status. */
  readonly status: number;
  /** The error code of the API, such as RATE_LIMITED; empty if it did not come from the API. */
  readonly code: string;
  /** Seconds to wait before the next attempt; null if the server does not say. */
  readonly retryAfterS: number | null;
  /** With STORE_TOO_LARGE, the room that the manifest store needs; otherwise null. */
  readonly storeBytes: number | null;
  /** Names the request in the server's log; null if it was not told. */
  readonly requestId: string | null;
  /** Whether the same request may succeed later. */
  get mayPass(): boolean;
}

/** No answer arrived, or none that the page may read. The server may still have signed. */
export class UnreachableError extends Error {}

/** The `embed` member of a request to POST /edge-sign. */
export interface EmbedMember {
  format: string;
  store_bytes: number;
  /** Absent where the hard binding excludes boxes by their kind. */
  offset?: number;
}

/** The compiled embed.wasm, which lays out any number of files. */
export class EmbedModule {
  constructor(module: WebAssembly.Module);
  /** Loads and compiles embed.wasm: its bytes, or where they are; usually beside the scripts. */
  static load(source?: BufferSource | URL | string): Promise<EmbedModule>;
  /** Finds where a file carries a manifest store of exactly this size. It reads headers only. */
  layOut(blob: Blob, storeBytes: number, options?: { replaceStore?: boolean }): Promise<AssetLayout>;
  /** Reads the manifest store that a file carries, null for none; nothing is validated. */
  storeOf(blob: Blob): Promise<{ mediaType: string; manifestStore: Uint8Array | null }>;
}

/** The plan for one file and a manifest store of one size. */
export class AssetLayout {
  private constructor();
  /** What the file is, judged by its content. */
  readonly mediaType: string;
  /** Size of the manifest store. */
  readonly storeBytes: number;
  /** Where the hole begins in the signed file. */
  readonly holeOffset: number;
  /** Size of the hole: the store and what the format puts around it. */
  readonly holeBytes: number;
  /** Size of the signed file. */
  readonly signedBytes: number;
  get embed(): EmbedMember;
  /** Hashes what the hard binding covers: `asset_sha256` for the request, 64 hexadecimal digits. */
  digest(options?: { signal?: AbortSignal }): Promise<string>;
  /** Composes the signed file, which refers to the original's bytes. */
  signedBlob(manifestStore: Uint8Array): Promise<Blob>;
}

/** A small picture. */
export interface Thumbnail {
  /** Its media type, such as image/jpeg. */
  format: string;
  content: Uint8Array;
}

/** What a file was made from. The file itself is not sent, only its manifest store. */
export interface Ingredient {
  /** At most one is the parentOf. */
  relationship: "parentOf" | "componentOf" | "inputTo";
  /** Its credentials, unless it has none or they are at `manifestUrl`. */
  manifestStore?: Uint8Array;
  /** Where this deployment stores its credentials for the same tenant. */
  manifestUrl?: string;
  /** Its name, for people. */
  title?: string;
  /** Its media type. */
  format?: string;
  /** How `ingredientIds` of actions name it. */
  id?: string;
  /** Its own identifier, such as xmpMM:InstanceID. */
  instanceId?: string;
  /** What it is, for people. */
  description?: string;
  /** You have validated that file and store belong together; the policy must trust you with that. */
  assetChecked?: boolean;
  thumbnail?: Thumbnail;
}

/** An action by name, or as in the request. */
export type Action = string | { action: string; digitalSourceType?: string; [field: string]: unknown };

/** What a manifest says besides its assertions. */
export interface SigningOptions {
  /** Whether to time-stamp the signature; the policy decides if absent. */
  tsa?: boolean;
  /** Name of the file, for people. */
  title?: string;
  /** What the file was made from. */
  ingredients?: readonly Ingredient[];
  /** Stops all of it. */
  signal?: AbortSignal;
}

/** Result of a signature. */
export interface SignedAsset {
  /** The file with its manifest inside; it refers to the original's bytes. */
  signed: Blob;
  /** Where the manifest store is published. */
  manifestUrl: string;
  /** Which signer signed: edge or central. */
  signingMode: string;
  /** The key that signed. */
  kmsKeyId: string;
  /** Where the time-stamp is; null if there is none. */
  tsaTokenUrl: string | null;
  /** Of the file, judged by its content. */
  mediaType: string;
  /** Names the request in the server's log; null if it was not told. */
  requestId: string | null;
}

/** Client of one deployment for one tenant. */
export class EdgeSigner {
  constructor(
    url: string | URL,
    /** The tenant's bearer token; null if a proxy adds it. */
    token: string | null,
    options?: {
      tenantId?: string;
      /** How long a call keeps trying while the server is busy or unreachable; 0 sends once. */
      patienceMs?: number;
      /** embed.wasm, or where it is if not beside the scripts. */
      embedWasm?: BufferSource | URL | string;
    },
  );
  /** Signs a file and gives it with its manifest inside; the file itself is not sent. */
  embed(
    blob: Blob,
    policyId: string,
    assertions: Record<string, unknown>,
    options?: SigningOptions & { replaceStore?: boolean },
  ): Promise<SignedAsset>;
  /**
   * Signs a derivative of a file, such as a smaller image, as an edit of the original. The original is
   * not sent: give the file with its credentials inside, or where these are.
   */
  derive(
    blob: Blob,
    original: Blob | Omit<Ingredient, "relationship">,
    policyId: string,
    actions: readonly Action[],
    options?: SigningOptions,
  ): Promise<SignedAsset>;
}
