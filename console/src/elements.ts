// Makes elements from code. No text ever becomes markup: what a manifest says stays text.

export type Child = Node | string | number | null | undefined | false | readonly Child[];
type Value = string | number | boolean | null | undefined | ((event: never) => void);

/**
 * Makes an element.
 *
 * @param tag Its name.
 * @param attributes Attributes by name. A function listens to the event of that name; true stands for
 *   an attribute without a value; false, null and undefined for none.
 * @param children What is inside.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value as EventListener);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  append(made, children);
  return made;
}

/** Puts children behind those that an element has. */
export function append(parent: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child instanceof Node) parent.appendChild(child);
    else if (Array.isArray(child)) append(parent, child as readonly Child[]);
    else if (typeof child === "string" || typeof child === "number") {
      parent.appendChild(document.createTextNode(String(child)));
    }
  }
}

/** Replaces everything in an element. */
export function fill(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

let numbered = 0;

/** Gives an id that no other element has. */
export function newId(prefix: string): string {
  numbered += 1;
  return `${prefix}-${numbered}`;
}

/** A text field with its label, and room for what is wrong with it. */
export class Field {
  readonly root: HTMLElement;
  readonly #error: HTMLElement;

  /**
   * @param label What people read.
   * @param control The input, select or textarea.
   * @param hint What helps to fill it in.
   */
  constructor(
    label: string,
    readonly control: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement,
    hint: Child = null,
  ) {
    control.id ||= newId("field");
    const errorId = newId("error");
    const hintId = newId("hint");
    this.#error = element("p", { id: errorId, class: "field-error", role: "alert" });
    control.setAttribute("aria-describedby", `${hintId} ${errorId}`);
    this.root = element(
      "div",
      { class: "field" },
      element("label", { for: control.id }, label),
      control,
      element("p", { id: hintId, class: "hint" }, hint),
      this.#error,
    );
  }

  get value(): string {
    return this.control.value;
  }

  /** Says what is wrong and moves there; an empty text takes it back. */
  complain(message: string): void {
    this.#error.textContent = message;
    if (message) {
      this.control.setAttribute("aria-invalid", "true");
      this.control.focus();
    } else {
      this.control.removeAttribute("aria-invalid");
    }
  }
}

/** A table of names and values, without those that are empty. */
export function definitions(pairs: readonly (readonly [string, Child])[]): HTMLElement | null {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false);
  if (known.length === 0) return null;
  return element(
    "dl",
    { class: "facts" },
    known.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
  );
}

/** A table of checks: what each is about, how it went, and more about it. */
export function checksTable(
  heads: readonly [string, string, string],
  checks: readonly (readonly [Child, Child, Child])[],
): HTMLElement {
  const rows = checks.map(([name, result, detail]) =>
    element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, result), element("td", {}, detail)),
  );
  return element(
    "div",
    { class: "scrolls", tabindex: "0", role: "group", "aria-label": "Table of checks" },
    element(
      "table",
      { class: "checks" },
      element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, rows),
    ),
  );
}

/** A card with a heading, which screen readers list as a region. */
export function card(title: string, ...children: Child[]): HTMLElement {
  const id = newId("heading");
  return element(
    "section",
    { class: "card", "aria-labelledby": id },
    element("h2", { id, tabindex: "-1" }, title),
    children,
  );
}

/** Hands a Blob over to the reader as a file. */
export function downloadLink(blob: Blob, name: string, text: string): HTMLAnchorElement {
  return element("a", { class: "button primary", href: URL.createObjectURL(blob), download: name }, text);
}
