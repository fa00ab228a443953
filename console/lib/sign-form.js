// The questions of the Sign page, whose answers become the assertions of a request.
import { element, Field, fill, newId } from "./elements.js";
import { uriOf, USUAL } from "./source-types.js";
/** Policies that every deployment has; operators add others. */
const POLICIES = ["newsroom-default-v3", "demo-policy-v1"];
/** What may have been done to a file that carries credentials: an action and its source type. */
const EDITS = [
    ["Nothing", "", "", "the file is as it was; this only adds your signature"],
    ["Edited by a person", "c2pa.edited", "humanEdits", "cropped, retouched, colours changed"],
    ["Improved by software", "c2pa.edited", "algorithmicallyEnhanced", "noise, colour, sharpness"],
    ["Generative AI changed a part", "c2pa.edited", "compositeWithTrainedAlgorithmicMedia", "filled in, replaced, extended"],
];
const OTHER = "other";
/** The form between the file and the button. */
export class SignForm {
    root = element("div", { class: "form" });
    policy = new Field("Policy", element("input", { value: POLICIES[0], list: "policies", autocomplete: "off", spellcheck: "false" }), "Decides what may be stated, and which key signs.");
    title = new Field("Title", element("input", { autocomplete: "off", maxlength: "200" }), "A name for people, stored in the credentials. Leave it empty for none.");
    #other = new Field("The term, or its URI", element("input", { autocomplete: "off", spellcheck: "false", placeholder: "virtualRecording" }), "Any of the IPTC's digital source types.");
    #stamp = element("input", { type: "checkbox", id: newId("stamp") });
    #choice = element("div");
    #choiceError = element("p", { class: "field-error", role: "alert", id: newId("error") });
    #group = newId("choice");
    #isEdit = false;
    constructor() {
        this.#other.root.hidden = true;
        fill(this.root, this.#choice, element("details", { class: "more" }, element("summary", {}, "Title, policy and time-stamp"), element("div", { class: "columns" }, this.title.root, this.policy.root, element("datalist", { id: "policies" }, POLICIES.map((one) => element("option", { value: one })))), element("div", { class: "check" }, this.#stamp, element("label", { for: this.#stamp.id }, "Add a time-stamp", element("span", { class: "hint" }, "An independent authority confirms when the signature was made.")))));
    }
    /** Asks anew, for another file: how it was made, or what was done to it since it was signed. */
    ask(isSigned, name) {
        this.#isEdit = isSigned;
        this.#group = newId("choice");
        this.#choiceError.textContent = "";
        this.title.control.value = name;
        const options = isSigned
            ? EDITS.map(([label, , , meaning], index) => this.#option(String(index), label, meaning))
            : [
                ...USUAL.map(([term, meaning]) => this.#option(term, capitalised(meaning), element("code", {}, term))),
                this.#option(OTHER, "Something else", "name the term yourself"),
            ];
        this.#other.root.hidden = true;
        fill(this.#choice, element("fieldset", { "aria-describedby": this.#choiceError.id }, element("legend", {}, isSigned ? "What was done to it since?" : "How was it made?"), element("p", { class: "hint" }, isSigned
            ? "The file carries credentials. They stay in it, as those of the file that yours was made from."
            : "The credentials state this in your name, so there is no default."), element("div", { class: "options" }, options), this.#other.root, this.#choiceError));
    }
    /** Reads the answers; null if one is missing, which the form then says. */
    answers() {
        const chosen = this.#choice.querySelector("input[type=radio]:checked");
        this.#choiceError.textContent = "";
        if (chosen === null) {
            this.complain("choice", this.#isEdit ? "Say what was done." : "Say how it was made.");
            return null;
        }
        this.#other.complain("");
        this.policy.complain("");
        if (chosen.value === OTHER && !this.#other.value.trim()) {
            this.#other.complain("Name the term, such as virtualRecording.");
            return null;
        }
        if (!this.policy.value.trim()) {
            this.#open();
            this.policy.complain("Name a policy, such as newsroom-default-v3.");
            return null;
        }
        return {
            policyId: this.policy.value.trim(),
            assertions: { "c2pa.actions.v2": this.#actions(chosen.value) },
            title: this.title.value.trim(),
            tsa: this.#stamp.checked,
        };
    }
    /** Shows what the server said, at the field that it is about; false if it is about none. */
    complain(field, message) {
        if (field === "policy" || field === "title") {
            this.#open();
            this[field].complain(message);
        }
        else if (field === "choice") {
            this.#choiceError.textContent = message;
            this.#choice.querySelector("input")?.focus();
        }
        else
            return false;
        return true;
    }
    #open() {
        this.root.querySelector("details")?.setAttribute("open", "");
    }
    #actions(chosen) {
        if (this.#isEdit) {
            const [, action = "", sourceType = ""] = EDITS[Number(chosen)] ?? [];
            if (!action)
                return { actions: [{ action: "c2pa.opened" }], allActionsIncluded: true };
            return { actions: [{ action: "c2pa.opened" }, { action, digitalSourceType: uriOf(sourceType) }] };
        }
        const term = chosen === OTHER ? this.#other.value.trim() : chosen;
        const digitalSourceType = term.includes(":") ? term : uriOf(term);
        return { actions: [{ action: "c2pa.created", digitalSourceType }] };
    }
    #option(value, label, meaning) {
        const input = element("input", { type: "radio", name: this.#group, value, id: newId("option") });
        input.addEventListener("change", () => {
            this.#choiceError.textContent = "";
            this.#other.root.hidden = value !== OTHER;
        });
        return element("div", { class: "option" }, input, element("label", { for: input.id }, element("strong", {}, label), element("span", {}, meaning)));
    }
}
function capitalised(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
}
