// The frame of the console: its pages, the token, and the state of the signer.

import { health, type State } from "./api.js";
import { element, Field, fill } from "./elements.js";
import "./file-drop.js";
import "./sign-view.js";
import "./inspect-view.js";
import "./jobs-view.js";
import "./operator-view.js";
import { STATES } from "./operator-words.js";
import { session, takeTokensFromAddress } from "./session.js";

const PAGES = ["sign", "inspect", "jobs", "operator"] as const;
type Page = (typeof PAGES)[number];
const NAMES: Record<Page, string> = { sign: "Sign", inspect: "Inspect", jobs: "Jobs", operator: "Operator" };

/** `<edge-console>`: the page. */
class EdgeConsole extends HTMLElement {
  readonly #views = {
    sign: element("sign-view", { hidden: true }),
    inspect: element("inspect-view", { hidden: true }),
    jobs: element("jobs-view", { hidden: true }),
    operator: element("operator-view", { hidden: true }),
  };
  readonly #nav = element("nav", { "aria-label": "Pages" });
  readonly #state = element("span", { class: "state", role: "status" });
  readonly #tokenButton = element("button", { type: "button", class: "small token" });

  connectedCallback(): void {
    const asked = takeTokensFromAddress();
    fill(
      this,
      element(
        "header",
        { class: "top" },
        element("a", { class: "brand", href: "#sign" }, element("img", { src: "/favicon.svg", alt: "", width: 28, height: 28 }), "Edge Signer"),
        this.#nav,
        element("div", { class: "right" }, this.#state, this.#tokenButton),
      ),
      element("main", { id: "main", tabindex: "-1" }, ...Object.values(this.#views)),
      element(
        "footer",
        {},
        element("p", {}, "Files are laid out and hashed in this browser. Tokens stay in this page’s memory: a reload forgets them."),
        // A deployment on AWS has no such page.
        location.hostname === "127.0.0.1" && element("p", {}, element("a", { href: "/docs" }, "API reference")),
      ),
    );
    this.#tokenButton.addEventListener("click", () => this.#askForToken());
    session.addEventListener("change", () => this.#showToken());
    this.addEventListener("need-token", () => this.#askForToken());
    this.addEventListener("inspect-file", (event) => {
      this.#open("inspect");
      this.#views.inspect.give((event as CustomEvent<File>).detail);
    });
    this.#takeFilesAnywhere();
    window.addEventListener("hashchange", () => this.#follow(takeTokensFromAddress()));
    this.#showToken();
    this.#open(pageOf(asked));
    void this.#showState();
  }

  #follow(asked: string): void {
    if (asked === "main") {
      // The link that skips what is above the content.
      history.replaceState(null, "", `#${PAGES.find((one) => !this.#views[one].hidden) ?? "sign"}`);
      this.querySelector<HTMLElement>("main")?.focus();
    } else this.#open(pageOf(asked));
  }

  #open(page: Page): void {
    for (const one of PAGES) this.#views[one].hidden = one !== page;
    fill(this.#nav, PAGES.map((one) => element("a", { href: `#${one}`, "aria-current": one === page ? "page" : null }, NAMES[one])));
    document.title = `${NAMES[page]} – Edge Signer`;
    if (location.hash !== `#${page}`) history.replaceState(null, "", `#${page}`);
    if (page === "operator") void this.#views.operator.refresh();
  }

  /** A file that is dropped beside its place or pasted belongs to the page that is open. */
  #takeFilesAnywhere(): void {
    const take = (files: FileList | null | undefined): void => {
      const file = files?.[0];
      const page = PAGES.find((one) => !this.#views[one].hidden);
      if (file && page && page !== "operator") this.#views[page].give(file);
    };
    // Otherwise the browser would leave the page and show the file.
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      const items = [...(event.dataTransfer?.items ?? [])];
      if (!items.some((item) => item.webkitGetAsEntry()?.isDirectory)) take(event.dataTransfer?.files);
    });
    document.addEventListener("paste", (event) => take(event.clipboardData?.files));
  }

  async #showState(): Promise<void> {
    let state: State = "unavailable";
    try {
      state = (await health(false)).status;
    } catch {
      // It says so below.
    }
    const [tone, text] = STATES[state];
    this.#state.className = `state ${tone}`;
    this.#state.textContent = state === "ok" ? "Signer is up" : `Signer: ${text}`;
  }

  #showToken(): void {
    this.#tokenButton.textContent = session.token ? "Change token" : "Give a token";
    this.#tokenButton.classList.toggle("primary", !session.token);
  }

  #askForToken(): void {
    const field = new Field(
      "Tenant’s token",
      element("input", { type: "password", autocomplete: "off" }),
      [
        "It names the tenant in whose name you sign. On your own machine, open the address that ",
        element("code", {}, "edge-signer run"),
        " prints, which holds it already. It stays in this page’s memory.",
      ],
    );
    const dialog = element("dialog", { "aria-label": "Token" });
    const submit = (event: Event): void => {
      event.preventDefault();
      if (!field.value.trim()) {
        field.complain("Paste the token.");
        return;
      }
      session.give("token", field.value);
      dialog.close();
    };
    fill(
      dialog,
      element(
        "form",
        { novalidate: true, submit },
        field.root,
        element(
          "div",
          { class: "actions" },
          element("button", { type: "button", click: () => dialog.close() }, "Cancel"),
          element("button", { type: "submit", class: "primary" }, "Use it"),
        ),
      ),
    );
    dialog.addEventListener("close", () => dialog.remove());
    this.append(dialog);
    dialog.showModal();
  }
}

function pageOf(asked: string): Page {
  return PAGES.find((one) => one === asked) ?? "sign";
}

customElements.define("edge-console", EdgeConsole);
