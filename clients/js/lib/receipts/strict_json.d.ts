/** A number with a point or an exponent, or one that JSON does not know; nothing here holds one. */
export declare class Fraction {
}
export type Json = null | boolean | string | number | Fraction | Json[] | Members;
export type Members = Map<string, Json>;
/** Reads a text of JSON in UTF-8; undefined if it is none, or has a name twice in an object. */
export declare function readJson(content: Uint8Array): Json | undefined;
