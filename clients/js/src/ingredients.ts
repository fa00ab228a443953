// What a file was made from, as the members of a request. Manifest stores that are too large for one
// are uploaded first.

import { toBase64 } from "./base64.js";

// The longest request that a deployment accepts by default (`max_payload_size`).
const USUAL_MOST_BYTES = 64 * 1024;
// What an ingredient's assertion usually takes, besides what it holds.
const USUAL_INGREDIENT_BYTES = 1024;
const OPENED = "c2pa.opened";
const ENCODINGS = ["c2pa.converted", "c2pa.transcoded", "c2pa.repackaged"];
const RELATIONSHIPS = ["parentOf", "componentOf", "inputTo"] as const;

/** A small picture. */
export interface Thumbnail {
  /** Its media type, such as image/jpeg. */
  format: string;
  content: Uint8Array;
}

/** What a file was made from. The file itself is not sent, only its manifest store. */
export interface Ingredient {
  /** At most one is the parentOf. */
  relationship: (typeof RELATIONSHIPS)[number];
  /** Its credentials, unless it has none or they are at `manifestUrl`. */
  manifestStore?: Uint8Array | undefined;
  /** Where this deployment stores its credentials for the same tenant. */
  manifestUrl?: string | undefined;
  /** Its name, for people. */
  title?: string | undefined;
  /** Its media type. */
  format?: string | undefined;
  /** How `ingredientIds` of actions name it. */
  id?: string | undefined;
  /** Its own identifier, such as xmpMM:InstanceID. */
  instanceId?: string | undefined;
  /** What it is, for people. */
  description?: string | undefined;
  /** You have validated that file and store belong together; the policy must trust you with that. */
  assetChecked?: boolean | undefined;
  thumbnail?: Thumbnail | undefined;
}

/** An action by name, or as in the request. */
export type Action = string | { action: string; digitalSourceType?: string; [field: string]: unknown };

/**
 * Makes the body of a request.
 *
 * @param fields Without ingredients; undefined ones are left out.
 * @param upload Uploads a manifest store, and gives the upload's identifier; null if the deployment
 *   takes none.
 * @returns JSON. The largest stores are uploaded until the rest is short enough.
 */
export async function requestBody(
  fields: Record<string, unknown>,
  ingredients: readonly Ingredient[],
  upload: (store: Uint8Array) => Promise<string | null>,
): Promise<string> {
  if (ingredients.length === 0) return JSON.stringify(fields);
  const members = ingredients.map((one) => member(one));
  const waiting = ingredients.flatMap(({ manifestStore }, at) => (manifestStore ? [{ at, manifestStore }] : []));
  waiting.sort((one, other) => one.manifestStore.length - other.manifestStore.length);
  for (;;) {
    const body = JSON.stringify({ ...fields, ingredients: members });
    if (new TextEncoder().encode(body).length <= USUAL_MOST_BYTES) return body;
    const largest = waiting.pop();
    if (largest === undefined) return body;
    const uploadId = await upload(largest.manifestStore);
    if (uploadId === null) return body;
    members[largest.at] = { ...members[largest.at], manifest: undefined, upload_id: uploadId };
  }
}

/** Estimates how many bytes ingredients take in the manifest store. */
export function bytesHeld(ingredients: readonly Ingredient[]): number {
  const held = ({ manifestStore, thumbnail }: Ingredient) =>
    USUAL_INGREDIENT_BYTES + (manifestStore?.length ?? 0) + (thumbnail?.content.length ?? 0);
  return ingredients.reduce((sum, one) => sum + held(one), 0);
}

/**
 * Says how a derivative came to be: the original was opened, changed, and encoded again.
 *
 * @param originalType Media type of the original, if it is known.
 * @param mediaType Of the derivative.
 * @param actions What was done.
 * @returns The assertions.
 */
export function history(
  originalType: string | undefined,
  mediaType: string,
  actions: readonly Action[],
): Record<string, unknown> {
  const done = actions.map((one) => (typeof one === "string" ? { action: one } : one));
  if (!done.some(({ action }) => ENCODINGS.includes(action))) {
    const isConverted = originalType !== undefined && originalType !== mediaType;
    done.push({ action: isConverted ? "c2pa.converted" : "c2pa.transcoded" });
  }
  return { "c2pa.actions.v2": { actions: [{ action: OPENED }, ...done] } };
}

function member(ingredient: Ingredient): Record<string, unknown> {
  const { relationship, manifestStore, manifestUrl, thumbnail } = ingredient;
  if (!RELATIONSHIPS.includes(relationship)) {
    throw new TypeError(`an ingredient's relationship is one of ${RELATIONSHIPS}, not ${relationship}`);
  }
  if (manifestStore && manifestUrl) {
    throw new TypeError("an ingredient has a manifestStore or a manifestUrl, not both");
  }
  return {
    id: ingredient.id,
    relationship,
    manifest: manifestStore ? toBase64(manifestStore) : undefined,
    manifest_url: manifestUrl,
    title: ingredient.title,
    format: ingredient.format,
    instance_id: ingredient.instanceId,
    description: ingredient.description,
    asset_checked: ingredient.assetChecked || undefined,
    thumbnail: thumbnail && { format: thumbnail.format, content: toBase64(thumbnail.content) },
  };
}
