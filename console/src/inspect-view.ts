// The Inspect page: what a file's credentials say, judged by the signer's two engines. The file stays
// here as long as its store and a digest are enough; otherwise the reader decides whether to send it.

import { ApiError, upload, verify } from "./api.js";
import { AssetLayoutError, EdgeSigner } from "./client.js";
import { card, element, fill } from "./elements.js";
import { explained, failureCard } from "./failures.js";
import { preview, type Dropped } from "./file-drop.js";
import { exactBytes, size } from "./format.js";
import { picturesOf } from "./manifest-store.js";
import { reportSections, verdictBox } from "./report-view.js";
import { absence, headline, isUnbound, type Report } from "./report.js";
import { session } from "./session.js";

const MOST_INLINE_BYTES = 4 * 1024 * 1024;
// The browser hashes it in memory.
const MOST_HASHED_BYTES = 500_000_000;
const SPREAD_BYTES = 0x8000;
type Bytes = Uint8Array<ArrayBuffer>;

/** What is known of a file without sending it. */
interface Known {
  file: File;
  mediaType: string;
  store: Bytes | null;
  /** A digest that stands for the file, and what it leaves out; null if there is none. */
  place: object | null;
  /** Where the page cannot read the file, why not. */
  unread: AssetLayoutError | null;
}

/** `<inspect-view>` */
class InspectView extends HTMLElement {
  readonly #drop = element("file-drop", {
    prompt: "Choose a file to inspect",
    hint: "or drop it here, with its sidecar (.c2pa) if it has one. It is not sent unless you say so.",
    sidecars: true,
  });
  readonly #status = element("p", { class: "status", role: "status" });
  readonly #progress = element("progress", { max: 1, "aria-label": "Progress", hidden: true });
  readonly #shown = element("div", { class: "result" });
  // Reads files; it sends nothing, so it needs no token.
  readonly #reader = new EdgeSigner(location.origin, null);
  // What belongs to a file that was replaced meanwhile is not shown.
  #turn = 0;

  connectedCallback(): void {
    if (this.childElementCount > 0) return;
    this.#drop.addEventListener("file", (event) => void this.#inspect((event as Dropped).detail, this.#drop.sidecar));
    this.append(
      element(
        "header",
        { class: "page-head" },
        element("h1", {}, "Inspect a file"),
        element("p", {}, "Who signed it, when, what was done to it and what it was made from; and what of that does not hold."),
      ),
      element("div", { class: "card" }, this.#drop, element("div", { class: "working" }, this.#progress, this.#status)),
      this.#shown,
    );
  }

  /** Takes a file that was dropped or pasted anywhere on the page. */
  give(file: File): void {
    this.#drop.give(file);
  }

  async #inspect(file: File, sidecar: File | null): Promise<void> {
    const turn = (this.#turn += 1);
    this.classList.add("has-file");
    this.#shown.replaceChildren();
    this.#say("Reading and hashing the file in this browser …");
    try {
      const known = sidecar === null ? await this.#read(file) : await withSidecar(file, sidecar);
      if (turn !== this.#turn) return;
      if (known.unread !== null) this.#show(known, notRead(known), this.#askToSend(known, turn));
      else if (known.store === null) this.#show(known, verdictBox(absence()));
      else if (known.place === null) this.#show(known, notRead(known), this.#askToSend(known, turn));
      else if (this.#hasToken()) await this.#judge(known, known.store, known.place, turn);
      else this.#show(known, tokenMissing());
    } catch (thrown) {
      if (turn === this.#turn) fill(this.#shown, failureCard(explained(thrown)));
    } finally {
      if (turn === this.#turn) this.#say("");
    }
  }

  async #read(file: File): Promise<Known> {
    const onBytes = (doneBytes: number): void => {
      this.#progress.hidden = false;
      this.#progress.value = doneBytes / file.size;
    };
    try {
      const { mediaType, manifestStore: store, assetSha256, storeRange } = await this.#reader.inspectable(file, { onBytes });
      const place = assetSha256 && storeRange ? { asset_sha256: assetSha256, store_range: storeRange } : null;
      return { file, mediaType, store, place, unread: null };
    } catch (thrown) {
      if (!(thrown instanceof AssetLayoutError)) throw thrown;
      return { file, mediaType: file.type, store: null, place: null, unread: thrown };
    } finally {
      this.#progress.hidden = true;
    }
  }

  /** Has the store judged, and the file by its digest. */
  async #judge(known: Known, store: Bytes, place: object, turn: number): Promise<void> {
    this.#say("Asking the signer’s two engines …");
    const body = { manifest: base64(store), ...place };
    const report = (await verify(body, session.token)) as Report;
    if (turn !== this.#turn) return;
    const sent = JSON.stringify(body).length;
    const privacy = element(
      "p",
      { class: "hint" },
      `The file was not sent: its credentials and a digest were enough, ${exactBytes(sent)} of ${exactBytes(known.file.size)}.`,
    );
    const more = isUnbound(report) && this.#askToSend(known, turn);
    this.#show(known, verdictBox(headline(report)), more, privacy, ...reportSections(report, picturesOf(store)));
  }

  #askToSend(known: Known, turn: number): HTMLElement {
    const { file } = known;
    const notice = element("div", { class: "notice careful" });
    const send = async (): Promise<void> => {
      notice.setAttribute("aria-busy", "true");
      try {
        await this.#sendWhole(known, turn);
      } catch (thrown) {
        notice.append(failureCard(explained(thrown)));
      } finally {
        notice.removeAttribute("aria-busy");
        this.#say("");
      }
    };
    fill(
      notice,
      element("strong", {}, "The digest alone does not tell whether the credentials belong to this file."),
      element("p", {}, "To find out, the whole file has to go to your signer. It is deleted after the verdict."),
      element("button", { type: "button", click: () => void send() }, `Send the file (${size(file.size)})`),
    );
    return notice;
  }

  async #sendWhole(known: Known, turn: number): Promise<void> {
    if (!this.#hasToken()) {
      this.#show(known, tokenMissing());
      return;
    }
    const { file, store } = known;
    const mediaType = known.mediaType || "application/octet-stream";
    this.#say(`Sending ${size(file.size)} to the signer …`);
    const isSmall = file.size <= MOST_INLINE_BYTES;
    const asset = isSmall
      ? { asset_inline: base64(new Uint8Array(await file.arrayBuffer())) }
      : { upload_id: await upload(file, session.token) };
    this.#say("The signer’s two engines are reading it …");
    const report = (await verify({ ...asset, media_type: mediaType }, session.token)) as Report;
    if (turn !== this.#turn) return;
    const privacy = element("p", { class: "hint" }, `The whole file was sent, ${exactBytes(file.size)}. The signer keeps nothing of it.`);
    const pictures = picturesOf(store ?? new Uint8Array(0));
    this.#show(known, verdictBox(headline(report)), privacy, ...reportSections(report, pictures));
  }

  #show({ file, mediaType }: Known, ...parts: Parameters<typeof fill>[1][]): void {
    this.#say("");
    fill(
      this.#shown,
      card(
        "Verdict",
        element(
          "div",
          { class: "split" },
          preview(file, mediaType, file.name),
          element(
            "div",
            {},
            element("strong", { class: "name" }, file.name),
            element("p", { class: "hint" }, [mediaType, size(file.size)].filter(Boolean).join(", ")),
            parts[0],
          ),
        ),
        parts.slice(1).filter((part) => part instanceof HTMLElement && !part.classList.contains("card")),
      ),
      parts.slice(1).filter((part) => part instanceof HTMLElement && part.classList.contains("card")),
    );
    this.#shown.querySelector<HTMLElement>("h2")?.focus();
  }

  #hasToken(): boolean {
    if (session.token) return true;
    this.dispatchEvent(new CustomEvent("need-token", { bubbles: true }));
    return false;
  }

  #say(message: string): void {
    this.#status.textContent = message;
  }
}

/** What is known of a file whose credentials stand beside it. */
async function withSidecar(file: File, sidecar: File): Promise<Known> {
  if (file.size > MOST_HASHED_BYTES) {
    throw new ApiError(`The page hashes files with a sidecar up to ${size(MOST_HASHED_BYTES)}. Use: edge-signer verify FILE`, 413);
  }
  const store = new Uint8Array(await sidecar.arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { file, mediaType: file.type, store, place: { asset_sha256: hex }, unread: null };
}

function tokenMissing(): HTMLElement {
  return verdictBox({
    tone: "careful",
    verdict: "Not judged yet",
    sentence: "The file carries credentials. Give your token (the button is at the top), and choose the file again.",
  });
}

function notRead({ unread }: Known): HTMLElement {
  const isFormat = unread?.name === "UnknownFormat";
  return verdictBox({
    tone: "careful",
    verdict: "Not judged yet",
    sentence: isFormat || unread === null
      ? "The page cannot take this format apart. The signer’s engines may."
      : `The page cannot read the file: ${unread.message}. The signer’s engines may say more.`,
  });
}

function base64(bytes: Bytes): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += SPREAD_BYTES) {
    text += String.fromCharCode(...bytes.subarray(at, at + SPREAD_BYTES));
  }
  return btoa(text);
}

customElements.define("inspect-view", InspectView);
declare global {
  interface HTMLElementTagNameMap {
    "inspect-view": InspectView;
  }
}
