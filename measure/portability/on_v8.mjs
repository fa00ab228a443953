// The module under V8, in plain Node. What the lines mean is told in wire.py.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const ERROR_BIT = 1n << 31n;
const module = new WebAssembly.Module(readFileSync(process.argv[2]));

function say(content) {
  process.stdout.write(JSON.stringify(content) + "\n");
}

// An answer is a u64, which JavaScript sees signed.
function unpacked(answer) {
  const packed = BigInt.asUintN(64, answer);
  return {
    address: Number(packed >> 32n),
    length: Number(packed & (ERROR_BIT - 1n)),
    failed: (packed & ERROR_BIT) !== 0n,
  };
}

function play(calls) {
  const { memory, definition_buffer, signature_buffer, ...exports } = new WebAssembly.Instance(module).exports;
  const answers = calls.map(([name, content, length]) => {
    const buffer = name === "prepare" ? definition_buffer() : signature_buffer();
    Buffer.from(memory.buffer).write(content, unpacked(buffer).address, "hex");
    const answer = unpacked(exports[name](length));
    const found = Buffer.from(memory.buffer, answer.address, answer.length);
    return [answer.failed, found.toString("hex")];
  });
  const digest = createHash("sha256").update(Buffer.from(memory.buffer)).digest("hex");
  return { answers, memory: digest };
}

say({ runtime: "V8", version: `${process.versions.v8} (Node ${process.versions.node})` });
for await (const line of createInterface({ input: process.stdin })) {
  say(play(JSON.parse(line).calls));
}
