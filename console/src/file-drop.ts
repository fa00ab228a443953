// Where a file is dropped, chosen or pasted.

import { element, fill, newId } from "./elements.js";

/** What happened: a file, or why there is none. */
export type Dropped = CustomEvent<File>;

/**
 * `<file-drop>`: a file chooser that takes drops, too. It sends `file` with the File.
 *
 * `prompt` is what people read first, `accept` what the chooser shows. With `sidecars`, a `.c2pa` may
 * come with the file.
 */
export class FileDrop extends HTMLElement {
  readonly #input = element("input", { type: "file", id: newId("file"), class: "visually-hidden" });
  readonly #note = element("p", { class: "field-error", role: "alert", id: newId("note") });

  /** The `.c2pa` that came with the last file; null for none. */
  sidecar: File | null = null;

  connectedCallback(): void {
    if (this.childElementCount > 0) return;
    this.#input.multiple = this.hasAttribute("sidecars");
    const accept = this.getAttribute("accept");
    if (accept) this.#input.accept = accept;
    this.#input.setAttribute("aria-describedby", this.#note.id);
    this.#input.addEventListener("change", () => this.#take(this.#input.files));
    const label = element("label", { class: "drop", for: this.#input.id });
    fill(
      label,
      element("span", { class: "drop-sign", "aria-hidden": "true" }),
      element("strong", {}, this.getAttribute("prompt") ?? "Choose a file"),
      element("span", { class: "hint" }, this.getAttribute("hint") ?? "or drop it here, or paste it"),
    );
    for (const name of ["dragenter", "dragover"]) {
      label.addEventListener(name, (event) => {
        event.preventDefault();
        label.classList.add("over");
      });
    }
    label.addEventListener("dragleave", () => label.classList.remove("over"));
    label.addEventListener("drop", (event) => {
      event.preventDefault();
      event.stopPropagation();
      label.classList.remove("over");
      const items = [...(event.dataTransfer?.items ?? [])];
      if (items.some((item) => item.webkitGetAsEntry()?.isDirectory)) {
        this.say("That is a folder. Drop one file; `edge-signer sign FOLDER` signs whole folders.");
        return;
      }
      this.#take(event.dataTransfer?.files ?? null);
    });
    this.append(this.#input, label, this.#note);
  }

  /** Takes a file as if it had been dropped here. */
  give(file: File, sidecar: File | null = null): void {
    this.say("");
    this.sidecar = sidecar;
    this.dispatchEvent(new CustomEvent<File>("file", { detail: file }));
  }

  /** Says what is wrong with a file. */
  say(message: string): void {
    this.#note.textContent = message;
  }

  #take(files: FileList | null): void {
    const all = [...(files ?? [])];
    const takesSidecars = this.hasAttribute("sidecars");
    const sidecar = (takesSidecars && all.find(({ name }) => name.endsWith(".c2pa"))) || null;
    const [file, ...others] = all.filter((one) => one !== sidecar);
    // Otherwise the same file could not be chosen again.
    queueMicrotask(() => (this.#input.value = ""));
    if (file === undefined) {
      this.say(
        sidecar === null
          ? "There is no file in that. Drop a file from this computer."
          : "That is a sidecar. Choose it together with the file that it belongs to.",
      );
      return;
    }
    this.give(file, sidecar);
    if (others.length > 0) this.say(`Took ${file.name}. The page handles one file at a time.`);
  }
}

/** Shows what is in a file, if the browser can. */
export function preview(blob: Blob, mediaType: string, name: string): HTMLElement {
  const kind = mediaType.split("/")[0];
  const fallback = (): HTMLElement => {
    const extension = name.includes(".") ? name.slice(name.lastIndexOf(".") + 1) : mediaType.split("/")[1];
    return element("div", { class: "preview-none", "aria-hidden": "true" }, (extension ?? "file").slice(0, 5));
  };
  const figure = element("figure", { class: "preview" });
  const url = URL.createObjectURL(blob);
  const failed = (): void => fill(figure, fallback());
  if (kind === "image") {
    const loaded = (): void => URL.revokeObjectURL(url);
    figure.append(element("img", { src: url, alt: `Preview of ${name}`, load: loaded, error: failed }));
  } else if (kind === "video") {
    figure.append(
      element("video", { src: url, controls: true, muted: true, preload: "metadata", "aria-label": `Preview of ${name}`, error: failed }),
    );
  } else if (kind === "audio") {
    figure.append(element("audio", { src: url, controls: true, "aria-label": `Preview of ${name}`, error: failed }));
  } else {
    URL.revokeObjectURL(url);
    failed();
  }
  return figure;
}

customElements.define("file-drop", FileDrop);
declare global {
  interface HTMLElementTagNameMap {
    "file-drop": FileDrop;
  }
}
