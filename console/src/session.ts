// The tokens of this page. They are in this module's memory and nowhere else: a reload forgets them.

/** What the page was given. */
class Session extends EventTarget {
  #token = "";
  #adminToken = "";

  /** The tenant's bearer token; empty if none was given. */
  get token(): string {
    return this.#token;
  }

  /** The operator's bearer token; empty if none was given. */
  get adminToken(): string {
    return this.#adminToken;
  }

  /** Takes a token, and tells everybody who listens to `change`. */
  give(kind: "token" | "adminToken", value: string): void {
    if (kind === "token") this.#token = value.trim();
    else this.#adminToken = value.trim();
    this.dispatchEvent(new Event("change"));
  }
}

export const session = new Session();

/**
 * Takes the tokens that `edge-signer run` printed behind the `#` of the address. Browsers do not send
 * that part, and it leaves the address bar and the history at once.
 *
 * @returns Where the address leads within the page, such as `inspect`.
 */
export function takeTokensFromAddress(): string {
  const fragment = location.hash.slice(1);
  if (!fragment.includes("=")) return fragment;
  const given = new URLSearchParams(fragment);
  const token = given.get("token");
  const adminToken = given.get("operator");
  const page = given.get("page") ?? "";
  history.replaceState(null, "", `${location.pathname}${page ? `#${page}` : ""}`);
  if (token) session.give("token", token);
  if (adminToken) session.give("adminToken", adminToken);
  return page;
}
