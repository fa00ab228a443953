// The Jobs page: a WebAssembly module is run by the signer, and its two proofs are verified here.

import { EdgeSigner, type JobKey, type JobResult, REFUSALS, verifyJob, verifyReceipt } from "./client.js";
import { card, type Child, definitions, element, Field, fill } from "./elements.js";
import { explained, failureCard } from "./failures.js";
import type { Dropped } from "./file-drop.js";
import { exactBytes, moment, size } from "./format.js";
import { session } from "./session.js";
import { RUNNING, serverSteps, timeLine } from "./time-line.js";

const MOST_INLINE_BYTES = 32 * 1024;
const EXAMPLE = "/console/examples/hello.wasm";

/** `<jobs-view>` */
class JobsView extends HTMLElement {
  readonly #drop = element("file-drop", { prompt: "Choose a module", accept: ".wasm,application/wasm", hint: "a .wasm file for WASI, or drop it here" });
  readonly #named = element("p", { class: "hint" });
  readonly #args = new Field("Arguments", element("textarea", { rows: "2", spellcheck: "false" }), "One on each line.");
  readonly #stdin = new Field("Standard input", element("textarea", { rows: "2", spellcheck: "false" }), "What the module reads, as text.");
  readonly #button = element("button", { type: "submit", class: "primary" }, "Run");
  readonly #status = element("p", { class: "status", role: "status" });
  readonly #failure = element("div");
  readonly #result = element("div", { class: "result" });
  #module: Uint8Array | null = null;

  connectedCallback(): void {
    if (this.childElementCount > 0) return;
    this.#drop.addEventListener("file", (event) => void this.#choose((event as Dropped).detail));
    const example = element("button", { type: "button", class: "link", click: () => void this.#chooseExample() }, "Use hello.wasm, which turns text around");
    this.append(
      element(
        "header",
        { class: "page-head" },
        element("h1", {}, "Run a job"),
        element("p", {}, "The signer runs a WebAssembly module in a sandbox, and signs what came out. This page verifies both proofs."),
      ),
      element(
        "div",
        { class: "card" },
        element(
          "form",
          { novalidate: true, submit: (event: Event) => void this.#run(event) },
          this.#drop,
          element("p", { class: "under-drop" }, example),
          this.#named,
          element("div", { class: "columns" }, this.#args.root, this.#stdin.root),
          element("div", { class: "actions" }, this.#button),
          this.#status,
          this.#failure,
        ),
      ),
      this.#result,
    );
  }

  give(file: File): void {
    this.#drop.give(file);
  }

  async #choose(file: File): Promise<void> {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const isModule = bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
    this.#module = isModule ? bytes : null;
    this.#named.textContent = isModule ? `${file.name}, ${size(file.size)}` : "";
    if (!isModule) this.#drop.say(`${file.name} is not a WebAssembly module.`);
  }

  async #chooseExample(): Promise<void> {
    try {
      const answer = await fetch(EXAMPLE);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      this.#drop.give(new File([await answer.blob()], "hello.wasm"));
      if (!this.#args.value) this.#args.control.value = "Hello, World!";
    } catch (thrown) {
      this.#drop.say(`The module could not be loaded: ${String(thrown)}`);
    }
  }

  async #run(event: Event): Promise<void> {
    event.preventDefault();
    this.#failure.replaceChildren();
    if (this.#module === null) {
      this.#drop.say("Choose a module first.");
      return;
    }
    if (!session.token) {
      this.dispatchEvent(new CustomEvent("need-token", { bubbles: true }));
      return;
    }
    this.#result.replaceChildren();
    this.#button.disabled = true;
    this.#status.textContent = "The module runs …";
    try {
      const signer = new EdgeSigner(location.origin, session.token);
      const args = this.#args.value === "" ? [] : this.#args.value.replace(/\n$/, "").split("\n");
      const stdin = this.#stdin.value;
      // A large module does not fit into the request.
      const isLarge = this.#module.length > MOST_INLINE_BYTES;
      const module = isLarge ? (await signer.keepModule(this.#module)).moduleHash : this.#module;
      const result = await signer.runJob(module, { args, ...(stdin && { stdin }) });
      this.#status.textContent = "Verifying …";
      const keys = await signer.jobKeys();
      fill(this.#result, await shown(result, keys));
      this.#status.textContent = "Done.";
      this.#result.querySelector<HTMLElement>("h2")?.focus();
    } catch (thrown) {
      this.#status.textContent = "";
      fill(this.#failure, failureCard(explained(thrown)));
    } finally {
      this.#button.disabled = false;
    }
  }
}

async function shown(result: JobResult, keys: readonly JobKey[]): Promise<Child> {
  const pinned = keys.map((key) => key.publicKey);
  const receipt = await verifyReceipt(result.receiptJson, pinned);
  const job = await verifyJob(result.answer, pinned, result.request);
  const isProved = receipt.refusal === null && job.refusal === null;
  const steps = serverSteps(result.serverSteps, RUNNING).map((step) => ({ ...step, isPart: false }));
  return [
    card(
      isProved ? "Run and verified" : "Run, but not verified",
      proofs(receipt.refusal, job.refusal),
      element("div", { class: "output" }, stream("Output", result.stdout), stream("Error output", result.stderr)),
      definitions([
        ["Ended", result.status === "ok" ? `by itself, with exit code ${result.exitCode}` : `${result.status}, exit code ${result.exitCode}`],
        ["Detail", result.detail],
        ["Wall time", receipt.receipt && `${receipt.receipt.wallTimeMs} ms`],
        ["Compile time", job.statement && (job.statement.compileTimeMs === undefined ? "compiled before" : `${job.statement.compileTimeMs} ms`)],
        ["Fuel", job.statement?.fuelUsed?.toLocaleString("en")],
        ["Module’s exit code", job.statement?.guestExitCode],
        ["Variables", job.statement?.envCount && `${job.statement.envCount}, SHA-256 ${job.statement.envSha256}`],
        ["Finished", job.statement && moment(job.statement.finishedOn)],
        ["Module", receipt.receipt && element("code", {}, receipt.receipt.moduleHash)],
        ["Job", element("code", {}, result.jobId)],
        ["Sent", exactBytes(result.sentBytes)],
        ["Limits", Object.entries(result.limits).map(([name, value]) => `${name} ${value.toLocaleString("en")}`).join(", ")],
      ]),
      steps.length > 0 && timeLine("Where the signer’s milliseconds went", steps),
    ),
  ];
}

function proofs(receipt: keyof typeof REFUSALS | null, job: keyof typeof REFUSALS | null): HTMLElement {
  const one = (name: string, refusal: keyof typeof REFUSALS | null, proved: string): HTMLElement =>
    element(
      "li",
      { class: `toned ${refusal === null ? "good" : "bad"}` },
      element("span", { "aria-hidden": "true" }, refusal === null ? "✓ " : "✗ "),
      element("strong", {}, `${name}: `),
      refusal === null ? proved : `${REFUSALS[refusal]} (${refusal})`,
    );
  return element(
    "div",
    { class: `notice ${receipt === null && job === null ? "good" : "bad"}` },
    element(
      "ul",
      { class: "proofs" },
      one("Receipt", receipt, "this module ran, and ended like this"),
      one("Attestation", job, "it was this job, with these arguments and this input, and wrote this"),
    ),
    element(
      "p",
      { class: "hint" },
      "Verified in this page with the keys that the signer publishes at GET /keys. For a proof to others, pin a key that did not come with the answer.",
    ),
  );
}

function stream(name: string, content: Uint8Array<ArrayBuffer>): Child {
  if (content.length === 0) return name === "Output" && element("p", { class: "hint" }, "The module wrote nothing.");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return element("p", {}, `${name}: ${exactBytes(content.length)} that are no text.`);
  }
  return element("figure", {}, element("figcaption", {}, name), element("pre", { tabindex: "0" }, text));
}

customElements.define("jobs-view", JobsView);
declare global {
  interface HTMLElementTagNameMap {
    "jobs-view": JobsView;
  }
}
