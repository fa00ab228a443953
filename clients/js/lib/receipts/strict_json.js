// JSON that cannot be read in two ways: no name twice, and whole numbers told from others. Objects are
// Maps, because an object of JavaScript reorders some names and has others already.
/** A number with a point or an exponent, or one that JSON does not know; nothing here holds one. */
export class Fraction {
}
// Python, whose verifier says the same, reads no more digits and hardly deeper.
const MOST_DIGITS = 4300;
const MOST_DEPTH = 500;
const SPACE = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const NAMED = new Map([
    ["null", null],
    ["true", true],
    ["false", false],
    ["NaN", new Fraction()],
    ["Infinity", new Fraction()],
    ["-Infinity", new Fraction()],
]);
const WORD = /-?[A-Za-z]+/y;
class Malformed extends Error {
}
/** Reads a text of JSON in UTF-8; undefined if it is none, or has a name twice in an object. */
export function readJson(content) {
    try {
        const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
        return new Reader(text).whole();
    }
    catch (failure) {
        // What is no UTF-8 is a TypeError.
        if (failure instanceof Malformed || failure instanceof TypeError)
            return undefined;
        throw failure;
    }
}
class Reader {
    #text;
    #at = 0;
    constructor(text) {
        this.#text = text;
    }
    whole() {
        const value = this.#value(0);
        this.#next(SPACE);
        if (this.#at < this.#text.length)
            throw new Malformed();
        return value;
    }
    #value(depth) {
        if (depth > MOST_DEPTH)
            throw new Malformed();
        this.#next(SPACE);
        switch (this.#text[this.#at]) {
            case "{":
                return this.#object(depth);
            case "[":
                return this.#array(depth);
            case '"':
                return this.#string();
            default:
                return this.#scalar();
        }
    }
    #object(depth) {
        const members = new Map();
        this.#list("}", () => {
            const name = this.#string();
            this.#next(SPACE);
            this.#literal(":");
            if (members.has(name))
                throw new Malformed();
            members.set(name, this.#value(depth + 1));
        });
        return members;
    }
    #array(depth) {
        const items = [];
        this.#list("]", () => items.push(this.#value(depth + 1)));
        return items;
    }
    #list(end, item) {
        this.#at += 1;
        this.#next(SPACE);
        if (this.#text[this.#at] === end) {
            this.#at += 1;
            return;
        }
        for (;;) {
            this.#next(SPACE);
            item();
            this.#next(SPACE);
            if (this.#text[this.#at] === end)
                break;
            this.#literal(",");
        }
        this.#at += 1;
    }
    #string() {
        const begin = this.#at;
        this.#literal('"');
        do
            this.#next(PLAIN);
        while (this.#next(ESCAPE) !== null);
        this.#literal('"');
        // Its grammar has been checked; JSON.parse reads its escapes.
        return JSON.parse(this.#text.slice(begin, this.#at));
    }
    #scalar() {
        const word = this.#next(WORD);
        if (word !== null) {
            const value = NAMED.get(word[0]);
            if (value === undefined)
                throw new Malformed();
            return value;
        }
        const [digits, fraction, exponent] = this.#required(NUMBER);
        if (fraction !== undefined || exponent !== undefined)
            return new Fraction();
        if (digits.length > MOST_DIGITS)
            throw new Malformed();
        return Number(digits);
    }
    #literal(letter) {
        if (this.#text[this.#at] !== letter)
            throw new Malformed();
        this.#at += 1;
    }
    #required(pattern) {
        const found = this.#next(pattern);
        if (found === null)
            throw new Malformed();
        return found;
    }
    #next(pattern) {
        pattern.lastIndex = this.#at;
        const found = pattern.exec(this.#text);
        if (found !== null)
            this.#at = pattern.lastIndex;
        return found;
    }
}
