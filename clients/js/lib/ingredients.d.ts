declare const RELATIONSHIPS: readonly ["parentOf", "componentOf", "inputTo"];
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
export type Action = string | {
    action: string;
    digitalSourceType?: string;
    [field: string]: unknown;
};
/**
 * Makes the body of a request.
 *
 * @param fields Without ingredients; undefined ones are left out.
 * @param upload Uploads a manifest store, and gives the upload's identifier; null if the deployment
 *   takes none.
 * @returns JSON. The largest stores are uploaded until the rest is short enough.
 */
export declare function requestBody(fields: Record<string, unknown>, ingredients: readonly Ingredient[], upload: (store: Uint8Array) => Promise<string | null>): Promise<string>;
/** Estimates how many bytes ingredients take in the manifest store. */
export declare function bytesHeld(ingredients: readonly Ingredient[]): number;
/**
 * Says how a derivative came to be: the original was opened, changed, and encoded again.
 *
 * @param originalType Media type of the original, if it is known.
 * @param mediaType Of the derivative.
 * @param actions What was done.
 * @returns The assertions.
 */
export declare function history(originalType: string | undefined, mediaType: string, actions: readonly Action[]): Record<string, unknown>;
export {};
