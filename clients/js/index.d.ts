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
  layOut(blob: Blob, storeBytes: number): Promise<AssetLayout>;
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
    options?: { tsa?: boolean; title?: string; signal?: AbortSignal },
  ): Promise<SignedAsset>;
}
