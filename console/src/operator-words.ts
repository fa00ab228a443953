// What health checks and flags mean, as docs/operations/health.md and docs/operations/flags.md say it.

import type { State } from "./api.js";
import type { Tone } from "./report.js";

export const STATES: Record<State, readonly [Tone, string]> = {
  ok: ["good", "ok"],
  degraded: ["careful", "needs attention"],
  unavailable: ["bad", "unavailable"],
};

/** What each check looks at, and what stops if it fails. */
export const HEALTH_CHECKS: Record<string, readonly [name: string, stops: string]> = {
  kms: ["Signing keys in KMS", "the edge cannot sign"],
  kms_replica: ["The key’s replica", "the central signer cannot sign if the first region fails too"],
  certificate: ["Certificates", "nothing can be signed once one has expired"],
  builder: ["Manifest builder", "the edge cannot sign"],
  manifests: ["Manifest bucket", "nothing can be signed"],
  tenants: ["Table of tenants", "nobody can be authenticated"],
  flags: ["Flags", "whatever is switched off"],
  breaker: ["Circuit breaker", "the edge does not sign until the next probe"],
  kms_quota: ["KMS quota", "nothing yet: more than 80 % of the quota was used"],
  time_stamps: ["Time-stamp authority", "requests for time-stamps"],
  chaos: ["Ordered faults", "the calls that an operator makes fail"],
};

export interface FlagWords {
  kind: "switch" | "list" | "number";
  name: string;
  meaning: string;
  /** The value that stops something, which asks more firmly. */
  stops?: string;
}

/** The flags, in the order of how often they are wanted. */
export const FLAGS: Record<string, FlagWords> = {
  kill_switch: { kind: "switch", name: "Kill switch", meaning: "While it is on, nothing is signed, run or verified for anybody.", stops: "true" },
  edge_signer_enabled: { kind: "switch", name: "Edge signer", meaning: "While it is off, the central signer signs for everybody.", stops: "false" },
  central_signer_enabled: { kind: "switch", name: "Central signer", meaning: "Signs when the edge cannot.", stops: "false" },
  execution_enabled: { kind: "switch", name: "Jobs", meaning: "Runs WebAssembly modules.", stops: "false" },
  verification_enabled: { kind: "switch", name: "Verification", meaning: "Judges files, for the Inspect page too.", stops: "false" },
  derivatives_enabled: { kind: "switch", name: "Derivatives", meaning: "Makes smaller images for CDNs.", stops: "false" },
  circuit_breaker_enabled: { kind: "switch", name: "Circuit breaker", meaning: "Stops calling KMS while it keeps failing.", stops: "false" },
  tenant_allowlist: { kind: "list", name: "Tenants that may call", meaning: "Names, separated by commas." },
  edge_disabled_tenants: { kind: "list", name: "Tenants signed for centrally", meaning: "Names, separated by commas." },
  max_payload_size: { kind: "number", name: "Longest request", meaning: "Bytes, 1,024 to 6,000,000." },
  kms_timeout_ms: { kind: "number", name: "Time for KMS", meaning: "Milliseconds, 50 to 2,000." },
};
