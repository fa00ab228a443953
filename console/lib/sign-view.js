// The Sign page: a file is laid out and hashed here, 32 bytes of it are signed, and it is offered back.
import { EdgeSigner, EmbedModule } from "./client.js";
import { card, definitions, downloadLink, element, fill } from "./elements.js";
import { explained, failureCard } from "./failures.js";
import { preview } from "./file-drop.js";
import { exactBytes, size } from "./format.js";
import { session } from "./session.js";
import { SignForm } from "./sign-form.js";
import { serverSteps, SIGNING, timeLine } from "./time-line.js";
const STAGES = {
    layOut: "Finding the place for the credentials",
    hash: "Hashing the file in this browser",
    sign: "Asking the signer: 32 bytes of digest, and what you state",
    write: "Writing the credentials into the file",
};
const EXAMPLE = "/console/examples/rocket-small.jpg";
/** `<sign-view>` */
class SignView extends HTMLElement {
    #drop = element("file-drop", {
        prompt: "Choose a picture, video, sound or PDF",
        hint: "or drop it here, or paste it. It stays on this machine.",
    });
    #chosenCard = element("div", { class: "chosen" });
    #form = new SignForm();
    #button = element("button", { type: "submit", class: "primary" }, "Sign");
    #progress = element("progress", { max: 1, "aria-label": "Progress" });
    #status = element("p", { class: "status", role: "status" });
    #failure = element("div");
    #result = element("div", { class: "result" });
    #chosen = null;
    #embedding = null;
    connectedCallback() {
        if (this.childElementCount > 0)
            return;
        this.#drop.addEventListener("file", (event) => void this.#choose(event.detail));
        const example = element("button", { type: "button", class: "link", click: () => void this.#chooseExample() }, "Try it with a photograph of ours");
        const form = element("form", { novalidate: true, submit: (event) => void this.#submit(event) }, this.#drop, element("p", { class: "under-drop" }, example), this.#chosenCard, this.#form.root, element("div", { class: "actions" }, this.#button), element("div", { class: "working" }, this.#progress, this.#status), this.#failure);
        this.append(element("header", { class: "page-head" }, element("h1", {}, "Sign a file"), element("p", {}, "Content Credentials say how a file was made, who says so, and whether it changed since. "
            + "The signer gets a digest of 32 bytes; the file itself stays here.")), element("div", { class: "card" }, form), this.#result);
        this.#show(null);
    }
    /** Takes a file that was dropped or pasted anywhere on the page. */
    give(file) {
        this.#drop.give(file);
    }
    async #chooseExample() {
        try {
            const answer = await fetch(EXAMPLE);
            if (!answer.ok)
                throw new Error(`status ${answer.status}`);
            this.#drop.give(new File([await answer.blob()], "rocket.jpg", { type: "image/jpeg" }));
        }
        catch (thrown) {
            this.#drop.say(`The photograph could not be loaded: ${String(thrown)}`);
        }
    }
    async #choose(file) {
        this.#failure.replaceChildren();
        this.#result.replaceChildren();
        this.#status.textContent = "";
        try {
            const { mediaType, manifestStore } = await (await this.#module()).storeOf(file);
            this.#show({ file, mediaType, store: manifestStore });
            this.#form.root.querySelector("input")?.focus();
        }
        catch (thrown) {
            this.#show(null);
            fill(this.#failure, failureCard(explained(thrown)));
        }
    }
    #show(chosen) {
        this.#chosen = chosen;
        this.#form.root.hidden = this.#button.hidden = this.#chosenCard.hidden = chosen === null;
        this.classList.toggle("has-file", chosen !== null);
        this.#progress.hidden = true;
        if (chosen === null)
            return;
        const { file, mediaType, store } = chosen;
        fill(this.#chosenCard, preview(file, mediaType, file.name), element("div", {}, element("strong", { class: "name" }, file.name), element("p", { class: "hint" }, `${mediaType}, ${size(file.size)}`), store && element("p", { class: "badge" }, "carries credentials")));
        this.#form.ask(store !== null, file.name);
    }
    async #submit(event) {
        event.preventDefault();
        this.#failure.replaceChildren();
        const chosen = this.#chosen;
        const answers = this.#form.answers();
        if (chosen === null || answers === null)
            return;
        if (!session.token) {
            fill(this.#failure, failureCard({ ...explained(null), title: "A token is missing", message: "The signer has to know whose signature this is.", remedy: "Give your token: the button is at the top." }));
            this.dispatchEvent(new CustomEvent("need-token", { bubbles: true }));
            return;
        }
        this.#result.replaceChildren();
        this.#button.disabled = true;
        this.#progress.hidden = false;
        try {
            const signed = await this.#embed(chosen, answers);
            this.#status.textContent = "Signed.";
            fill(this.#result, this.#signedCard(chosen, signed));
            this.#result.querySelector("h2")?.focus();
        }
        catch (thrown) {
            this.#status.textContent = "";
            const failed = explained(thrown);
            const isShown = this.#form.complain(failed.field, failed.message);
            if (!isShown)
                fill(this.#failure, failureCard(failed));
        }
        finally {
            this.#button.disabled = false;
            this.#progress.hidden = true;
        }
    }
    async #embed(chosen, { policyId, assertions, title, tsa }) {
        const signer = new EdgeSigner(location.origin, session.token);
        const { file, store, mediaType } = chosen;
        let stage = "";
        const onProgress = (progress) => {
            // A screen reader hears each stage once, and not each block.
            if (progress.stage !== stage)
                this.#status.textContent = `${STAGES[progress.stage]} …`;
            stage = progress.stage;
            if (progress.stage === "hash" && progress.totalBytes > 0) {
                this.#progress.value = progress.doneBytes / progress.totalBytes;
            }
            else
                this.#progress.removeAttribute("value");
        };
        return signer.embed(file, policyId, assertions, {
            onProgress,
            ...(title && { title }),
            ...(tsa && { tsa }),
            ...(store && {
                replaceStore: true,
                ingredients: [{ relationship: "parentOf", manifestStore: store, title: file.name, format: mediaType }],
            }),
        });
    }
    #signedCard({ file, store }, signed) {
        const name = signedName(file.name);
        const { timings } = signed;
        const steps = [
            { name: "Lay out", ms: timings.layOutMs, meaning: "where the credentials go" },
            { name: "Hash", ms: timings.hashMs, meaning: "the file, in this browser" },
            { name: "Sign", ms: timings.signMs, meaning: "the request, there and back" },
            ...serverSteps(signed.serverSteps, SIGNING),
            ...onTheWay(timings.signMs, signed.serverSteps),
            { name: "Write", ms: timings.writeMs, meaning: "the signed file, in this browser" },
        ];
        const inspect = () => {
            const again = new File([signed.signed], name, { type: signed.mediaType });
            this.dispatchEvent(new CustomEvent("inspect-file", { bubbles: true, detail: again }));
        };
        return card("Signed", element("div", { class: "split" }, preview(signed.signed, signed.mediaType, name), element("div", {}, element("strong", { class: "name" }, name), element("p", { class: "hint" }, `${size(signed.signed.size)}, with its credentials inside`), element("div", { class: "actions" }, downloadLink(signed.signed, name, "Download"), element("button", { type: "button", click: inspect }, "Inspect this file")))), element("p", { class: "notice good never-left" }, element("strong", {}, "Your file never left this machine. "), `${exactBytes(signed.sentBytes)} were sent: its SHA-256, where the credentials go, `
            + `${store ? "what you state, and its earlier credentials" : "and what you state"}. `
            + `The file has ${exactBytes(file.size)}.`), timeLine("Where the milliseconds went", steps), definitions([
            ["Manifest", element("a", { href: signed.manifestUrl, rel: "noreferrer" }, signed.manifestUrl)],
            ["Signed by", signed.signingMode],
            ["Key", element("code", {}, signed.kmsKeyId)],
            ["Time-stamp", signed.tsaTokenUrl],
            ["Request", signed.requestId && element("code", {}, signed.requestId)],
        ]));
    }
    #module() {
        this.#embedding ??= EmbedModule.load().catch((failure) => {
            this.#embedding = null;
            throw failure;
        });
        return this.#embedding;
    }
}
/** What is left of a request's time without the signer's own. */
function onTheWay(signMs, steps) {
    const { total = Object.values(steps).reduce((sum, ms) => sum + ms, 0) } = steps;
    const meaning = "the network; a first request also starts a worker";
    return [{ name: "on the way", ms: Math.max(0, signMs - total), meaning, isPart: true }];
}
/** `photo.jpg` becomes `photo-signed.jpg`. */
export function signedName(name) {
    const dot = name.lastIndexOf(".");
    return dot > 0 ? `${name.slice(0, dot)}-signed${name.slice(dot)}` : `${name}-signed`;
}
customElements.define("sign-view", SignView);
