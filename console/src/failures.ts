// What failed, in words: what happened, and what to do.

import { ApiError } from "./api.js";
import { AssetLayoutError, RefusedError, UnreachableError } from "./client.js";
import { element } from "./elements.js";

export interface Failure {
  title: string;
  message: string;
  /** What the reader can do. */
  remedy: string;
  /** The field of the form that the message is about; empty for none. */
  field: "" | "policy" | "title" | "choice";
  /** Names the request in the server's log. */
  requestId: string;
}

/** Explains what was thrown. */
export function explained(thrown: unknown): Failure {
  if (thrown instanceof AssetLayoutError) return ofLayout(thrown);
  if (thrown instanceof RefusedError) {
    const message = thrown.message.replace(/^\d+( [A-Z_]+)?: /, "");
    return ofAnswer(thrown.status, thrown.code, message, thrown.requestId ?? "");
  }
  if (thrown instanceof ApiError) return ofAnswer(thrown.status, thrown.code, thrown.message, thrown.requestId);
  if (thrown instanceof UnreachableError) {
    return failure("The signer cannot be reached", "No answer arrived.", "Check that it runs, and the network; then try again.");
  }
  if (thrown instanceof DOMException && thrown.name === "NotReadableError") {
    return failure(
      "The file cannot be read",
      "It was changed, moved or deleted while the page used it.",
      "Choose it again.",
    );
  }
  return failure("Something went wrong in the page", String(thrown), "Reload the page, and try again.");
}

/** A failure as people read it. */
export function failureCard({ title, message, remedy, requestId }: Failure): HTMLElement {
  return element(
    "div",
    { class: "notice bad", role: "alert" },
    element("strong", {}, title),
    message ? element("p", {}, message) : null,
    remedy ? element("p", {}, remedy) : null,
    requestId ? element("p", { class: "hint" }, "Request ", element("code", {}, requestId)) : null,
  );
}

function failure(title: string, message: string, remedy: string): Failure {
  return { title, message, remedy, field: "", requestId: "" };
}

function ofLayout(thrown: AssetLayoutError): Failure {
  const said = `${thrown.message.charAt(0).toUpperCase()}${thrown.message.slice(1)}.`;
  if (thrown.name === "UnknownFormat") {
    return failure(
      "Credentials cannot be put into this format",
      said,
      "The command writes them into a file beside it: edge-signer sign FILE --sidecar --source-type …",
    );
  }
  return failure("This file cannot be signed as it is", said, "Nothing was sent and nothing was signed.");
}

function ofAnswer(status: number, code: string, message: string, requestId: string): Failure {
  const made = { message, requestId, remedy: "", field: "" as Failure["field"] };
  if (status === 0) return { ...made, title: "The signer cannot be reached", message, remedy: "Then try again." };
  if (code === "INVALID_SIGNATURE") {
    return { ...made, title: "This token needs signed requests", remedy: "A page cannot keep an HMAC key. Give a token without one." };
  }
  if (status === 401) {
    return { ...made, title: "The token was not accepted", remedy: "Give a token that is valid: the button is at the top." };
  }
  if (status === 403) return { ...made, title: "This is not allowed" };
  if (status === 413) return { ...made, title: "That is too large" };
  if (status === 429) return { ...made, title: "Too many requests", remedy: "Wait a moment, and try again." };
  if (status >= 500) return { ...made, title: "The signer cannot do this now" };
  const field = /polic/i.test(code) || /policy_id/.test(message) ? "policy" : /title/.test(message) ? "title" : ofActions(message);
  return { ...made, title: "The request was refused", field };
}

function ofActions(message: string): Failure["field"] {
  return /digitalSourceType|c2pa\.actions/.test(message) ? "choice" : "";
}
