// Figures and times as people read them.
const UNITS = ["bytes", "kB", "MB", "GB", "TB"];
/** A number of bytes in the largest unit that fits, such as `20.9 MB`. */
export function size(bytes) {
    let value = bytes;
    let unit = 0;
    while (value >= 1000 && unit < UNITS.length - 1) {
        value /= 1000;
        unit += 1;
    }
    const digits = unit === 0 || value >= 100 ? 0 : 1;
    return `${value.toLocaleString("en", { maximumFractionDigits: digits })} ${UNITS[unit]}`;
}
/** A number of bytes, every digit of it. */
export function exactBytes(bytes) {
    return `${bytes.toLocaleString("en")} ${bytes === 1 ? "byte" : "bytes"}`;
}
/** Milliseconds: two digits behind the point below 10. */
export function milliseconds(value) {
    return `${value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })} ms`;
}
/** A time in UTC, to the second; a text that is no time stays as it is. */
export function moment(text) {
    const time = new Date(text);
    if (Number.isNaN(time.valueOf()))
        return text;
    return `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
/** The last part of a URI or a name with slashes. */
export function lastPart(text) {
    return text.slice(text.replace(/\/+$/, "").lastIndexOf("/") + 1);
}
