// How a file may have come to be: terms of the IPTC's digital source types, as in cli/source_types.py.

const IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/";

/** The terms for most files, with their meaning. */
export const USUAL: readonly (readonly [term: string, meaning: string])[] = [
  ["digitalCapture", "a camera, scanner or microphone recorded it"],
  ["computationalCapture", "a camera combined or processed what it recorded, as most phones do"],
  ["screenCapture", "a screenshot or a screen recording"],
  ["digitalCreation", "a person made it with software, without generative AI"],
  ["humanEdits", "a person edited an earlier asset, without generative AI"],
  ["algorithmicallyEnhanced", "software improved it: noise, colour, sharpness"],
  ["trainedAlgorithmicMedia", "generative AI made it"],
  ["compositeWithTrainedAlgorithmicMedia", "a part of it was made by generative AI"],
  ["compositeCapture", "put together from several recordings"],
  ["print", "digitised from a print"],
];

/** The URI of a term. */
export function uriOf(term: string): string {
  return IPTC + term;
}

/** A URI as a term with its meaning; another URI as it is. */
export function described(uri: string): string {
  const term = uri.startsWith(IPTC) ? uri.slice(IPTC.length) : uri;
  const meaning = USUAL.find(([one]) => one === term)?.[1];
  return meaning === undefined ? term : `${term}: ${meaning}`;
}

/** Whether a URI says that generative AI took part. */
export function isGenerative(uri: string): boolean {
  return /trainedAlgorithmicMedia|compositeSynthetic|algorithmicMedia$/i.test(uri);
}
