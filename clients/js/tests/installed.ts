// What a project in TypeScript sees of the package; it is only compiled.

import { type components, EdgeSigner, type JobVerdict, REFUSALS, type SignedAsset, verifyJob } from "edge-signer-client";
import { embedFile, type SignedFile } from "edge-signer-client/node";

const signer = new EdgeSigner("https://api.example.com", null, { patienceMs: 0 });

export async function signed(file: Blob): Promise<SignedAsset> {
  const result = await signer.embed(file, "p", {}, { onProgress: ({ doneBytes }) => console.log(doneBytes) });
  const { hashMs }: { hashMs: number } = result.timings;
  console.log(hashMs);
  return result;
}

export async function verdict(answer: components["schemas"]["JobAnswer"], key: string): Promise<string> {
  const { refusal, statement }: JobVerdict = await verifyJob(JSON.stringify(answer), key);
  return refusal === null ? statement.jobId : REFUSALS[refusal];
}

export const onDisk = (): Promise<SignedFile> => embedFile(signer, "a.jpg", "b.jpg", "p", {});

// @ts-expect-error A token is a text or null.
new EdgeSigner("https://api.example.com");
