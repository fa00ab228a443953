// Needs nothing of WASI; `asc` imports env.abort all the same.
const list = new Array<i32>();
list.push(40);
if (list.length != 1) throw new Error("never");
