// The Operator page: whether the deployment can sign, its switches, the circuit breaker, the limits.

import { type Breaker, breakerStatus, change, type Changed, type Health, health, type State } from "./api.js";
import { card, checksTable, type Child, definitions, element, Field, fill, newId } from "./elements.js";
import { explained, failureCard } from "./failures.js";
import { moment } from "./format.js";
import { FLAGS, type FlagWords, HEALTH_CHECKS, STATES } from "./operator-words.js";
import { session } from "./session.js";

/** `<operator-view>` */
class OperatorView extends HTMLElement {
  readonly #status = element("p", { class: "status", role: "status" });
  readonly #content = element("div", { class: "result" });

  connectedCallback(): void {
    if (this.childElementCount > 0) return;
    this.append(
      element(
        "header",
        { class: "page-head" },
        element("h1", {}, "Operate"),
        element("p", {}, "Each change is recorded under your name before it takes effect, and reaches every worker within 10 seconds."),
      ),
      this.#status,
      this.#content,
    );
    session.addEventListener("change", () => void this.refresh());
    void this.refresh();
  }

  /** Reads the state again. */
  async refresh(): Promise<void> {
    if (this.hidden) return;
    if (!session.adminToken) {
      fill(this.#content, this.#tokenForm());
      return;
    }
    this.#status.textContent = "Asking the signer …";
    try {
      const [report, breaker] = await Promise.all([health(true, session.adminToken), breakerStatus(session.adminToken)]);
      fill(this.#content, this.#healthCard(report), this.#flagsCard(report), this.#breakerCard(breaker), this.#limitsCard());
      this.#status.textContent = "";
    } catch (thrown) {
      this.#status.textContent = "";
      const failed = explained(thrown);
      fill(this.#content, failureCard(failed), failed.title === "The token was not accepted" && this.#tokenForm());
    }
  }

  #tokenForm(): HTMLElement {
    const field = new Field(
      "Operator’s token",
      element("input", { type: "password", autocomplete: "off" }),
      "Kept in this page’s memory only: a reload forgets it.",
    );
    const submit = (event: Event): void => {
      event.preventDefault();
      if (field.value.trim()) session.give("adminToken", field.value);
      else field.complain("Paste the token.");
    };
    return card("Your token", element("form", { novalidate: true, submit }, field.root, element("div", { class: "actions" }, element("button", { type: "submit", class: "primary" }, "Go on"))));
  }

  #healthCard(report: Health): HTMLElement {
    const checks = Object.entries(report.checks ?? {}).map(([name, state]): [Child, Child, Child] => {
      const [title, stops] = HEALTH_CHECKS[name] ?? [name, ""];
      const detail = state === "ok" ? factOf(name, report.details?.[name]) : [errorOf(report.details?.[name]), stops && ` What stops: ${stops}.`];
      return [title, stateOf(state), detail];
    });
    const { edge = report.status, central = report.status } = report.signing ?? {};
    return card(
      "Health",
      element(
        "p",
        { class: "paths" },
        element("span", {}, "Edge signer ", stateOf(edge)),
        element("span", {}, "Central signer ", stateOf(central)),
        report.checked_at && element("span", { class: "hint" }, `checked ${moment(report.checked_at)}`),
        element("button", { type: "button", class: "small", click: () => void this.refresh() }, "Check again"),
      ),
      checksTable(["Check", "State", "Detail"], checks),
    );
  }

  #flagsCard(report: Health): HTMLElement {
    const values = report.details?.["flags"] ?? {};
    const rows = Object.entries(FLAGS)
      .filter(([flag]) => flag in values)
      .map(([flag, words]) => this.#flagRow(flag, words, String(values[flag])));
    return card("Flags", element("ul", { class: "flags" }, rows));
  }

  #flagRow(flag: string, words: FlagWords, value: string): HTMLElement {
    const { kind, name, meaning, stops } = words;
    const id = newId("flag");
    const label = (control: HTMLElement): Child => [
      element("div", {}, element("label", { for: id, class: "flag-name" }, name), element("p", { class: "hint" }, meaning)),
      control,
    ];
    if (kind === "switch") {
      const isOn = value === "true";
      const toggle = element(
        "button",
        { type: "button", id, role: "switch", "aria-checked": String(isOn), class: "switch", "data-flag": flag },
        element("span", { class: "visually-hidden" }, name),
      );
      toggle.addEventListener("click", () => {
        const wanted = isOn ? "false" : "true";
        const does = `Switch ${isOn ? "off" : "on"}: ${name}`;
        void this.#confirm(does, meaning, stops === wanted, () => this.#set(flag, wanted === "true"));
      });
      return element("li", {}, label(element("div", { class: "switch-room" }, element("span", { "aria-hidden": "true" }, isOn ? "on" : "off"), toggle)));
    }
    const input = element("input", { id, value, inputmode: kind === "number" ? "numeric" : "text", autocomplete: "off", spellcheck: "false" });
    const submit = (event: Event): void => {
      event.preventDefault();
      const wanted = kind === "number" ? Number(input.value) : input.value.trim() || "-";
      void this.#confirm(`Set ${name}`, `From ${value || "nothing"} to ${input.value.trim() || "nothing"}.`, false, () => this.#set(flag, wanted));
    };
    return element("li", {}, element("form", { submit, novalidate: true, class: "flag-form" }, label(element("div", { class: "with-button" }, input, element("button", { type: "submit", class: "small" }, "Set")))));
  }

  #set(flag: string, value: boolean | number | string): Promise<Changed> {
    return change("flags", { flag, value }, session.adminToken);
  }

  #breakerCard(breaker: Breaker): HTMLElement {
    const time = (value: unknown): Child => (typeof value === "number" && value > 0 ? moment(new Date(value).toISOString()) : null);
    const reset = (): void =>
      void this.#confirm("Close the circuit breaker", "Workers call KMS again within a second.", false, () =>
        change("circuit-breaker", { action: "reset", service: "kms" }, session.adminToken),
      );
    return card(
      "Circuit breaker",
      definitions([
        ["State", String(breaker["state"] ?? "unknown")],
        ["Since", time(breaker["since_ms"])],
        ["Failures in the last minute", String(breaker["failure_count"] ?? 0)],
        ["Next probe", time(breaker["next_probe_ms"])],
      ]),
      element("div", { class: "actions" }, element("button", { type: "button", click: reset }, "Close it, and forget its failures")),
    );
  }

  #limitsCard(): HTMLElement {
    const tenant = new Field("Tenant", element("input", { autocomplete: "off", spellcheck: "false" }), "What it has used of its limits starts again at zero. The limits stay.");
    const submit = (event: Event): void => {
      event.preventDefault();
      const name = tenant.value.trim();
      tenant.complain(name ? "" : "Name a tenant, such as acme.");
      if (!name) return;
      void this.#confirm(`Reset the usage of ${name}`, "Its limits stay as they are.", false, () =>
        change("rate-limiter", { action: "clear", tenant_id: name }, session.adminToken),
      );
    };
    return card("Limits", element("form", { submit, novalidate: true }, tenant.root, element("div", { class: "actions" }, element("button", { type: "submit" }, "Reset usage"))));
  }

  /** Asks whether to make a change, makes it, and says what was done. */
  async #confirm(title: string, meaning: string, isDrastic: boolean, make: () => Promise<Changed>): Promise<void> {
    const id = newId("dialog");
    const dialog = element(
      "dialog",
      { "aria-labelledby": id },
      element(
        "form",
        { method: "dialog" },
        element("h2", { id }, `${title}?`),
        element("p", {}, meaning),
        element(
          "div",
          { class: "actions" },
          element("button", { value: "cancel", autofocus: true }, "Cancel"),
          element("button", { value: "yes", class: isDrastic ? "danger" : "primary" }, title.split(":")[0] ?? "Change"),
        ),
      ),
    );
    this.append(dialog);
    dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    const isWanted = dialog.returnValue === "yes";
    dialog.remove();
    if (!isWanted) return;
    this.#status.textContent = "Changing …";
    try {
      const done = await make();
      await this.refresh();
      const after = done.after === null || done.after === undefined ? "" : ` is now ${JSON.stringify(done.after)}`;
      this.#status.textContent = `Done and recorded for ${done.operator}: ${done.target.slice(done.target.lastIndexOf("/") + 1)}${after}. Workers follow within 10 seconds.`;
    } catch (thrown) {
      this.#status.textContent = "";
      this.#content.prepend(failureCard(explained(thrown)));
    }
  }
}

function stateOf(state: State): HTMLElement {
  const [tone, text] = STATES[state];
  const sign = { good: "✓ ", careful: "! ", bad: "✗ ", none: "" }[tone];
  return element("span", { class: `toned ${tone}` }, element("span", { "aria-hidden": "true" }, sign), text);
}

/** The one detail of a check that people look for. */
function factOf(name: string, details: Record<string, unknown> | undefined): string {
  switch (name) {
    case "certificate":
      return details?.["days_left"] === undefined ? "" : `${String(details["days_left"])} days left`;
    case "kms":
      return Array.isArray(details?.["keys"]) ? plural(details["keys"].length, "key") : "";
    case "kms_quota":
      return details?.["peak_per_s"] === undefined ? "" : `${String(details["peak_per_s"])} of ${String(details["quota_per_s"])} signatures in the busiest second`;
    case "breaker":
      return String(details?.["state"] ?? "");
    case "time_stamps":
      return String(details?.["host"] ?? "");
    default:
      return "";
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function errorOf(details: Record<string, unknown> | undefined): string {
  const told = details?.["error"] ?? details?.["ignored"];
  if (told !== undefined) return `${String(told)}.`;
  return "";
}

customElements.define("operator-view", OperatorView);
declare global {
  interface HTMLElementTagNameMap {
    "operator-view": OperatorView;
  }
}
